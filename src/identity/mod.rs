//! Who a token belongs to, and where the other services are.

mod catalog;
pub mod local;
mod role;
mod validate;

pub use catalog::{Catalog, Interface, Service};
pub use local::Local;
pub use role::Role;
pub use validate::{Error, Named, ValidToken, Validate};

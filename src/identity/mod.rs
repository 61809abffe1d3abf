//! Who a token belongs to, and where the other services are.

mod catalog;
mod keystone;
pub mod local;
mod role;
mod session;
mod validate;

pub use catalog::{Catalog, Interface, Service};
pub use keystone::{Keystone, ServiceRoles};
pub use local::{Domain, Local};
pub use role::Role;
pub use session::{Credentials, Session, Trust};
pub use validate::{Error, Named, ValidToken, Validate};

//! Who a token belongs to, and where the other services are.

mod validate;

pub use validate::{Error, Named, ValidToken, Validate};

//! The HTTP doors of the cloud, and the machinery they share.

pub mod access_log;
pub mod fault;
pub mod layers;
pub mod microversion;
pub mod request;
pub mod request_id;
pub mod route;
mod table;
pub mod view;

pub use self::fault::Fault;
pub use self::layers::{with_compute_layers, with_shared_layers};
pub use self::microversion::{HISTORY, MAX, MIN, Microversion, Span};
pub use self::request::{Action, Body, Invalid, Query};
pub use self::request_id::{RequestIdentity, RequestIds};
pub use self::route::Within;
pub use self::table::{Row, no_key_twice};
pub use self::view::{At, Shown, Under, View};

#[doc(hidden)]
pub use self::microversion::version_of;

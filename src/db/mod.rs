//! What is remembered: the records of servers, keys, flavors, images and users, in SQL.

mod records;

pub use records::{Change, Error, Records};

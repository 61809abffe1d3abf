//! What a server can read about itself, as documents in the layouts of OpenStack and of EC2.
//!
//! Pure: from what is known of a server ([`Facts`]) to what it reads under a path ([`lookup`]), or to all the files of a
//! config drive ([`config_drive`]). The layouts are Nova's, dates, listings, word for word, because cloud-init and its like
//! were written against them.

mod drive;
mod ec2;
mod facts;
mod network_data;
mod node;
mod openstack;
mod path;
#[cfg(test)]
mod tests;

pub use drive::config_drive;
pub use facts::{Facts, SEED_LENGTH};
pub use path::{Answer, ContentType, lookup};

/// Characters that the password which a server posts about itself may have.
pub const LONGEST_PASSWORD: usize = 1020;

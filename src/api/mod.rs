//! The doors of the services: HTTP as clients of each speak it.

pub mod identity;

//! The Compute API as a client meets it: the whole router in this process, over a database in memory and the fake driver.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod cloud;

mod documents;
mod external_events;
mod flavors;
mod interfaces;
mod keypairs;
mod lists;
mod metadata;
mod networks;
mod places;
mod refusals;
mod security_groups;
mod servers;
mod versions;

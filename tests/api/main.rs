//! The Compute API as a client meets it: the whole router in this process, over a database in memory and the fake driver.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod cloud;
mod contract;
mod projection;

mod aggregates;
mod consoles;
mod detours;
mod documents;
mod external_events;
mod flavors;
mod gone;
mod hosts;
mod hypervisors;
mod images;
mod interfaces;
mod keypairs;
mod lists;
mod measured;
mod metadata;
mod networks;
mod openapi;
mod options;
mod places;
mod policy;
mod proxies;
mod quotas;
mod refusals;
mod routes;
mod samples;
mod security_groups;
mod server_groups;
mod servers;
mod services;
mod the_host;
mod usage;
mod versions;
mod volumes;

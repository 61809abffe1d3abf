//! The Compute API as a client meets it: the whole router in this process, over a database in memory and the fake driver.

mod cloud;

mod documents;
mod flavors;
mod keypairs;
mod lists;
mod refusals;
mod servers;
mod versions;

//! The machine room: the trait a compute driver implements, and which one a configuration names.

mod choice;
pub mod docker;
mod driver;
pub mod fake;
#[cfg(test)]
mod fixtures;
mod provisioned;
mod terminal;

pub use choice::{UnknownDriver, check_name, driver};
pub use driver::{
    ComputeDriver, Error, Event, File, Hostname, NetworkInfo, Observed, Progress, RebootType, Supplies,
};
pub use provisioned::{Outcome, Provisioned};
pub use terminal::{Terminal, Window, WindowSize};

//! The machine room: the trait a compute driver implements, and which one a configuration names.

mod driver;

pub use driver::{ComputeDriver, Error, Event, Observed, Progress, RebootType};

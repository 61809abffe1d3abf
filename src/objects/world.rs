//! The seam to what no program decides: the time, and new ids.

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

/// Where "now" and fresh randomness come from. Everything that needs either is given one of these.
pub trait World: fmt::Debug + Send + Sync {
    fn now(&self) -> Timestamp;
    fn uuid(&self) -> Uuid;
}

/// The machine's own clock and random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemWorld;

impl World for SystemWorld {
    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    fn uuid(&self) -> Uuid {
        Uuid::new_v4()
    }
}

//! The two ways in which Nova writes a moment.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// `2026-11-21T08:00:00Z`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seconds(pub(super) Timestamp);

/// `2026-11-21T08:00:00.000000`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Micros(pub(super) Timestamp);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.strftime("%Y-%m-%dT%H:%M:%SZ"))
    }
}

impl Serialize for Micros {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.strftime("%Y-%m-%dT%H:%M:%S%.6f"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_utc() {
        let moment = Timestamp::from_millisecond(1_795_248_000_120).unwrap();
        assert_eq!(
            serde_json::to_string(&Seconds(moment)).unwrap(),
            "\"2026-11-21T08:00:00Z\""
        );
        assert_eq!(
            serde_json::to_string(&Micros(moment)).unwrap(),
            "\"2026-11-21T08:00:00.120000\""
        );
    }
}

//! The two ways in which Nova writes a moment.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::{Serialize, Serializer};

const SECONDS: DateTimePrinter = DateTimePrinter::new().precision(Some(0));
const MICROS: DateTimePrinter = DateTimePrinter::new().precision(Some(6));

/// `2026-11-21T08:00:00Z`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seconds(pub(super) Timestamp);

/// `2026-11-21T08:00:00.000000`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Micros(pub(super) Timestamp);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&SECONDS.timestamp_to_string(&self.0))
    }
}

impl Serialize for Micros {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = MICROS.timestamp_to_string(&self.0);
        serializer.serialize_str(text.trim_end_matches('Z'))
    }
}

crate::schema! {
    Seconds => {"type": "string", "format": "date-time"},
    Micros => {"type": "string"},
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_utc() {
        // What is more exact than they are is left out, not rounded.
        let moment = Timestamp::from_nanosecond(1_795_248_000_999_999_900).unwrap();
        assert_eq!(
            serde_json::to_string(&Seconds(moment)).unwrap(),
            "\"2026-11-21T08:00:00Z\""
        );
        assert_eq!(
            serde_json::to_string(&Micros(moment)).unwrap(),
            "\"2026-11-21T08:00:00.999999\""
        );
    }
}

//! The span of time that usage is asked about.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::api::Fault;

/// Never beyond now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) begin: Timestamp,
    pub(super) end: Timestamp,
}

const FORMS: [&str; 2] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"];

impl Period {
    /// What is not said is now; of a period of which nothing is said only what runs now is told.
    pub(super) fn asked(begin: Option<&str>, end: Option<&str>, now: Timestamp) -> Result<Self, Fault> {
        let is_now = begin.is_none() && end.is_none();
        let (begin, end) = (moment(begin, now)?, moment(end, now)?);
        match begin < end || is_now {
            true => Ok(Self {
                begin,
                end: end.min(now),
            }),
            false => Err(Fault::bad_request(
                "Invalid start time. The start time cannot occur after the end time.",
            )),
        }
    }

    /// How long a server ran in it.
    pub(super) fn hours(self, launched_at: Timestamp, terminated_at: Option<Timestamp>) -> f64 {
        let begin = launched_at.max(self.begin);
        let end = terminated_at.map_or(self.end, |terminated_at| terminated_at.min(self.end));
        (end.duration_since(begin).as_secs_f64() / 3600.0).max(0.0)
    }
}

fn moment(text: Option<&str>, now: Timestamp) -> Result<Timestamp, Fault> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(now);
    };
    let read = FORMS.iter().find_map(|form| DateTime::strptime(form, text).ok());
    let moment = read.and_then(|read| read.to_zoned(TimeZone::UTC).ok());
    let message = "Invalid datetime string: Datetime is in invalid format";
    moment
        .map(|moment| moment.timestamp())
        .ok_or_else(|| Fault::bad_request(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_of_which_nothing_is_said_is_the_present() {
        let now = at("2026-02-01T00:00:00Z");
        let period = Period::asked(None, None, now).unwrap();
        assert_eq!((period.begin, period.end), (now, now));
        assert!(Period::asked(Some("2026-02-01T00:00:00"), None, now).is_err());
    }

    #[test]
    fn moments_come_in_three_forms() {
        let now = at("2026-02-01T00:00:00Z");
        for text in [
            "2026-01-01T08:00:00",
            "2026-01-01T08:00:00.5",
            "2026-01-01 08:00:00.5",
        ] {
            let period = Period::asked(Some(text), None, now).unwrap();
            assert_eq!(
                period.begin.as_second(),
                at("2026-01-01T08:00:00Z").as_second(),
                "{text}"
            );
            assert_eq!(period.end, now);
        }
        let refused = Period::asked(Some("yesterday"), None, now).unwrap_err();
        assert_eq!(
            refused.message,
            "Invalid datetime string: Datetime is in invalid format"
        );
        let refused = Period::asked(None, Some("2026-01-01T08:00:00"), now).unwrap_err();
        let message = "Invalid start time. The start time cannot occur after the end time.";
        assert_eq!(refused.message, message);
    }

    #[test]
    fn only_what_lies_in_the_period_counts() {
        let period = Period {
            begin: at("2026-01-01T00:00:00Z"),
            end: at("2026-01-02T00:00:00Z"),
        };
        let hours = |begin, end: Option<&str>| period.hours(at(begin), end.map(at));
        let seen = [
            hours("2025-12-01T00:00:00Z", None),
            hours("2026-01-01T12:00:00Z", Some("2026-01-01T13:30:00Z")),
            hours("2026-01-01T23:00:00Z", Some("2026-01-05T00:00:00Z")),
            hours("2025-12-01T00:00:00Z", Some("2025-12-31T00:00:00Z")),
        ];
        assert!(
            seen.iter()
                .zip([24.0, 1.5, 1.0, 0.0])
                .all(|(a, b): (&f64, f64)| (a - b).abs() < 1e-9),
            "{seen:?}"
        );
    }
}

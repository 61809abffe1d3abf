//! The half-open range of versions in which a field, an endpoint or an action exists.

use super::Microversion;

/// From `since`, included, until `until`, where the thing is already gone. Written with [`span!`](crate::span).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    since: Option<Microversion>,
    until: Option<Microversion>,
}

impl Span {
    /// Every version there is.
    pub const ALWAYS: Self = Self {
        since: None,
        until: None,
    };

    /// # Panics
    /// When the range is empty, which only happens while compiling: `span!` is the caller.
    pub const fn new(since: Option<Microversion>, until: Option<Microversion>) -> Self {
        if let (Some(since), Some(until)) = (since, until) {
            assert!(!until.is_up_to(since), "a range ends after it begins");
        }
        Self { since, until }
    }

    pub const fn contains(self, version: Microversion) -> bool {
        let begun = match self.since {
            Some(since) => since.is_up_to(version),
            None => true,
        };
        let ended = match self.until {
            Some(until) => until.is_up_to(version),
            None => false,
        };
        begun && !ended
    }

    /// The first version and the last one, both within it; `None` where it is open.
    pub const fn ends(self) -> (Option<Microversion>, Option<Microversion>) {
        let last = match self.until {
            Some(until) => until.before(),
            None => None,
        };
        (self.since, last)
    }

    /// Whether some version lies in both.
    pub const fn overlaps(self, other: Self) -> bool {
        self.begins_before_end_of(other) && other.begins_before_end_of(self)
    }

    const fn begins_before_end_of(self, other: Self) -> bool {
        match (self.since, other.until) {
            (Some(since), Some(until)) => !until.is_up_to(since),
            _ => true,
        }
    }
}

/// `span!(2.19..)`, `span!(..2.57)`, `span!(2.32..2.33)`: a [`Span`], read from the text of the
/// literals (2.10 is not 2.1) while compiling.
///
/// ```compile_fail
/// nova_docker::span!(2.01..);
/// ```
/// ```compile_fail
/// nova_docker::span!(2.9999..); // after MAX: nobody could ask for it
/// ```
#[macro_export]
macro_rules! span {
    ($(..)?) => { $crate::api::Span::ALWAYS };
    ($since:literal ..) => { $crate::span!(@ [Some(stringify!($since))] [None]) };
    (.. $until:literal) => { $crate::span!(@ [None] [Some(stringify!($until))]) };
    ($since:literal .. $until:literal) => { $crate::span!(@ [Some(stringify!($since))] [Some(stringify!($until))]) };
    (@ [$since:expr] [$until:expr]) => {
        const { $crate::api::Span::new($crate::api::version_of($since), $crate::api::version_of($until)) }
    };
}

#[doc(hidden)]
pub const fn version_of(text: Option<&str>) -> Option<Microversion> {
    match text {
        Some(text) => Some(Microversion::literal(text)),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::HISTORY;

    fn versions(span: Span) -> Vec<String> {
        let all = HISTORY.iter().map(|(version, _)| *version);
        all.filter(|version| span.contains(*version))
            .map(|version| version.to_string())
            .collect()
    }

    #[test]
    fn a_range_holds_its_beginning_and_not_its_end() {
        assert_eq!(versions(span!(2.8..2.11)), ["2.8", "2.9", "2.10"]);
        assert_eq!(versions(span!(..2.3)), ["2.1", "2.2"]);
        assert_eq!(versions(span!(2.98..)).first().map(String::as_str), Some("2.98"));
        assert_eq!(versions(span!()).len(), HISTORY.len());
    }

    #[test]
    fn ranges_that_touch_do_not_overlap() {
        assert!(!span!(..2.37).overlaps(span!(2.37..)));
        assert!(!span!(2.32..2.33).overlaps(span!(2.42..)));
        assert!(span!(..2.38).overlaps(span!(2.37..)));
        assert!(Span::ALWAYS.overlaps(span!(2.32..2.33)));
    }
}

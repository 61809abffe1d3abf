//! Microversions: the number a client asks for, the ranges that fields and endpoints exist in, and who settles on one.

mod history;
mod negotiate;
mod span;

use std::fmt;
use std::str::FromStr;

pub use self::history::{HISTORY, MAX, MIN};
pub use self::negotiate::{NotAccepted, ask_for_none, negotiate};
pub use self::span::{Span, version_of};

/// One version of the Compute API. 2.10 is later than 2.9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Microversion {
    major: u32,
    minor: u32,
}

/// Text that is not two numbers with a dot between them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("API Version String {0} is of invalid format. Must be of format MajorNum.MinorNum.")]
pub struct NotAMicroversion(pub String);

impl Microversion {
    pub const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }

    /// The version a table's literal names. Meant for `span!`, which calls it while compiling: a misspelt version, or one
    /// later than [`MAX`] and so never advertised, fails the build.
    ///
    /// # Panics
    /// When the text is not such a version.
    pub const fn literal(text: &str) -> Self {
        match Self::parse(text.as_bytes()) {
            Some(version) if version.is_up_to(MAX) => version,
            Some(_) => panic!("a range may not name a version later than the last one in HISTORY"),
            None => panic!("a range's ends are written like 2.19"),
        }
    }

    /// For the named predicates that stand beside a resource (`answers_updates_in_full`); nothing else compares versions.
    pub const fn at_least(self, first: &str) -> bool {
        Self::literal(first).is_up_to(self)
    }

    pub(super) const fn is_up_to(self, last: Self) -> bool {
        self.major < last.major || (self.major == last.major && self.minor <= last.minor)
    }

    /// The one it follows.
    const fn before(self) -> Option<Self> {
        match self.minor.checked_sub(1) {
            Some(minor) => Some(Self::new(self.major, minor)),
            None => None,
        }
    }

    const fn parse(text: &[u8]) -> Option<Self> {
        let Some((major, rest)) = number(text) else {
            return None;
        };
        let [b'.', rest @ ..] = rest else { return None };
        match number(rest) {
            Some((minor, [])) if major > 0 => Some(Self { major, minor }),
            _ => None,
        }
    }
}

/// The decimal number that the text begins with, and what follows it; no leading zeros.
const fn number(text: &[u8]) -> Option<(u32, &[u8])> {
    let [first @ b'0'..=b'9', after @ ..] = text else {
        return None;
    };
    let (mut value, mut rest) = ((*first - b'0') as u32, after);
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        if value == 0 || value > (u32::MAX - 9) / 10 {
            return None;
        }
        value = value * 10 + (*digit - b'0') as u32;
        rest = after;
    }
    Some((value, rest))
}

impl FromStr for Microversion {
    type Err = NotAMicroversion;

    fn from_str(text: &str) -> Result<Self, NotAMicroversion> {
        Self::parse(text.as_bytes()).ok_or_else(|| NotAMicroversion(text.to_owned()))
    }
}

impl fmt::Display for Microversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_numbers_count_past_nine() {
        let parsed: Vec<Microversion> = ["2.1", "2.9", "2.10", "2.100"].map(|v| v.parse().unwrap()).into();
        assert!(parsed.is_sorted());
        assert_eq!(parsed[2], Microversion::new(2, 10));
        assert_eq!(parsed[3].to_string(), "2.100");
    }

    #[test]
    fn anything_but_two_plain_numbers_is_refused_in_novas_words() {
        for text in [
            "",
            "2",
            "2.",
            ".1",
            "2.01",
            "02.1",
            "0.1",
            "2.1.3",
            "2.1 ",
            "+2.1",
            "2.-1",
            "two.one",
            "2.99999999999",
        ] {
            let expected = format!(
                "API Version String {text} is of invalid format. Must be of format MajorNum.MinorNum."
            );
            assert_eq!(text.parse::<Microversion>().unwrap_err().to_string(), expected);
        }
    }
}

//! What a text in the file may mean: one impl per type that an option can have.

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use secrecy::SecretString;

use crate::objects::Cidr;

/// The type note of the sample file, and how `$name` writes a value of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Float,
    Integer,
    Lines,
    List,
    Path,
    Port,
    Text,
}

impl Kind {
    pub(crate) fn note(self) -> &'static str {
        match self {
            Kind::Bool => "boolean value",
            Kind::Float => "floating point value",
            Kind::Integer => "integer value",
            Kind::Lines => "one value in each line",
            Kind::List => "list value",
            Kind::Path | Kind::Text => "string value",
            Kind::Port => "port value",
        }
    }
}

/// A type that an option can have.
pub(crate) trait Value: Sized {
    const KIND: Kind;

    /// On failure the answer completes "expected ...".
    fn parse(text: &str) -> Result<Self, &'static str>;

    /// Stands in for a value that could not be read, until the reader's problems end the load; for an `Option`, unset.
    fn blank() -> Self;
}

impl Value for String {
    const KIND: Kind = Kind::Text;

    fn parse(text: &str) -> Result<Self, &'static str> {
        Ok(text.to_owned())
    }

    fn blank() -> Self {
        String::new()
    }
}

impl Value for SecretString {
    const KIND: Kind = Kind::Text;

    fn parse(text: &str) -> Result<Self, &'static str> {
        Ok(SecretString::from(text))
    }

    fn blank() -> Self {
        SecretString::default()
    }
}

impl Value for PathBuf {
    const KIND: Kind = Kind::Path;

    fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "" => Err("a path"),
            path => Ok(PathBuf::from(path)),
        }
    }

    fn blank() -> Self {
        PathBuf::new()
    }
}

impl Value for bool {
    const KIND: Kind = Kind::Bool;

    fn parse(text: &str) -> Result<Self, &'static str> {
        match text.to_lowercase().as_str() {
            "true" | "1" | "on" | "yes" => Ok(true),
            "false" | "0" | "off" | "no" => Ok(false),
            _ => Err("a boolean: true, yes, on, 1, false, no, off or 0"),
        }
    }

    fn blank() -> Self {
        false
    }
}

/// A number is read after trimming, since quotes may have kept blanks around it.
macro_rules! integer {
    ($($ty:ty => $kind:ident, $expected:literal;)*) => {$(
        impl Value for $ty {
            const KIND: Kind = Kind::$kind;

            fn parse(text: &str) -> Result<Self, &'static str> {
                text.trim().parse().map_err(|_| $expected)
            }

            fn blank() -> Self {
                0
            }
        }
    )*};
}

integer! {
    u16 => Port, "a port number, 0 to 65535";
    u32 => Integer, "a whole number, 0 to 4294967295";
    u64 => Integer, "a whole number, 0 or more";
    i64 => Integer, "a whole number";
}

impl Value for f64 {
    const KIND: Kind = Kind::Float;

    fn parse(text: &str) -> Result<Self, &'static str> {
        let number = text.trim().parse().ok();
        number
            .filter(|number: &f64| number.is_finite() && *number >= 0.0)
            .ok_or("a number, 0 or more")
    }

    fn blank() -> Self {
        0.0
    }
}

/// Items between commas, trimmed; one empty item at the end is dropped, quotes mean nothing.
impl Value for Vec<String> {
    const KIND: Kind = Kind::List;

    fn parse(text: &str) -> Result<Self, &'static str> {
        let mut items: Vec<String> = text.split(',').map(|item| item.trim().to_owned()).collect();
        if items.last().is_some_and(String::is_empty) {
            items.pop();
        }
        Ok(items)
    }

    fn blank() -> Self {
        Vec::new()
    }
}

/// What may have commas in it: each line is an item. Lines after the first are indented in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines(pub Vec<String>);

impl Value for Lines {
    const KIND: Kind = Kind::Lines;

    fn parse(text: &str) -> Result<Self, &'static str> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        Ok(Self(lines.map(str::to_owned).collect()))
    }

    fn blank() -> Self {
        Self::default()
    }
}

/// A range of addresses; what lies beyond the prefix is left out.
impl Value for Cidr {
    const KIND: Kind = Kind::Text;

    fn parse(text: &str) -> Result<Self, &'static str> {
        let range: Result<Self, _> = text.trim().parse();
        range
            .map(|range| range.network())
            .map_err(|_| "a network in CIDR notation, as 10.0.0.0/24")
    }

    fn blank() -> Self {
        Self {
            address: IpAddr::from([0, 0, 0, 0]),
            prefix: 32,
        }
    }
}

/// Ports and ranges of them, with commas between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ports(pub Vec<RangeInclusive<u16>>);

impl Value for Ports {
    const KIND: Kind = Kind::Text;

    fn parse(text: &str) -> Result<Self, &'static str> {
        let range = |item: &str| {
            let (first, last) = item.split_once('-').unwrap_or((item, item));
            let (first, last): (u16, u16) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
            (1..=last).contains(&first).then_some(first..=last)
        };
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items
            .map(range)
            .collect::<Option<_>>()
            .map(Self)
            .ok_or("ports and ranges of ports, as 1024-65535,53")
    }

    fn blank() -> Self {
        Self::default()
    }
}

/// An option set to nothing is unset, which is how Nova's own code treats an empty text.
impl<T: Value> Value for Option<T> {
    const KIND: Kind = T::KIND;

    fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "" => Ok(None),
            text => T::parse(text).map(Some),
        }
    }

    fn blank() -> Self {
        None
    }
}

//! The kinds of text that Nova's schemas tell apart, each checked once, on the way in.

use std::str::FromStr;

use serde_json::{Value, json};

use crate::api::request::{Invalid, Read, quoted};
use crate::api::{Book, Microversion, Schema};

/// Why a text is not of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Follows "Invalid input for field/attribute x. Value: y. ".
    Reason(String),
    /// A name's: the sentence stands alone.
    Name,
    /// The same of a zone's.
    ZoneName,
}

const NOT_A_NAME: &str = "An invalid 'name' value was provided. The name must be: printable characters. Can not start \
                          or end with whitespace.";

const NOT_A_ZONE: &str = "An invalid 'name' value was provided. The name must be: printable characters except :. Can not \
                          start or end with whitespace.";

impl Unfit {
    /// Reason, of the text and what it is not.
    fn not(text: &str, what: &str) -> Self {
        Self::Reason(format!("{} {what}", quoted(text)))
    }

    pub(super) fn reason(&self) -> &str {
        match self {
            Self::Reason(reason) => reason,
            Self::Name => NOT_A_NAME,
            Self::ZoneName => NOT_A_ZONE,
        }
    }

    pub(super) fn about(&self, value: &Value) -> Invalid {
        match self {
            Self::Reason(reason) => Invalid::new(value, reason),
            Self::Name | Self::ZoneName => Invalid::plainly(self.reason()),
        }
    }
}

fn sized(text: &str, min: usize, max: usize) -> Result<(), Unfit> {
    match text.chars().count() {
        0 if min == 1 => Err(Unfit::not(text, "should be non-empty")),
        n if n < min => Err(Unfit::not(text, "is too short")),
        n if n > max => Err(Unfit::not(text, "is too long")),
        _ => Ok(()),
    }
}

fn matching(text: &str, pattern: &str, fits: impl Fn(char) -> bool) -> Result<(), Unfit> {
    match text.chars().all(fits) {
        true => Ok(()),
        false => Err(Unfit::not(text, &format!("does not match {}", quoted(pattern)))),
    }
}

/// No control characters, no ends of lines, nothing that has no width or turns the direction of what follows.
fn is_printable(c: char) -> bool {
    let is_format = matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    !c.is_control() && !is_format
}

fn name(text: &str) -> Result<(), Unfit> {
    if text.trim() != text || !text.chars().all(is_printable) {
        return Err(Unfit::Name);
    }
    sized(text, 1, 255)
}

fn zone_name(text: &str) -> Result<(), Unfit> {
    name(text)?;
    match text.contains(':') {
        false => Ok(()),
        true => Err(Unfit::ZoneName),
    }
}

fn description(text: &str, max: usize) -> Result<(), Unfit> {
    sized(text, 0, max)?;
    match text.chars().all(is_printable) {
        true => Ok(()),
        false => Err(Unfit::not(text, "must be printable characters")),
    }
}

macro_rules! kinds_of_text {
    ($($(#[$meta:meta])* $Kind:ident $([$min:literal, $max:literal])?: |$text:ident| $check:expr $(=> $kept:expr)?;)+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) struct $Kind(pub(super) String);

        impl FromStr for $Kind {
            type Err = Unfit;

            fn from_str($text: &str) -> Result<Self, Unfit> {
                $check?;
                $(sized($text, $min, $max)?;)?
                Ok(Self(kinds_of_text!(@kept $text $($kept)?)))
            }
        }

        impl Schema for $Kind {
            fn schema(_: &mut Book) -> Value {
                #[allow(unused_mut, reason = "not every kind has lengths")]
                let mut schema = json!({"type": "string"});
                $(
                    schema["minLength"] = $min.into();
                    schema["maxLength"] = $max.into();
                )?
                schema
            }
        }

        impl Read for $Kind {
            fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
                let text = String::read(version, value)?;
                text.parse().map_err(|unfit: Unfit| unfit.about(value))
            }
        }
    )+ };
    (@kept $text:ident) => { $text.to_owned() };
    (@kept $text:ident $kept:expr) => { $kept };
}

kinds_of_text! {
    /// What a server, an image or a key is called: 1 to 255 printable characters, no white space around them.
    Name [1, 255]: |text| name(text);
    /// The same, or anything else that is to have a name but may look as it likes.
    AnyName [1, 255]: |text| sized(text, 1, 255);
    /// 0 to 255 printable characters.
    Description [0, 255]: |text| description(text, 255);
    /// The same, up to 65,535 of them.
    LongDescription [0, 65_535]: |text| description(text, 65_535);
    /// What has to be said in words, but only shortly: 1 to 255 characters.
    ShortText [1, 255]: |text| sized(text, 1, 255);
    /// A flavor's id: 1 to 255 of letters, digits and `. _-`, no space at either end.
    FlavorIdText [1, 255]: |text| flavor_id(text);
    /// A metadata key: 1 to 255 of letters, digits and `-_:. `
    MetadataKey [1, 255]: |text| metadata_key(text);
    MetadataValue [0, 255]: |text| sized(text, 0, 255);
    /// A tag: 1 to 60 characters without `,` and `/`.
    Tag [1, 60]: |text| tag(text);
    /// What a share is called inside its server: 1 to 255 of letters, digits and `-`.
    ShareTag [1, 255]: |text| share_tag(text);
    /// What an external event is about: a port's id, mostly.
    EventTag [0, 255]: |text| sized(text, 0, 255);
    /// What a security group is called, and what is said of it.
    GroupText [0, 255]: |text| sized(text, 0, 255);
    /// One label, as a server's hostname was before 2.94.
    Label [2, 63]: |text| label(text);
    /// A full name: of a server since 2.94, or of a host.
    Fqdn [1, 255]: |text| fqdn(text);
    /// An availability zone's name: a name without `:`, which would part it from a host's.
    ZoneName [1, 255]: |text| zone_name(text);
    /// The key of a keypair before 2.92.
    PlainKeyName [1, 255]: |text| key_name(text, r"^[_\- a-zA-Z0-9]+$", "_- ");
    KeyName [1, 255]: |text| key_name(text, r"^[_\-\@\. a-zA-Z0-9]+$", "_-@. ");
    AccessIpV4: |text| address::<std::net::Ipv4Addr>(text, "ipv4");
    /// Kept in its shortest form, however it was written.
    AccessIpV6: |text| address::<std::net::Ipv6Addr>(text, "ipv6") => shortest(text);
    /// An id that Nova wants as a UUID.
    UuidText: |text| uuid(text);
    /// The same, or nothing.
    UuidOrEmpty: |text| uuid_or_empty(text);
    /// At most 65,535 characters of base64.
    UserDataText [0, 65_535]: |text| user_data(text);
}

fn flavor_id(text: &str) -> Result<(), Unfit> {
    sized(text, 1, 255)?;
    let pattern = r"^(?! )[a-zA-Z0-9. _-]+(?<! )$";
    matching(text, pattern, |c| c.is_ascii_alphanumeric() || ". _-".contains(c))?;
    matching(text, pattern, |_| !text.starts_with(' ') && !text.ends_with(' '))
}

fn metadata_key(text: &str) -> Result<(), Unfit> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_:. ".contains(c);
    match (1..=255).contains(&text.len()) && text.chars().all(fits) {
        true => Ok(()),
        false => Err(Unfit::not(
            text,
            "does not match any of the regexes: '^[a-zA-Z0-9-_:. ]{1,255}$'",
        )),
    }
}

fn share_tag(text: &str) -> Result<(), Unfit> {
    sized(text, 1, 255)?;
    matching(text, "^[a-zA-Z0-9-]*$", |c| c.is_ascii_alphanumeric() || c == '-')
}

fn tag(text: &str) -> Result<(), Unfit> {
    sized(text, 1, 60)?;
    matching(text, "^[^,/]*$", |c| !",/".contains(c))
}

fn label(text: &str) -> Result<(), Unfit> {
    sized(text, 2, 63)?;
    let pattern = "^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$";
    matching(text, pattern, |c| c.is_ascii_alphanumeric() || c == '-')?;
    matching(text, pattern, |_| !text.starts_with('-') && !text.ends_with('-'))
}

fn fqdn(text: &str) -> Result<(), Unfit> {
    sized(text, 1, 255)?;
    matching(text, "^[a-zA-Z0-9-._]*$", |c| {
        c.is_ascii_alphanumeric() || "-._".contains(c)
    })
}

fn key_name(text: &str, pattern: &str, others: &str) -> Result<(), Unfit> {
    name(text)?;
    matching(text, pattern, |c| c.is_ascii_alphanumeric() || others.contains(c))
}

/// An empty text clears the address.
fn address<A: FromStr>(text: &str, format: &str) -> Result<(), Unfit> {
    match text.is_empty() || text.parse::<A>().is_ok() {
        true => Ok(()),
        false => Err(Unfit::not(text, &format!("is not a '{format}'"))),
    }
}

fn shortest(address: &str) -> String {
    let parsed = address
        .parse()
        .map(|address: std::net::Ipv6Addr| address.to_string());
    parsed.unwrap_or_else(|_| address.to_owned())
}

fn uuid(text: &str) -> Result<(), Unfit> {
    match uuid::Uuid::parse_str(text) {
        Ok(_) => Ok(()),
        Err(_) => Err(Unfit::not(text, "is not a 'uuid'")),
    }
}

fn uuid_or_empty(text: &str) -> Result<(), Unfit> {
    match text.is_empty() || uuid(text).is_ok() {
        true => Ok(()),
        false => Err(Unfit::not(text, "is not valid under any of the given schemas")),
    }
}

fn user_data(text: &str) -> Result<(), Unfit> {
    use base64::Engine;
    sized(text, 0, crate::objects::UserData::MAX)?;
    let unwrapped: String = text.split_ascii_whitespace().collect();
    match base64::engine::general_purpose::STANDARD.decode(unwrapped) {
        Ok(_) => Ok(()),
        Err(_) => Err(Unfit::not(text, "is not a 'base64'")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{MAX, MIN};

    fn refusal<T: Read + std::fmt::Debug>(text: &str) -> String {
        let read = T::read(MIN, &json!(text));
        read.unwrap_err().at("field").to_string()
    }

    #[test]
    fn each_kind_takes_its_own() {
        let taken = |fits: bool| assert!(fits);
        taken(Name::read(MAX, &json!("web 1 \u{e9}")).is_ok());
        taken(Label::read(MAX, &json!("a-1")).is_ok());
        taken(Fqdn::read(MAX, &json!("a.b_c-")).is_ok());
        taken(KeyName::read(MAX, &json!("key@host")).is_ok());
        taken(AccessIpV4::read(MAX, &json!("192.0.2.1")).is_ok());
        taken(UuidOrEmpty::read(MAX, &json!("")).is_ok());
        taken(UserDataText::read(MAX, &json!("aGVs\nbG8=")).is_ok());
    }

    #[test]
    fn an_address_is_kept_in_its_shortest_form() {
        let kept = |text: &str| AccessIpV6::read(MAX, &json!(text)).unwrap().0;
        assert_eq!(
            kept("0000:0000:0000:0000:0000:babe:220.12.22.2"),
            "::babe:dc0c:1602"
        );
        assert_eq!(kept(""), "");
    }

    #[test]
    fn each_kind_says_what_is_wrong_with_others() {
        for odd in [" web", "web\n", "a\u{202e}b", "a\u{2028}b"] {
            assert_eq!(refusal::<Name>(odd), NOT_A_NAME);
        }
        let seen = |said: String, text: &str, reason: &str| {
            let expected = format!("Invalid input for field/attribute field. Value: {text}. {reason}");
            assert_eq!(said, expected);
        };
        seen(refusal::<Name>(""), "", "'' should be non-empty");
        let long = "a".repeat(256);
        seen(refusal::<Name>(&long), &long, &format!("'{long}' is too long"));
        seen(refusal::<Tag>("a,b"), "a,b", "'a,b' does not match '^[^,/]*$'");
        seen(
            refusal::<Tag>("it's/"),
            "it's/",
            r#""it's/" does not match '^[^,/]*$'"#,
        );
        seen(refusal::<Label>("a"), "a", "'a' is too short");
        for odd in ["-a", "a-", "a.b"] {
            let reason = format!("'{odd}' does not match '^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$'");
            seen(refusal::<Label>(odd), odd, &reason);
        }
        let reason = r"'a@b' does not match '^[_\\- a-zA-Z0-9]+$'";
        seen(refusal::<PlainKeyName>("a@b"), "a@b", reason);
        seen(refusal::<AccessIpV4>("::1"), "::1", "'::1' is not a 'ipv4'");
        seen(refusal::<UserDataText>("x"), "x", "'x' is not a 'base64'");
        seen(refusal::<UuidText>("x"), "x", "'x' is not a 'uuid'");
    }
}

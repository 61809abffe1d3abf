//! The kinds of text that Nova's schemas tell apart, each checked once, on the way in.

use std::fmt;
use std::str::FromStr;

use crate::read_as_text;

/// Why a text is not of its kind; it follows "Invalid input for field/attribute x. Value: y. ".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfit(String);

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn sized(text: &str, min: usize, max: usize) -> Result<(), Unfit> {
    match text.chars().count() {
        n if n < min => Err(Unfit(format!("'{text}' should be non-empty"))),
        n if n > max => Err(Unfit(format!("'{text}' is too long"))),
        _ => Ok(()),
    }
}

fn printable(text: &str) -> Result<(), Unfit> {
    if text.trim() != text || text.chars().any(char::is_control) {
        return Err(Unfit(format!(
            "'{text}' must be printable characters and can not start or end with whitespace."
        )));
    }
    Ok(())
}

macro_rules! kinds_of_text {
    ($($(#[$meta:meta])* $Kind:ident: |$text:ident| $check:expr;)+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) struct $Kind(pub(super) String);

        impl FromStr for $Kind {
            type Err = Unfit;

            fn from_str($text: &str) -> Result<Self, Unfit> {
                $check?;
                Ok(Self($text.to_owned()))
            }
        }

        read_as_text!($Kind);
    )+ };
}

kinds_of_text! {
    /// What a server, an image or a key is called: 1 to 255 printable characters, no white space around them.
    Name: |text| sized(text, 1, 255).and_then(|()| printable(text));
    /// 0 to 255 characters, with no more control than line ends.
    Description: |text| sized(text, 0, 255);
    /// A metadata key: 1 to 255 of letters, digits and `-_:. `
    MetadataKey: |text| sized(text, 1, 255).and_then(|()| metadata_key(text));
    MetadataValue: |text| sized(text, 0, 255);
    /// A tag: 1 to 60 characters without `,` and `/`.
    Tag: |text| tag(text);
    /// What a resolver takes: 2.90 knows one label, 2.94 a full name.
    Hostname: |text| sized(text, 1, 255).and_then(|()| hostname(text));
    /// The key of a keypair before 2.92.
    PlainKeyName: |text| sized(text, 1, 255).and_then(|()| key_name(text, " _-"));
    KeyName: |text| sized(text, 1, 255).and_then(|()| key_name(text, " _-@."));
    AccessIpV4: |text| address::<std::net::Ipv4Addr>(text, "ipv4");
    AccessIpV6: |text| address::<std::net::Ipv6Addr>(text, "ipv6");
    /// An id that Nova wants as a UUID.
    UuidText: |text| uuid(text);
    /// At most 65,535 characters of base64.
    UserDataText: |text| user_data(text);
}

fn metadata_key(text: &str) -> Result<(), Unfit> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_:. ".contains(c);
    match text.chars().all(fits) {
        true => Ok(()),
        false => Err(Unfit(format!(
            "'{text}' does not match '^[a-zA-Z0-9-_:. ]{{1,255}}$'"
        ))),
    }
}

fn tag(text: &str) -> Result<(), Unfit> {
    sized(text, 1, 60)?;
    match text.contains([',', '/']) {
        true => Err(Unfit(format!("'{text}' does not match '^[^,/]*$'"))),
        false => Ok(()),
    }
}

fn hostname(text: &str) -> Result<(), Unfit> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    match text.split('.').all(label) {
        true => Ok(()),
        false => Err(Unfit(format!("'{text}' is not a 'fqdn'"))),
    }
}

fn key_name(text: &str, others: &str) -> Result<(), Unfit> {
    printable(text)?;
    match text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || others.contains(c))
    {
        true => Ok(()),
        false => Err(Unfit(format!(
            "Keypair name contains unsafe characters: '{text}' may have letters, digits and '{others}'."
        ))),
    }
}

/// An empty text clears the address, as in Nova.
fn address<A: FromStr>(text: &str, format: &str) -> Result<(), Unfit> {
    match text.is_empty() || text.parse::<A>().is_ok() {
        true => Ok(()),
        false => Err(Unfit(format!("'{text}' is not a '{format}'"))),
    }
}

fn uuid(text: &str) -> Result<(), Unfit> {
    match uuid::Uuid::parse_str(text) {
        Ok(_) => Ok(()),
        Err(_) => Err(Unfit(format!("'{text}' is not a 'uuid'"))),
    }
}

/// The text itself is not told back: it may hold passwords.
fn user_data(text: &str) -> Result<(), Unfit> {
    use base64::Engine;
    if text.len() > crate::objects::UserData::MAX {
        return Err(Unfit(format!(
            "{} characters are too long: at most 65535 are allowed",
            text.len()
        )));
    }
    let unwrapped: String = text.split_ascii_whitespace().collect();
    match base64::engine::general_purpose::STANDARD.decode(unwrapped) {
        Ok(_) => Ok(()),
        Err(_) => Err(Unfit("it is not 'base64'".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_takes_its_own_and_says_what_is_wrong_with_others() {
        assert!("web 1".parse::<Name>().is_ok());
        assert_eq!(
            "".parse::<Name>().unwrap_err().to_string(),
            "'' should be non-empty"
        );
        assert!(" web".parse::<Name>().is_err());
        assert!("a".repeat(256).parse::<Name>().is_err());
        assert!("a.b-c".parse::<Hostname>().is_ok());
        assert!("-a".parse::<Hostname>().is_err());
        assert!("key@host".parse::<KeyName>().is_ok());
        assert!("key@host".parse::<PlainKeyName>().is_err());
        assert_eq!(
            "a,b".parse::<Tag>().unwrap_err().to_string(),
            "'a,b' does not match '^[^,/]*$'"
        );
        assert!("192.0.2.1".parse::<AccessIpV4>().is_ok());
        assert!("::1".parse::<AccessIpV4>().is_err());
        assert_eq!(
            "x".parse::<UserDataText>().unwrap_err().to_string(),
            "it is not 'base64'"
        );
    }
}

//! What the messages on a console's websocket mean, as the two sides have agreed.

use axum::extract::ws::Message;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderValue;
use serde::Deserialize;

use crate::compute::WindowSize;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Bytes, in binary messages and in text ones: what clients of Nova's proxies speak, also when they say nothing.
    Binary,
    /// Bytes, written as base64 in text messages, for clients that take nothing else.
    Base64,
    /// Bytes in binary messages; a text message is the size of the window: `{"columns": 80, "rows": 24}`.
    Sized,
}

/// What a message from a client means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    Typed(Bytes),
    Resized(WindowSize),
    Nothing,
    Over,
}

#[derive(Deserialize)]
struct Size {
    columns: u16,
    rows: u16,
}

impl Dialect {
    /// The best first.
    pub(super) const NAMES: [&'static str; 3] = ["console.nova-docker", "binary", "base64"];

    pub(super) fn named(name: Option<&HeaderValue>) -> Self {
        match name.map(HeaderValue::as_bytes) {
            Some(b"console.nova-docker") => Self::Sized,
            Some(b"base64") => Self::Base64,
            _ => Self::Binary,
        }
    }

    pub(super) fn message(self, bytes: &[u8]) -> Message {
        match self {
            Self::Base64 => Message::Text(STANDARD.encode(bytes).into()),
            Self::Binary | Self::Sized => Message::Binary(Bytes::copy_from_slice(bytes)),
        }
    }

    /// What cannot be read means nothing.
    pub(super) fn read(self, message: Message) -> Said {
        match (self, message) {
            (_, Message::Close(_)) => Said::Over,
            (_, Message::Ping(_) | Message::Pong(_)) => Said::Nothing,
            (Self::Base64, message) => STANDARD
                .decode(message.into_data())
                .map_or(Said::Nothing, |bytes| Said::Typed(bytes.into())),
            (Self::Sized, Message::Text(text)) => match serde_json::from_str(&text) {
                Ok(Size {
                    columns: columns @ 1..,
                    rows: rows @ 1..,
                }) => Said::Resized(WindowSize { columns, rows }),
                _ => Said::Nothing,
            },
            (_, message) => Said::Typed(message.into_data()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &'static str) -> Said {
        Said::Typed(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn each_dialect_is_read_as_it_is_written() {
        use Dialect::{Base64, Binary, Sized};
        let size = WindowSize {
            columns: 132,
            rows: 43,
        };
        for (dialect, message, said) in [
            (Binary, Message::text("ls\r"), typed("ls\r")),
            (Binary, Message::binary("ls\r"), typed("ls\r")),
            (Base64, Message::text("bHMN"), typed("ls\r")),
            (Base64, Message::binary("bHMN"), typed("ls\r")),
            (Base64, Message::text("!"), Said::Nothing),
            (Sized, Message::binary("ls\r"), typed("ls\r")),
            (
                Sized,
                Message::text(r#"{"columns": 132, "rows": 43}"#),
                Said::Resized(size),
            ),
            (
                Sized,
                Message::text(r#"{"columns": 0, "rows": 43}"#),
                Said::Nothing,
            ),
            (Sized, Message::text("ls"), Said::Nothing),
            (Sized, Message::Close(None), Said::Over),
            (Binary, Message::Pong(Bytes::new()), Said::Nothing),
        ] {
            assert_eq!(dialect.read(message.clone()), said, "{dialect:?} {message:?}");
        }
        assert_eq!(Base64.message(b"ls\r"), Message::text("bHMN"));
        assert_eq!(Binary.message(b"ls\xff"), Message::binary(b"ls\xff".to_vec()));
    }

    #[test]
    fn every_name_is_a_dialect() {
        let of = |name: &'static str| Dialect::named(Some(&HeaderValue::from_static(name)));
        assert_eq!(
            Dialect::NAMES.map(of),
            [Dialect::Sized, Dialect::Binary, Dialect::Base64]
        );
        assert_eq!(Dialect::named(None), Dialect::Binary);
    }
}

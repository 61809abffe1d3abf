//! Whose pages may open a console: a browser says where a page is from, and other clients say nothing.

use http::uri::Authority;
use http::{HeaderMap, Uri, header};

use crate::compute::Error;

/// As Nova's proxies do it. `url` is what the console's address began with, and tells the scheme to expect.
pub(super) fn check(headers: &HeaderMap, url: &str, allowed: &[String]) -> Result<(), Error> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if !headers.contains_key(header::ORIGIN) {
        return Ok(());
    }
    let refused = |words: &str| Err(Error::Forbidden(words.to_owned()));
    let origin: Option<Uri> = text("origin").and_then(|origin| origin.parse().ok());
    let origin = origin.unwrap_or_default();
    let scheme = text("x-forwarded-proto").or_else(|| origin.scheme_str());
    let (Some(host), Some(scheme)) = (origin.host(), scheme) else {
        return refused("Origin header not valid.");
    };
    let ours: Option<Authority> = text("host").and_then(|host| host.parse().ok());
    let is_ours = ours.is_some_and(|ours| same(ours.host(), host));
    if !is_ours && !allowed.iter().any(|allowed| same(allowed, host)) {
        return refused("Origin header does not match this host.");
    }
    let expected = url.split("://").next().unwrap_or_default();
    let fits = match expected {
        "ws" => ["ws", "http"].contains(&scheme),
        "wss" => ["wss", "https"].contains(&scheme),
        other => other == scheme,
    };
    match fits {
        true => Ok(()),
        false => refused("Origin header protocol does not match this host."),
    }
}

/// An IPv6 address may be in brackets.
fn same(one: &str, other: &str) -> bool {
    let bare = |host: &str| host.trim_matches(['[', ']']).to_ascii_lowercase();
    bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(url: &str, headers: &[(&'static str, &str)]) -> Option<String> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        let allowed = ["horizon.example".to_owned(), "2001:db8::1".to_owned()];
        check(&headers, url, &allowed)
            .err()
            .map(|error| error.to_string())
    }

    #[test]
    fn pages_of_this_host_and_of_allowed_ones_may_open_consoles() {
        let host = ("host", "console.example:6083");
        for (url, origin) in [
            ("ws://c/", "http://console.example:6083"),
            ("ws://c/", "http://CONSOLE.example"),
            ("wss://c/", "https://horizon.example"),
            ("http://c/", "http://horizon.example:8080"),
            ("https://c/", "https://[2001:db8::1]"),
        ] {
            assert_eq!(checked(url, &[host, ("origin", origin)]), None, "{url} {origin}");
        }
        assert_eq!(checked("ws://c/", &[host]), None);
        let behind = [
            host,
            ("origin", "http://console.example"),
            ("x-forwarded-proto", "https"),
        ];
        assert_eq!(checked("wss://c/", &behind), None);
    }

    #[test]
    fn pages_from_elsewhere_may_not() {
        let host = ("host", "console.example:6083");
        for (url, origin, words) in [
            (
                "ws://c/",
                "http://evil.example",
                "Origin header does not match this host.",
            ),
            (
                "ws://c/",
                "http://console.example.evil",
                "Origin header does not match this host.",
            ),
            (
                "wss://c/",
                "http://console.example",
                "Origin header protocol does not match this host.",
            ),
            (
                "http://c/",
                "https://console.example",
                "Origin header protocol does not match this host.",
            ),
            ("ws://c/", "null", "Origin header not valid."),
            ("ws://c/", "", "Origin header not valid."),
            ("ws://c/", "not a host", "Origin header not valid."),
        ] {
            let said = checked(url, &[host, ("origin", origin)]);
            assert_eq!(said.as_deref(), Some(words), "{url} {origin}");
        }
    }
}

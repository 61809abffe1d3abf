//! The page for browsers. Its terminal is one that the host has (`[console] html5_path`); without any, the page shows lines.

use std::path::PathBuf;

use axum::response::{Html, IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, StatusCode};

const PAGE: &str = include_str!("page/console.html");
const SCRIPT: &str = include_str!("page/console.js");
const STYLE: &str = include_str!("page/console.css");

/// Terminals set styles of their own; nothing else comes from anywhere but here. Whoever has the address may frame the page,
/// as dashboards do.
const POLICY: &str =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:";
/// The address holds a token: it is not kept, and told to nobody.
const DISCREET: [(HeaderName, &str); 4] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// What the page asks for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Ours(&'static str, &'static str),
    /// Somebody else's, at one of these places in a folder: as Debian has it, as npm has it.
    Theirs(&'static str, &'static [&'static str]),
}

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

impl Part {
    pub(super) fn called(name: &str) -> Option<Self> {
        Some(match name {
            "console.js" => Self::Ours(JAVASCRIPT, SCRIPT),
            "console.css" => Self::Ours(CSS, STYLE),
            "xterm.js" => Self::Theirs(JAVASCRIPT, &["xterm.js", "lib/xterm.js"]),
            "xterm.css" => Self::Theirs(CSS, &["xterm.css", "css/xterm.css"]),
            "term.js" => Self::Theirs(JAVASCRIPT, &["term.js"]),
            _ => return None,
        })
    }

    pub(super) async fn answer(self, folders: &[PathBuf]) -> Response {
        let (kind, places) = match self {
            Self::Ours(kind, content) => return ([(CONTENT_TYPE, kind)], content).into_response(),
            Self::Theirs(kind, places) => (kind, places),
        };
        for folder in folders {
            for place in places {
                if let Ok(content) = tokio::fs::read(folder.join(place)).await {
                    return ([(CONTENT_TYPE, kind)], content).into_response();
                }
            }
        }
        StatusCode::NOT_FOUND.into_response()
    }
}

pub(super) fn whole() -> Response {
    (DISCREET, Html(PAGE)).into_response()
}

/// For people and programs alike; `words` are ours.
pub(super) fn refusal(status: StatusCode, words: &str) -> Response {
    let text = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
    (status, DISCREET, text, format!("{words}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    async fn text(response: Response) -> String {
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(bytes.into()).unwrap()
    }

    #[tokio::test]
    async fn a_terminal_is_found_as_debian_and_as_npm_lay_it_out() {
        let (debian, npm) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(debian.path().join("term.js"), "debian").unwrap();
        for (folder, file) in [("lib", "xterm.js"), ("css", "xterm.css")] {
            std::fs::create_dir(npm.path().join(folder)).unwrap();
            std::fs::write(npm.path().join(folder).join(file), file).unwrap();
        }
        let folders = [debian.path().to_owned(), npm.path().to_owned()];
        for (name, content) in [
            ("term.js", "debian"),
            ("xterm.js", "xterm.js"),
            ("xterm.css", "xterm.css"),
        ] {
            let answer = Part::called(name).unwrap().answer(&folders).await;
            assert_eq!(text(answer).await, content);
        }
        let answer = Part::called("xterm.js").unwrap().answer(&folders[..1]).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert_eq!(Part::called("passwd"), None);
    }

    #[test]
    fn every_part_of_ours_is_served() {
        for name in ["console.js", "console.css"] {
            assert!(PAGE.contains(name) && Part::called(name).is_some(), "{name}");
        }
        for name in ["xterm.js", "term.js"] {
            assert!(
                SCRIPT.contains(&format!("\"{name}\"")) && Part::called(name).is_some(),
                "{name}"
            );
        }
    }
}

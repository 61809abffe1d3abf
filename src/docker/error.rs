//! Why the engine did not do what it was asked, and the one place that learns it from the client library.

use bollard::errors::Error as Client;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "the Docker engine at {url} cannot be reached: {reason}; is it running, and may this user open it?"
    )]
    Unreachable { url: String, reason: String },
    #[error("[docker] {option}: {reason}")]
    Option { option: &'static str, reason: String },
    #[error(
        "the Docker engine at {url} speaks API version {version} at most; the oldest supported is 1.41, which came with \
         Docker 20.10"
    )]
    TooOld { url: String, version: String },
    /// The engine answered with an error, in its own words.
    #[error("{message}")]
    Engine { status: u16, message: String },
    #[error("the Docker engine broke off: {0}")]
    Broken(String),
}

impl Error {
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Engine { status: 404, .. })
    }

    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine { status: 409, .. })
    }

    /// The engine is away, and the same request may succeed when it is back.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Broken(_))
    }
}

impl From<Client> for Error {
    fn from(error: Client) -> Self {
        match error {
            Client::DockerResponseServerError { status_code, message } => Self::Engine {
                status: status_code,
                message: message.trim_end().to_owned(),
            },
            // An error in the middle of an answer that had begun with 200.
            Client::DockerStreamError { error } => Self::Engine {
                status: 500,
                message: error,
            },
            Client::IOError { err } => Self::from_transport(err),
            Client::RequestTimeoutError => Self::Broken("it did not answer in time".to_owned()),
            other => Self::Broken(with_causes(&other)),
        }
    }
}

impl Error {
    /// Our own transport wraps our own error.
    fn from_transport(error: std::io::Error) -> Self {
        let text = with_causes(&error);
        match error.into_inner().map(|inner| inner.downcast::<Self>()) {
            Some(Ok(ours)) => *ours,
            _ => Self::Broken(text),
        }
    }
}

/// An error with everything that caused it: client libraries put the useful part last.
pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let words = next.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = next.source();
    }
    text
}

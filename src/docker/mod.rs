//! The connection to the Docker engine, nothing else.

/// Why the engine did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "the Docker engine at {url} cannot be reached: {reason}; is it running, and may this user open it?"
    )]
    Unreachable { url: String, reason: String },
    #[error("[docker] {option}: {reason}")]
    Option { option: &'static str, reason: String },
    /// The engine answered with an error, in its own words.
    #[error("{message}")]
    Engine { status: u16, message: String },
    #[error("the Docker engine broke off: {0}")]
    Broken(String),
}

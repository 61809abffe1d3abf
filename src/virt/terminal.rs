//! A live terminal of an instance: what it writes, what is typed into it, and how big it is.

use std::fmt;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Error;

/// Dropped, it is over, and with it a shell that was begun for it.
pub struct Terminal {
    /// Ends when the process in the terminal, or the instance, ends.
    pub output: Box<dyn AsyncRead + Send + Unpin>,
    pub input: Box<dyn AsyncWrite + Send + Unpin>,
    pub window: Box<dyn Window>,
}

/// In characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowSize {
    pub columns: u16,
    pub rows: u16,
}

impl WindowSize {
    /// What a terminal has that nobody tells its size.
    pub const USUAL: Self = Self {
        columns: 80,
        rows: 24,
    };
}

/// What a terminal is looked at through.
#[async_trait]
pub trait Window: Send {
    async fn resize(&mut self, size: WindowSize) -> Result<(), Error>;
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terminal").finish_non_exhaustive()
    }
}

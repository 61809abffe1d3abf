//! What can be wrong with a document of ours, and where in it.

use std::fmt;

/// Why a `user_data` is refused. The words are for whoever wrote it and may quote a value of it: not for a log.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    #[error("user_data cannot be read: {0}")]
    Unreadable(String),
    #[error("`{path}`{}: expected {expected}, found {found}", InLine(*.line))]
    Unfit {
        path: Path,
        line: Option<usize>,
        expected: String,
        found: String,
    },
    #[error("`{path}`{}: there is no such option{}", InLine(*.line), Hint(.nearest.as_deref()))]
    UnknownKey {
        path: Path,
        line: Option<usize>,
        nearest: Option<String>,
    },
    #[error(
        "`{path}`{} and `{other}` are of two vocabularies: write all of it as the Engine's API does (`{}`) or all of \
         it as docker-py does (`{}`)",
        InLine(*.line), "HostConfig", "host_config"
    )]
    Mixed {
        path: Path,
        line: Option<usize>,
        other: String,
    },
}

/// The way from the top of the document to a value, such as `HostConfig.PortBindings.22/tcp[0].HostPort`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Path(pub(super) Vec<Step>);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// What is wrong with a value, before it is known in which line it stands. The path grows at its front on the way out.
#[derive(Debug, PartialEq)]
pub(super) struct Mistake {
    pub(super) path: Path,
    problem: Problem,
}

#[derive(Debug, PartialEq)]
enum Problem {
    Unfit { expected: String, found: String },
    UnknownKey { nearest: Option<String> },
    Mixed { other: String },
}

struct InLine(Option<usize>);

struct Hint<'a>(Option<&'a str>);

impl Mistake {
    pub(super) fn unfit(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::new(Problem::Unfit {
            expected: expected.into(),
            found: found.into(),
        })
    }

    pub(super) fn unknown_key(key: &str, nearest: Option<String>) -> Self {
        Self::new(Problem::UnknownKey { nearest }).under(key)
    }

    pub(super) fn mixed(key: &str, other: &str) -> Self {
        Self::new(Problem::Mixed {
            other: other.to_owned(),
        })
        .under(key)
    }

    pub(super) fn under(mut self, key: &str) -> Self {
        self.path.0.insert(0, Step::Key(key.to_owned()));
        self
    }

    pub(super) fn at(mut self, index: usize) -> Self {
        self.path.0.insert(0, Step::Index(index));
        self
    }

    pub(super) fn in_line(self, line: Option<usize>) -> Error {
        let path = self.path;
        match self.problem {
            Problem::Unfit { expected, found } => Error::Unfit {
                path,
                line,
                expected,
                found,
            },
            Problem::UnknownKey { nearest } => Error::UnknownKey { path, line, nearest },
            Problem::Mixed { other } => Error::Mixed { path, line, other },
        }
    }

    fn new(problem: Problem) -> Self {
        Self {
            path: Path::default(),
            problem,
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if position == 0 => write!(f, "{}", shortened(key))?,
                Step::Key(key) => write!(f, ".{}", shortened(key))?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for InLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |line| write!(f, " (line {line})"))
    }
}

impl fmt::Display for Hint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .map_or(Ok(()), |name| write!(f, ", did you mean `{name}`?"))
    }
}

/// `text` on one line and short enough for a message.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut short: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().nth(LONGEST).is_some() {
        short.push_str("...");
    }
    short
}

//! Why a policy file cannot be used.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("[oslo_policy] policy_file: {} cannot be read: {source}", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{}: is not YAML or JSON with a rule in each entry: {source}", path.display())]
    NotYaml {
        path: PathBuf,
        #[source]
        source: serde_yaml::Error,
    },
    /// Every mistake in the file, one on each line.
    #[error("{}", .0.join("\n"))]
    Rules(Vec<String>),
}

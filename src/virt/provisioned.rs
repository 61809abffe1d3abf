//! What came of what a `user_data` asks for inside a server.

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provisioned {
    /// The image has cloud-init, which reads the `user_data` itself.
    LeftToCloudInit,
    Done(Vec<Outcome>),
    /// The server ended, or was taken away, before all of it was done; what is known to have come to its end.
    BrokenOff(Vec<Outcome>),
}

/// How one part of it ended: a module of cloud-config, or a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub what: String,
    pub exit_code: i64,
}

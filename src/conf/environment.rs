//! What configuration depends on beside its files: the process's user, its variables and the machine's name.

use std::path::PathBuf;

/// The surroundings of the process, passed in so that a test can choose them.
pub trait Environment {
    fn var(&self, name: &str) -> Option<String>;
    fn host_name(&self) -> Option<String>;
    fn is_root(&self) -> bool;
}

/// The surroundings this process really has.
#[derive(Debug, Clone, Copy)]
pub struct Process;

impl Environment for Process {
    fn var(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn host_name(&self) -> Option<String> {
        nix::unistd::gethostname().ok()?.into_string().ok()
    }

    fn is_root(&self) -> bool {
        nix::unistd::Uid::effective().is_root()
    }
}

/// A machine about which nothing is known; its user is root.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nowhere;

impl Environment for Nowhere {
    fn var(&self, _: &str) -> Option<String> {
        None
    }

    fn host_name(&self) -> Option<String> {
        None
    }

    fn is_root(&self) -> bool {
        true
    }
}

const SYSTEM_STATE: &str = "/var/lib/nova-docker";

/// The default of `host`.
pub(crate) fn host_name(env: &dyn Environment) -> String {
    env.host_name().unwrap_or_else(|| "localhost".to_owned())
}

/// The default of `state_path`: where this user may write.
pub(crate) fn state_path(env: &dyn Environment) -> String {
    let user_state = || {
        let absolute = |name| env.var(name).map(PathBuf::from).filter(|path| path.is_absolute());
        absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))
    };
    // What systemd made for the unit (StateDirectory=) goes before all.
    let given = env
        .var("STATE_DIRECTORY")
        .filter(|path| path.starts_with('/') && !path.contains(':'));
    if let Some(path) = given {
        return path;
    }
    match (env.is_root(), user_state()) {
        (false, Some(state)) => state.join("nova-docker").to_string_lossy().into_owned(),
        _ => SYSTEM_STATE.to_owned(),
    }
}

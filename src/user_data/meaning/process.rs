//! What runs, and how it is begun and ended.

use super::{Meaning, Place, add, free, of, put, say};
use crate::user_data::class::{self, FREE};
use crate::user_data::document::Node;
use crate::user_data::draft::{Draft, set};
use crate::user_data::error::Mistake;
use crate::user_data::shapes::command::argv;
use crate::user_data::shapes::values::{flag, number, text, texts, unfit};
use crate::user_data::shapes::{env, health, host_side, names, restart};

pub(in crate::user_data) const COMMAND: Meaning =
    free("a command line, or a list of words", "Cmd", say!(cmd, argv));

pub(in crate::user_data) const ENTRYPOINT: Meaning = free(
    "a command line, or a list of words; ``[\"\"]`` takes the image's away",
    "Entrypoint",
    say!(entrypoint, argv),
);

pub(in crate::user_data) const ENV: Meaning = free(
    "a mapping, or a list of ``K=V``; ``K`` alone takes one away",
    "Env",
    say!(env, env::environment),
);

pub(in crate::user_data) const LABELS: Meaning = free(
    "a mapping, or a list of ``K=V``",
    "Labels",
    put!(labels, env::labels),
);

pub(in crate::user_data) const HOSTNAME: Meaning = Meaning {
    class: FREE,
    shape: "a host name",
    place: Place::Elsewhere("the server has its own"),
    read: say!(hostname, names::hostname),
};

pub(in crate::user_data) const DOMAINNAME: Meaning =
    free("a domain name", "Domainname", say!(domainname, names::hostname));

pub(in crate::user_data) const USER: Meaning = free(
    "a name or number, with ``:group`` or not",
    "User",
    say!(user, text),
);

pub(in crate::user_data) const WORKING_DIR: Meaning = of(
    class::WORKING_DIR,
    "a path",
    "WorkingDir",
    say!(working_dir, names::absolute_path),
);

pub(in crate::user_data) const DETACH: Meaning = free(
    "true or false; with ``stdin_open`` it decides about input too",
    "AttachStdin, AttachStdout, AttachStderr, StdinOnce",
    |draft, node| set(&mut draft.detach, flag(node)),
);

pub(in crate::user_data) const ATTACH_STDIN: Meaning =
    free("true or false", "AttachStdin", say!(attach_stdin, flag));

pub(in crate::user_data) const ATTACH_STDOUT: Meaning =
    free("true or false", "AttachStdout", say!(attach_stdout, flag));

pub(in crate::user_data) const ATTACH_STDERR: Meaning =
    free("true or false", "AttachStderr", say!(attach_stderr, flag));

pub(in crate::user_data) const OPEN_STDIN: Meaning = free(
    "true or false; true when not said",
    "OpenStdin",
    say!(open_stdin, flag),
);

pub(in crate::user_data) const STDIN_ONCE: Meaning =
    free("true or false", "StdinOnce", say!(stdin_once, flag));

pub(in crate::user_data) const TTY: Meaning = free("true or false", "Tty", say!(tty, flag));

pub(in crate::user_data) const CONSOLE_SIZE: Meaning = free(
    "``[height, width]``",
    "HostConfig.ConsoleSize",
    say!(console_size, host_side::console_size),
);

pub(in crate::user_data) const STOP_SIGNAL: Meaning = free("a signal", "StopSignal", say!(stop_signal, text));

pub(in crate::user_data) const STOP_TIMEOUT: Meaning =
    free("seconds, at most 3600", "StopTimeout", stop_timeout);

pub(in crate::user_data) const HEALTHCHECK: Meaning = free(
    "``{test, interval, timeout, retries, start_period, start_interval}``, times in nanoseconds",
    "Healthcheck",
    say!(healthcheck, health::check),
);

pub(in crate::user_data) const SHELL: Meaning = free("a list of words", "Shell", add!(shell, texts));

pub(in crate::user_data) const INIT: Meaning = free("true or false", "HostConfig.Init", say!(init, flag));

pub(in crate::user_data) const PLATFORM: Meaning = Meaning {
    class: FREE,
    shape: "``os/architecture/variant``",
    place: Place::At("platform"),
    read: say!(platform, host_side::platform),
};

pub(in crate::user_data) const RESTART_POLICY: Meaning = free(
    "``{Name, MaximumRetryCount}``",
    "HostConfig.RestartPolicy",
    say!(restart_policy, restart::policy),
);

pub(in crate::user_data) const AUTO_REMOVE: Meaning = Meaning {
    class: FREE,
    shape: "true or false",
    place: Place::Elsewhere("the server is deleted when its process ends by itself"),
    read: auto_remove,
};

pub(in crate::user_data) const LOG_CONFIG: Meaning = of(
    class::LOG_CONFIG,
    "``{type, config}``",
    "HostConfig.LogConfig",
    say!(log_config, host_side::log_config),
);

/// The engine itself, when it ends, waits for the most patient of all containers.
const LONGEST_END: i64 = 3600;

fn stop_timeout(draft: &mut Draft, node: &Node) -> Result<(), Mistake> {
    match number(node, 1, "whole seconds from 0 to 3600")? {
        Some(seconds) if seconds > LONGEST_END => Err(unfit("whole seconds from 0 to 3600", node)),
        seconds => set(&mut draft.options.stop_timeout, Ok(seconds)),
    }
}

/// The tables have it after the restart policy.
fn auto_remove(draft: &mut Draft, node: &Node) -> Result<(), Mistake> {
    set(&mut draft.options.auto_remove, flag(node))?;
    let policy = draft.options.restart_policy.as_ref();
    let restarts = policy.is_some_and(|policy| policy.name != "no");
    match draft.options.auto_remove {
        Some(true) if restarts => Err(unfit(
            "false, for the restart policy brings the process back",
            node,
        )),
        _ => Ok(()),
    }
}

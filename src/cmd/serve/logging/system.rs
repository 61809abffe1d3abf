//! The logs that the machine keeps for everybody.

use anyhow::Context;
use syslog_tracing::{Facility, Options, Syslog};

const NAME: &std::ffi::CStr = c"nova-docker";

/// Lines go there by `syslog(3)`.
pub(super) fn log(facility: &str) -> anyhow::Result<Syslog> {
    let facility = match facility {
        "LOG_DAEMON" => Facility::Daemon,
        "LOG_LOCAL0" => Facility::Local0,
        "LOG_LOCAL1" => Facility::Local1,
        "LOG_LOCAL2" => Facility::Local2,
        "LOG_LOCAL3" => Facility::Local3,
        "LOG_LOCAL4" => Facility::Local4,
        "LOG_LOCAL5" => Facility::Local5,
        "LOG_LOCAL6" => Facility::Local6,
        "LOG_LOCAL7" => Facility::Local7,
        _ => Facility::User,
    };
    Syslog::new(NAME, Options::LOG_PID, facility)
        .context("[DEFAULT] use_syslog: the system log is in use already")
}

pub(super) fn journal() -> anyhow::Result<tracing_journald::Layer> {
    let layer =
        tracing_journald::layer().context("[DEFAULT] use_journal: there is no journal on this machine")?;
    Ok(layer.with_syslog_identifier(NAME.to_string_lossy().into_owned()))
}

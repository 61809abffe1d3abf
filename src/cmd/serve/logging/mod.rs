//! Where the log goes and how its lines look: to a file, the system log, the journal, each that is asked for, or else to
//! standard error.

mod file;
mod line;
mod system;

use std::io;
use std::path::PathBuf;

use anyhow::Context;
use tracing::Subscriber;
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, reload};

use self::file::LogFile;
use self::line::{OsloLine, Requests};
use crate::conf::{Base, Conf};

/// The name of the file in `log_dir` when `log_file` names none.
const FILE: &str = "nova-docker.log";

/// The log, once it is up.
#[derive(Debug)]
pub(super) struct Logging {
    filter: reload::Handle<EnvFilter, Registry>,
    file: Option<LogFile>,
    on_stderr: bool,
}

impl Logging {
    /// Installed for the whole process; `RUST_LOG` says more than the options.
    pub(super) fn start(conf: &Conf) -> anyhow::Result<Self> {
        let base = &conf.default;
        let (filter, handle) = reload::Layer::new(filter(base)?);
        let file = path(base)
            .map(|path| {
                LogFile::open(&path)
                    .with_context(|| format!("[DEFAULT] log_file: {} cannot be opened", path.display()))
            })
            .transpose()?;
        let on_stderr = file.is_none() && !base.use_syslog && !base.use_journal;
        let mut writers: Vec<BoxMakeWriter> = Vec::new();
        writers.extend(file.iter().cloned().map(BoxMakeWriter::new));
        if on_stderr {
            writers.push(BoxMakeWriter::new(io::stderr));
        }
        if base.use_syslog {
            writers.push(BoxMakeWriter::new(system::log(&base.syslog_log_facility)?));
        }
        let lines: Vec<_> = writers
            .into_iter()
            .map(|writer| lines(writer, base.use_json))
            .collect();
        let journal = base.use_journal.then(system::journal).transpose()?;
        let registry = Registry::default().with(filter).with(Requests);
        registry.with(lines).with(journal).init();
        Ok(Self {
            filter: handle,
            file,
            on_stderr,
        })
    }

    pub(super) const fn is_on_stderr(&self) -> bool {
        self.on_stderr
    }

    /// What is logged may have changed, and the file may have been moved away.
    pub(super) fn reload(&self, conf: &Conf) -> anyhow::Result<()> {
        self.filter.reload(filter(&conf.default)?)?;
        if let Some(file) = &self.file {
            let name = || format!("{} cannot be opened", file.path().display());
            file.open_again().with_context(name)?;
        }
        Ok(())
    }
}

fn lines<S>(writer: BoxMakeWriter, json: bool) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(writer);
    match json {
        true => lines.json().boxed(),
        false => lines.event_format(OsloLine).boxed(),
    }
}

fn path(base: &Base) -> Option<PathBuf> {
    match (&base.log_dir, &base.log_file) {
        (Some(dir), file) => Some(dir.join(file.as_deref().unwrap_or_else(|| FILE.as_ref()))),
        (None, file) => file.clone(),
    }
}

fn filter(base: &Base) -> anyhow::Result<EnvFilter> {
    let asked = std::env::var(EnvFilter::DEFAULT_ENV).unwrap_or_default();
    let directives = directives(&asked, base);
    EnvFilter::try_new(&directives).with_context(|| {
        format!("RUST_LOG or [DEFAULT] default_log_levels: '{directives}' does not say what to log")
    })
}

/// The engine's client logs whole bodies at `debug`, with the users' environments and keys in them: only who names it gets that.
fn directives(asked: &str, base: &Base) -> String {
    let level = match (asked.trim(), base.debug) {
        ("", true) => "nova_docker=debug,info",
        ("", false) => "info",
        (asked, _) => asked,
    };
    let mut directives = vec![level.to_owned()];
    directives.extend(base.default_log_levels.iter().map(|pair| directive(pair)));
    if !directives.iter().any(|directive| directive.contains("bollard")) {
        directives.insert(0, "bollard=info".to_owned());
    }
    directives.join(",")
}

/// `nova_docker.compute=WARNING` in the filter's own terms.
fn directive(pair: &str) -> String {
    let (logger, level) = pair.split_once('=').unwrap_or((pair, "DEBUG"));
    let level = match level.trim().to_ascii_uppercase().as_str() {
        "WARNING" => "WARN".to_owned(),
        "CRITICAL" | "FATAL" => "ERROR".to_owned(),
        other => other.to_owned(),
    };
    format!("{}={level}", logger.trim().replace('.', "::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(debug: bool, levels: &[&str]) -> Base {
        Base {
            debug,
            default_log_levels: levels.iter().map(|&level| level.to_owned()).collect(),
            ..Conf::default().default
        }
    }

    #[test]
    fn bodies_that_go_to_the_engine_are_logged_for_who_names_its_client_only() {
        let of = |asked, debug| directives(asked, &base(debug, &[]));
        assert_eq!(of("", false), "bollard=info,info");
        assert_eq!(of("", true), "bollard=info,nova_docker=debug,info");
        assert_eq!(of("debug", false), "bollard=info,debug");
        assert_eq!(of("info,bollard=debug", true), "info,bollard=debug");
    }

    #[test]
    fn levels_are_said_as_oslo_says_them() {
        let levels = ["amqp=WARN", "nova_docker.compute=WARNING", "bollard=CRITICAL"];
        assert_eq!(
            directives("", &base(false, &levels)),
            "info,amqp=WARN,nova_docker::compute=WARN,bollard=ERROR"
        );
        assert!(filter(&base(false, &["nova_docker=LOUD"])).is_err());
    }

    #[test]
    fn a_folder_holds_the_file() {
        let at = |dir: Option<&str>, file: Option<&str>| {
            let base = Base {
                log_dir: dir.map(PathBuf::from),
                log_file: file.map(PathBuf::from),
                ..Conf::default().default
            };
            path(&base).map(|path| path.display().to_string())
        };
        assert_eq!(at(None, None), None);
        assert_eq!(at(None, Some("/l/x")).as_deref(), Some("/l/x"));
        assert_eq!(at(Some("/l"), None).as_deref(), Some("/l/nova-docker.log"));
        assert_eq!(at(Some("/l"), Some("x")).as_deref(), Some("/l/x"));
    }
}

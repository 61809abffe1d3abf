//! Where the log goes and how its lines look.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal};
use std::sync::Arc;

use anyhow::Context;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use crate::conf::Conf;

/// Where what is logged can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Log {
    /// Nowhere: it is not up yet.
    None,
    Stderr,
    File,
}

/// Installed for the whole process; `RUST_LOG` says more than `[DEFAULT] debug`.
pub(super) fn start(conf: &Conf) -> anyhow::Result<Log> {
    let asked = std::env::var(EnvFilter::DEFAULT_ENV).unwrap_or_default();
    let filter = directives(&asked, conf.default.debug);
    let filter = EnvFilter::try_new(&filter).with_context(|| format!("RUST_LOG: '{asked}' is no filter"))?;
    let file = conf.default.log_file.as_ref();
    let (log, writer) = match file {
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(path);
            let file =
                file.with_context(|| format!("[DEFAULT] log_file: {} cannot be opened", path.display()))?;
            (Log::File, BoxMakeWriter::new(Arc::new(file)))
        }
        None => (Log::Stderr, BoxMakeWriter::new(io::stderr)),
    };
    let colours = file.is_none() && io::stderr().is_terminal();
    install(filter, writer, colours, conf.default.use_json);
    Ok(log)
}

/// The engine's client logs whole bodies at `debug`, with the users' environments and keys in them: only who names it gets that.
fn directives(asked: &str, debug: bool) -> String {
    let level = match asked.trim() {
        "" if debug => "nova_docker=debug,info",
        "" => "info",
        asked => asked,
    };
    match level.contains("bollard") {
        true => level.to_owned(),
        false => format!("bollard=info,{level}"),
    }
}

fn install<W>(filter: EnvFilter, writer: W, colours: bool, json: bool)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(colours);
    match json {
        true => lines.json().init(),
        false => lines.init(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_that_go_to_the_engine_are_logged_for_who_names_its_client_only() {
        assert_eq!(directives("", false), "bollard=info,info");
        assert_eq!(directives("", true), "bollard=info,nova_docker=debug,info");
        assert_eq!(directives("debug", false), "bollard=info,debug");
        assert_eq!(directives("info,bollard=debug", true), "info,bollard=debug");
    }
}

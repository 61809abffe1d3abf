//! Where the log goes and how its lines look.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal};
use std::sync::Arc;

use anyhow::Context;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use crate::conf::Conf;

/// Installed for the whole process; `RUST_LOG` says more than `[DEFAULT] debug`. Without a configuration, what is wrong with
/// it can still be said.
pub(super) fn start(conf: Option<&Conf>) -> anyhow::Result<()> {
    let debug = conf.is_some_and(|conf| conf.default.debug);
    let level = if debug { "nova_docker=debug,info" } else { "info" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let file = conf.and_then(|conf| conf.default.log_file.as_ref());
    let writer = match file {
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(path);
            let file =
                file.with_context(|| format!("[DEFAULT] log_file: {} cannot be opened", path.display()))?;
            BoxMakeWriter::new(Arc::new(file))
        }
        None => BoxMakeWriter::new(io::stderr),
    };
    let colours = file.is_none() && io::stderr().is_terminal();
    install(
        filter,
        writer,
        colours,
        conf.is_some_and(|conf| conf.default.use_json),
    );
    Ok(())
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

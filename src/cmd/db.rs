//! `nova-docker db`: the database, looked after as `nova-manage db` does for Nova.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use clap::{ArgGroup, Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::ConfigFiles;
use crate::conf::{Conf, environment};
use crate::db::Db;
use crate::objects::{SystemWorld, World};

#[derive(Debug, Subcommand)]
pub enum Database {
    /// Bring the tables to this version, as the next start of the service would; it must not run
    Sync(ConfigFiles),
    /// Write the number of the tables' form in the database
    Version(ConfigFiles),
    /// Forget servers that are gone, their actions and migrations; the service may run. Usage reports and `changes-since`
    /// know nothing of them afterwards. Exit with 3 when there were none
    Purge(Purge),
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["before", "all"]))]
pub struct Purge {
    #[command(flatten)]
    config: ConfigFiles,
    /// Those that were deleted before this time, 2026-01-31 or 2026-01-31T12:00:00, in UTC
    #[arg(long, value_name = "DATE", value_parser = time)]
    before: Option<Timestamp>,
    /// All of them
    #[arg(long)]
    all: bool,
    /// Say how far it is
    #[arg(long)]
    verbose: bool,
}

/// As `nova-manage db purge` ends when nothing was deleted.
const NOTHING: u8 = 3;

pub fn run(database: &Database, out: &mut dyn Write) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime
        .context("the runtime could not be started")
        .and_then(|runtime| runtime.block_on(carry_out(database, out)));
    done.unwrap_or_else(|error| {
        // If standard error is gone nobody can be told.
        let _ = writeln!(std::io::stderr(), "error: {error:#}");
        ExitCode::FAILURE
    })
}

async fn carry_out(database: &Database, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let (Database::Sync(files) | Database::Version(files) | Database::Purge(Purge { config: files, .. })) =
        database;
    let conf = Conf::load(&files.sources(), &environment::Process)?;
    let path = conf.database.sqlite_path(&conf.default.state_path);
    let name = || path.display().to_string();
    match database {
        Database::Sync(_) => {
            Db::open(&path).await?;
        }
        Database::Version(_) => {
            let (made, _) = Db::versions(&path).await.with_context(name)?;
            writeln!(out, "{}", made.unwrap_or(0))?;
        }
        Database::Purge(purge) => {
            let before = purge.before.unwrap_or_else(|| SystemWorld.now());
            let see = |so_far: crate::db::Purged| {
                if purge.verbose {
                    // Who does not listen any more is not told.
                    let _ = writeln!(std::io::stderr(), "{} servers", so_far.instances);
                }
            };
            let purged = Db::purge(&path, before, see).await.with_context(name)?;
            let (servers, actions, migrations) = (purged.instances, purged.actions, purged.migrations);
            writeln!(
                out,
                "Forgotten: {servers} servers, {actions} actions, {migrations} migrations."
            )?;
            if servers == 0 {
                return Ok(ExitCode::from(NOTHING));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn time(text: &str) -> Result<Timestamp, String> {
    // A time zone may be said, and a date alone is its midnight.
    text.parse().or_else(|_| {
        let time: DateTime = text
            .parse()
            .map_err(|_| "that is no date: 2026-01-31 is one, and 2026-01-31T12:00:00".to_owned())?;
        let zoned = time.to_zoned(TimeZone::UTC).map_err(|error| error.to_string())?;
        Ok(zoned.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Alone {
        #[command(subcommand)]
        database: Database,
    }

    fn said(words: &[&str]) -> (ExitCode, String) {
        let parsed = Alone::try_parse_from(["db"].iter().chain(words)).unwrap();
        let mut out = Vec::new();
        let code = run(&parsed.database, &mut out);
        (code, String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_database_is_made_numbered_and_has_nothing_to_forget() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("nova.conf");
        let text = format!("[DEFAULT]\nstate_path = {}\n", folder.path().display());
        std::fs::write(&file, text).unwrap();
        let conf = ["--config-file", file.to_str().unwrap()];
        let with = |words: &[&'static str]| said(&[words, &conf].concat());
        assert_eq!(with(&["version"]), (ExitCode::SUCCESS, "0\n".to_owned()));
        assert_eq!(with(&["sync"]), (ExitCode::SUCCESS, String::new()));
        let (code, version) = with(&["version"]);
        assert_eq!(code, ExitCode::SUCCESS);
        assert!(version.trim().parse::<i64>().unwrap() > 0, "{version}");
        let (code, said) = with(&["purge", "--all"]);
        assert_eq!(code, ExitCode::from(NOTHING));
        assert_eq!(said, "Forgotten: 0 servers, 0 actions, 0 migrations.\n");
    }

    #[test]
    fn what_is_purged_is_said() {
        for (words, good) in [
            (vec!["db", "purge"], false),
            (vec!["db", "purge", "--all", "--before", "2026-01-31"], false),
            (vec!["db", "purge", "--before", "yesterday"], false),
            (vec!["db", "purge", "--before", "2026-01-31"], true),
        ] {
            assert_eq!(Alone::try_parse_from(&words).is_ok(), good, "{words:?}");
        }
        let noon: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
        for text in [
            "2026-01-31T12:00:00",
            "2026-01-31 12:00:00",
            "2026-01-31T13:00:00+01:00",
        ] {
            assert_eq!(time(text), Ok(noon), "{text}");
        }
    }
}

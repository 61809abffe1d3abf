//! `nova-docker status upgrade check`: whether this host is ready for this version, in the form of `nova-status`.

use std::io::Write;
use std::process::ExitCode;

use clap::Subcommand;

use super::{ConfigFiles, serve};
use crate::api::policy::Policy;
use crate::conf::{Conf, environment};
use crate::db::{Db, Fit};

#[derive(Debug, Subcommand)]
pub enum Status {
    /// What concerns a new version
    #[command(subcommand)]
    Upgrade(Upgrade),
}

#[derive(Debug, Subcommand)]
pub enum Upgrade {
    /// Look at configuration, policy, database and engine without changing them; exit with 0 when all is well, 1 when
    /// something is worth a look, 2 when `serve` would fail, 255 when it cannot be found out
    Check(ConfigFiles),
}

/// Numbered as the exit codes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Code {
    Success = 0,
    Warning = 1,
    Failure = 2,
}

#[derive(Debug)]
struct Outcome {
    check: &'static str,
    code: Code,
    details: Option<String>,
}

const UNEXPECTED: u8 = 255;

pub fn run(Status::Upgrade(Upgrade::Check(files)): &Status, out: &mut dyn Write) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime.and_then(|runtime| {
        let outcomes = runtime.block_on(outcomes(files));
        write!(out, "{}", table(&outcomes))?;
        Ok(outcomes.iter().map(|outcome| outcome.code).max())
    });
    match done {
        Ok(worst) => ExitCode::from(worst.unwrap_or(Code::Success) as u8),
        Err(error) => {
            // If standard error is gone nobody can be told.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(UNEXPECTED)
        }
    }
}

async fn outcomes(files: &ConfigFiles) -> Vec<Outcome> {
    let conf = match Conf::load(&files.sources(), &environment::Process) {
        Ok(conf) => conf,
        Err(error) => return vec![outcome("Configuration", Err(error.to_string()))],
    };
    vec![
        configuration(&conf),
        policy(&conf),
        outcome("Database", database(&conf).await),
        outcome("Docker Engine", engine(&conf).await),
    ]
}

/// What is worth a look is `Ok(Some(..))`.
type Found = Result<Option<String>, String>;

fn outcome(check: &'static str, found: Found) -> Outcome {
    let (code, details) = match found {
        Ok(None) => (Code::Success, None),
        Ok(details) => (Code::Warning, details),
        Err(details) => (Code::Failure, Some(details)),
    };
    Outcome { check, code, details }
}

fn configuration(conf: &Conf) -> Outcome {
    let warnings = lines(conf.warnings.iter().map(ToString::to_string));
    let found = serve::check(conf).map_err(|error| format!("{error:#}"));
    outcome("Configuration", found.map(|()| warnings))
}

fn policy(conf: &Conf) -> Outcome {
    let found = Policy::open(&conf.oslo_policy.policy_file).map_err(|error| error.to_string());
    outcome(
        "Policy File",
        found.map(|policy| lines(policy.warnings().iter().map(ToString::to_string))),
    )
}

fn lines(lines: impl Iterator<Item = String>) -> Option<String> {
    let lines: Vec<String> = lines.collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

async fn database(conf: &Conf) -> Found {
    let path = conf.database.sqlite_path(&conf.default.state_path);
    match Db::look(&path).await {
        Ok(Fit::Missing | Fit::Current) => Ok(None),
        Ok(Fit::Older) => Ok(Some(format!(
            "{}: the next start changes its tables. Keep a copy to be able to go back.",
            path.display()
        ))),
        Ok(Fit::Newer) => Err(format!("{}: a newer nova-docker made it.", path.display())),
        Err(error) => Err(format!("{}: {:#}", path.display(), anyhow::Error::from(error))),
    }
}

async fn engine(conf: &Conf) -> Found {
    let docker = serve::engine(conf).map_err(|error| format!("{error:#}"))?;
    let answered = docker.api().await;
    answered.map(|_| None).map_err(|error| error.to_string())
}

/// The longest line within the frame.
const WIDTH: usize = 72;

fn table(outcomes: &[Outcome]) -> String {
    let mut rows: Vec<Vec<String>> = vec![vec!["Upgrade Check Results".to_owned()]];
    for outcome in outcomes {
        let mut row = vec![
            format!("Check: {}", outcome.check),
            format!("Result: {:?}", outcome.code),
        ];
        let details = outcome.details.as_deref().unwrap_or("None");
        row.extend(wrapped(&format!("Details: {details}")));
        rows.push(row);
    }
    let width = rows
        .iter()
        .flatten()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0);
    let rule = format!("+{}+\n", "-".repeat(width + 2));
    let mut text = rule.clone();
    for row in rows {
        for line in row {
            text.push_str(&format!("| {line:<width$} |\n"));
        }
        text.push_str(&rule);
    }
    text
}

/// Lines of words, none longer than the frame unless a word is.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn conf(text: &str) -> (tempfile::TempDir, Conf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("nova.conf");
        let text = text.replace("HERE", folder.path().to_str().unwrap());
        std::fs::write(&file, text).unwrap();
        let sources = crate::conf::Sources {
            files: vec![file],
            dirs: Vec::new(),
        };
        let conf = Conf::load(&sources, &environment::Process).unwrap();
        (folder, conf)
    }

    const OURS: &str = "[DEFAULT]\nstate_path = HERE\n";

    #[tokio::test]
    async fn a_database_fits_until_a_newer_program_has_had_it() {
        let (folder, conf) = conf(OURS).await;
        assert_eq!(database(&conf).await, Ok(None));
        let path = folder.path().join("nova.sqlite");
        let db = Db::open(&path).await.unwrap();
        // In use, as it is while the service runs.
        assert_eq!(database(&conf).await, Ok(None));
        drop(db);
        let url = format!("sqlite://{}", path.display());
        let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                     VALUES (9999, 'later', 1, x'00', 0)";
        sqlx::query(newer).execute(&pool).await.unwrap();
        assert!(
            database(&conf)
                .await
                .unwrap_err()
                .ends_with("a newer nova-docker made it.")
        );
        let older = "DELETE FROM _sqlx_migrations WHERE version > 1";
        sqlx::query(older).execute(&pool).await.unwrap();
        assert!(
            database(&conf)
                .await
                .unwrap()
                .unwrap()
                .contains("changes its tables")
        );
    }

    #[tokio::test]
    async fn what_is_no_database_is_a_failure() {
        let (folder, conf) = conf(OURS).await;
        std::fs::write(folder.path().join("nova.sqlite"), "something else").unwrap();
        let details = database(&conf).await.unwrap_err();
        assert!(details.contains("nova.sqlite"), "{details}");
    }

    #[tokio::test]
    async fn an_engine_that_does_not_answer_is_a_failure() {
        let text = format!("{OURS}[docker]\nhost_url = unix:///nowhere/docker.sock\n");
        let (_folder, conf) = conf(&text).await;
        let found = outcome("Docker Engine", engine(&conf).await);
        assert_eq!(found.code, Code::Failure);
        assert!(found.details.unwrap().contains("/nowhere/docker.sock"));
    }

    #[tokio::test]
    async fn an_option_that_nobody_reads_is_worth_a_look() {
        let (_folder, conf) = conf(&format!("{OURS}stat_path = /x\n")).await;
        let found = configuration(&conf);
        assert_eq!(found.code, Code::Warning);
        assert!(found.details.unwrap().contains("stat_path"));
    }

    #[test]
    fn the_table_is_that_of_nova_status() {
        let outcomes = [
            outcome("Database", Ok(None)),
            outcome("Docker Engine", Err("it is away".to_owned())),
        ];
        let expected = "\
+-----------------------+
| Upgrade Check Results |
+-----------------------+
| Check: Database       |
| Result: Success       |
| Details: None         |
+-----------------------+
| Check: Docker Engine  |
| Result: Failure       |
| Details: it is away   |
+-----------------------+
";
        assert_eq!(table(&outcomes), expected);
        let long = wrapped(&"word ".repeat(30));
        assert!(long.len() == 3 && long.iter().all(|line| line.len() <= WIDTH));
    }
}

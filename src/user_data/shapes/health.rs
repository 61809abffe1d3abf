//! Health checks.

use super::host_side::whole;
use super::record::Record;
use super::values::{each, unfit, unfit_text, word};
use crate::user_data::document::Node;
use crate::user_data::error::Mistake;
use crate::user_data::options::Healthcheck;

const EXPECTED: &str =
    "a mapping such as {\"Test\": [\"CMD-SHELL\", \"test -e /ready\"], \"Interval\": 30000000000}";

/// The Engine takes no shorter time.
const LEAST: i64 = 1_000_000;

const HOWS: [&str; 3] = ["NONE", "CMD", "CMD-SHELL"];

/// In the Engine's words or docker-py's.
pub(in crate::user_data) fn check(node: &Node) -> Result<Option<Healthcheck>, Mistake> {
    if *node == Node::Null {
        return Ok(None);
    }
    let keys = [
        "Test",
        "Interval",
        "Timeout",
        "Retries",
        "StartPeriod",
        "StartInterval",
        "test",
        "interval",
        "timeout",
        "retries",
        "start_period",
        "start_interval",
    ];
    let record = Record::of(node, &keys, EXPECTED)?;
    let time = |spellings| record.read(record.spelling(spellings), time);
    Ok(Some(Healthcheck {
        test: record.read(record.spelling(["Test", "test"]), test)?,
        interval: time(["Interval", "interval"])?,
        timeout: time(["Timeout", "timeout"])?,
        retries: record.read(record.spelling(["Retries", "retries"]), count)?,
        start_period: time(["StartPeriod", "start_period"])?,
        start_interval: time(["StartInterval", "start_interval"])?,
    }))
}

/// A line is for the shell.
fn test(node: &Node) -> Result<Vec<String>, Mistake> {
    match node {
        Node::Null => Ok(Vec::new()),
        Node::Text(line) => Ok(vec!["CMD-SHELL".to_owned(), line.clone()]),
        Node::List(words) => {
            let words = each(words, word)?;
            match words.first() {
                Some(how) if !HOWS.contains(&how.as_str()) => {
                    Err(unfit_text("NONE, CMD or CMD-SHELL", how).at(0))
                }
                _ => Ok(words),
            }
        }
        other => Err(unfit("a line for the shell, or a list of words", other)),
    }
}

fn time(node: &Node) -> Result<Option<i64>, Mistake> {
    match whole(node)? {
        Some(nanoseconds) if nanoseconds != 0 && nanoseconds < LEAST => {
            Err(unfit("nanoseconds, 0 or at least 1000000", node))
        }
        time => Ok(time),
    }
}

fn count(node: &Node) -> Result<Option<i64>, Mistake> {
    match whole(node)? {
        Some(..=-1) => Err(unfit("a whole number, 0 or more", node)),
        count => Ok(count),
    }
}

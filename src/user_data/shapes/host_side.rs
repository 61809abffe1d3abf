//! What of the host a container runs in: namespaces, logs, devices that a driver chooses.

use super::env::labels;
use super::record::Record;
use super::values::{each, text, texts, unfit, unfit_text};
use crate::user_data::class::CONTAINER;
use crate::user_data::document::Node;
use crate::user_data::error::Mistake;
use crate::user_data::options::{DeviceRequest, LogConfig};

const EXPECTED_REQUEST: &str =
    "a request such as {\"Driver\": \"nvidia\", \"Count\": -1, \"Capabilities\": [[\"gpu\"]]}";

/// Whose namespace of processes: the host's or that of a container.
pub(in crate::user_data) fn pid_mode(node: &Node) -> Result<Option<String>, Mistake> {
    mode(node, &["host"], true)
}

pub(in crate::user_data) fn ipc_mode(node: &Node) -> Result<Option<String>, Mistake> {
    mode(node, &["none", "private", "shareable", "host"], true)
}

/// Whose names of the host, users or control groups: no other container's can be had.
pub(in crate::user_data) fn own_or_host(node: &Node) -> Result<Option<String>, Mistake> {
    mode(node, &["private", "host"], false)
}

fn mode(node: &Node, words: &[&str], shared: bool) -> Result<Option<String>, Mistake> {
    let Some(mode) = text(node)? else {
        return Ok(None);
    };
    let is_container = || {
        mode.strip_prefix(CONTAINER)
            .is_some_and(|name| shared && !name.is_empty())
    };
    if words.contains(&mode.as_str()) || is_container() {
        return Ok(Some(mode));
    }
    let others = if shared { " or container:<server>" } else { "" };
    Err(unfit_text(&format!("{}{others}", words.join(", ")), &mode))
}

pub(in crate::user_data) fn log_config(node: &Node) -> Result<Option<LogConfig>, Mistake> {
    if *node == Node::Null {
        return Ok(None);
    }
    let expected = "a mapping such as {\"Type\": \"json-file\", \"Config\": {\"max-size\": \"10m\"}}";
    let record = Record::of(node, &["Type", "Config", "type", "config"], expected)?;
    Ok(Some(LogConfig {
        driver: record.read(record.spelling(["Type", "type"]), text)?,
        options: record.read(record.spelling(["Config", "config"]), labels)?,
    }))
}

pub(in crate::user_data) fn device_requests(node: &Node) -> Result<Vec<DeviceRequest>, Mistake> {
    match node {
        Node::Null => Ok(Vec::new()),
        Node::List(items) => each(items, device_request),
        other => Err(unfit("a list of requests for devices", other)),
    }
}

fn device_request(node: &Node) -> Result<DeviceRequest, Mistake> {
    let keys = ["Driver", "Count", "DeviceIDs", "Capabilities", "Options"];
    let record = Record::of(node, &keys, EXPECTED_REQUEST)?;
    Ok(DeviceRequest {
        driver: record.read("Driver", text)?,
        count: record.read("Count", whole)?,
        ids: record.read("DeviceIDs", texts)?,
        capabilities: record.read("Capabilities", |node| match node {
            Node::Null => Ok(Vec::new()),
            Node::List(lists) => each(lists, texts),
            other => Err(unfit("a list of lists of words", other)),
        })?,
        options: record.read("Options", labels)?,
    })
}

/// Any whole number; zero is one too.
pub(in crate::user_data) fn whole(node: &Node) -> Result<Option<i64>, Mistake> {
    match node {
        Node::Null => Ok(None),
        Node::Number(number) => i64::try_from(*number)
            .map(Some)
            .map_err(|_| unfit("a whole number", node)),
        other => Err(unfit("a whole number", other)),
    }
}

/// From -1000, the last to be ended when memory is short, to 1000.
pub(in crate::user_data) fn oom_score_adj(node: &Node) -> Result<Option<i64>, Mistake> {
    match whole(node)? {
        Some(number) if !(-1000..=1000).contains(&number) => {
            Err(unfit("a whole number from -1000 to 1000", node))
        }
        number => Ok(number),
    }
}

//! What of the host a container runs in: namespaces, logs, devices that a driver chooses.

use super::env::labels;
use super::names::absolute_path;
use super::record::Record;
use super::values::{each, number, text, texts, unfit, unfit_text};
use crate::user_data::class::CONTAINER;
use crate::user_data::document::Node;
use crate::user_data::error::Mistake;
use crate::user_data::options::{DeviceRequest, DiskFigure, LogConfig};

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
    let keys = [
        "Driver",
        "Count",
        "DeviceIDs",
        "Capabilities",
        "Options",
        "driver",
        "count",
        "device_ids",
        "capabilities",
        "options",
    ];
    let record = Record::of(node, &keys, EXPECTED_REQUEST)?;
    Ok(DeviceRequest {
        driver: record.read(record.spelling(["Driver", "driver"]), text)?,
        count: record.read(record.spelling(["Count", "count"]), whole)?,
        ids: record.read(record.spelling(["DeviceIDs", "device_ids"]), texts)?,
        capabilities: record.read(
            record.spelling(["Capabilities", "capabilities"]),
            |node| match node {
                Node::Null => Ok(Vec::new()),
                Node::List(lists) => each(lists, texts),
                other => Err(unfit("a list of lists of words", other)),
            },
        )?,
        options: record.read(record.spelling(["Options", "options"]), labels)?,
    })
}

/// Numbers about disks of the host, each under the name that `figure` is.
pub(in crate::user_data) fn disk_figures(
    node: &Node,
    figure: &str,
    read: fn(&Node) -> Result<Option<i64>, Mistake>,
) -> Result<Vec<DiskFigure>, Mistake> {
    let expected = format!("a mapping such as {{\"Path\": \"/dev/sda\", \"{figure}\": 500}}");
    let one = |node: &Node| {
        let record = Record::of(node, &["Path", figure], &expected)?;
        match (record.read("Path", absolute_path)?, record.read(figure, read)?) {
            (Some(path), Some(figure)) => Ok(DiskFigure { path, figure }),
            _ => Err(unfit(&expected, node)),
        }
    };
    match node {
        Node::Null => Ok(Vec::new()),
        Node::List(items) => each(items, one),
        other => Err(unfit("a list of disks", other)),
    }
}

/// The share of a disk's time that a container has beside others.
pub(in crate::user_data) fn weight(node: &Node) -> Result<Option<i64>, Mistake> {
    match whole(node)? {
        None | Some(0) => Ok(None),
        Some(weight) if !(10..=1000).contains(&weight) => {
            Err(unfit("0 or a whole number from 10 to 1000", node))
        }
        weight => Ok(weight),
    }
}

pub(in crate::user_data) fn blkio_weight(node: &Node) -> Result<Option<u16>, Mistake> {
    Ok(weight(node)?.and_then(|weight| u16::try_from(weight).ok()))
}

pub(in crate::user_data) fn rate(node: &Node) -> Result<Option<i64>, Mistake> {
    number(node, 1, "a whole number, 1 or more")
}

/// Lines and columns of a terminal.
pub(in crate::user_data) fn console_size(node: &Node) -> Result<Option<[u16; 2]>, Mistake> {
    let expected = "a height and a width such as [24, 80]";
    let side = |node: &Node| match node {
        Node::Number(number) => u16::try_from(*number).map_err(|_| unfit(expected, node)),
        other => Err(unfit(expected, other)),
    };
    match node {
        Node::Null => Ok(None),
        Node::List(sides) => match sides.as_slice() {
            [height, width] => Ok(Some([side(height)?, side(width)?])),
            _ => Err(unfit(expected, node)),
        },
        other => Err(unfit(expected, other)),
    }
}

/// Paths in the container, all of them: a list of none is none.
pub(in crate::user_data) fn all_paths(node: &Node) -> Result<Option<Vec<String>>, Mistake> {
    match node {
        Node::Null => Ok(None),
        Node::List(items) => {
            let paths = each(items, absolute_path)?;
            Ok(Some(paths.into_iter().flatten().collect()))
        }
        other => Err(unfit("a list of paths that begin with /", other)),
    }
}

/// A system, with an architecture and its variant or without.
pub(in crate::user_data) fn platform(node: &Node) -> Result<Option<String>, Mistake> {
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
    };
    match text(node)? {
        Some(platform) if platform.split('/').count() > 3 || !platform.split('/').all(is_part) => {
            Err(unfit("a platform such as \"linux/amd64\"", node))
        }
        platform => Ok(platform),
    }
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

//! Settings of LXC, with which the Engine once ran containers.

use super::record::Record;
use super::values::{each, each_entry, spelled, text, unfit};
use crate::user_data::document::Node;
use crate::user_data::draft::Draft;
use crate::user_data::error::Mistake;

const EXPECTED: &str = "a mapping of settings of LXC";

/// Takes the hostname out of the settings and warns that the others mean nothing any more.
pub(in crate::user_data) fn settings(draft: &mut Draft, node: &Node) -> Result<(), Mistake> {
    let settings: Vec<(String, String)> = match node {
        Node::Null => Vec::new(),
        Node::Mapping(entries) => each_entry(entries, |name, value| Ok((name.to_owned(), spelled(value)?)))?,
        Node::List(items) => each(items, setting)?,
        other => return Err(unfit(EXPECTED, other)),
    };
    let key = draft.key.clone();
    for (name, value) in settings {
        if name == "lxc.utsname" {
            draft.lxc_hostname =
                super::names::hostname(&Node::Text(value)).map_err(|mistake| mistake.under(&name))?;
        } else {
            draft.warn(
                &format!("{key}.{}", crate::user_data::error::shortened(&name)),
                "the Engine no longer uses LXC",
            );
        }
    }
    Ok(())
}

fn setting(node: &Node) -> Result<(String, String), Mistake> {
    let record = Record::of(
        node,
        &["Key", "Value"],
        "a setting such as {\"Key\": \"lxc.utsname\", \"Value\": \"a\"}",
    )?;
    let read = |key| record.read(key, |value| Ok(text(value)?.unwrap_or_default()));
    Ok((read("Key")?, read("Value")?))
}

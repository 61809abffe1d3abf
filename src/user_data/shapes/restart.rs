//! The restart policy.

use super::record::Record;
use super::values::{number, text, unfit_text};
use crate::user_data::document::Node;
use crate::user_data::error::Mistake;
use crate::user_data::options::RestartPolicy;

const POLICIES: [&str; 4] = ["no", "always", "on-failure", "unless-stopped"];

/// A policy without a name is "not said".
pub(in crate::user_data) fn policy(node: &Node) -> Result<Option<RestartPolicy>, Mistake> {
    if *node == Node::Null {
        return Ok(None);
    }
    let expected = "a mapping such as {\"Name\": \"on-failure\", \"MaximumRetryCount\": 3}";
    let record = Record::of(node, &["Name", "MaximumRetryCount"], expected)?;
    let count = record.read("MaximumRetryCount", |count| {
        number(count, 1, "a whole number, 0 or more")
    })?;
    let name = record.read("Name", |name| text(name).and_then(known))?;
    if let (Some(name), Some(count)) = (&name, count)
        && name != "on-failure"
    {
        let mistake = Mistake::unfit("0, for only on-failure counts", format!("number {count}"));
        return Err(mistake.under("MaximumRetryCount"));
    }
    Ok(name.map(|name| RestartPolicy {
        name,
        maximum_retry_count: count,
    }))
}

fn known(name: Option<String>) -> Result<Option<String>, Mistake> {
    match name {
        Some(name) if !POLICIES.contains(&name.as_str()) => {
            Err(unfit_text("no, always, on-failure or unless-stopped", &name))
        }
        name => Ok(name),
    }
}

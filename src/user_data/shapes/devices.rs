//! Devices of the host.

use super::record::Record;
use super::values::{each, text, unfit};
use crate::user_data::document::Node;
use crate::user_data::error::Mistake;
use crate::user_data::options::Device;

const EXPECTED: &str = "a device such as \"/dev/fuse:/dev/fuse:rwm\"";

/// A list of `host[:container[:permissions]]` or of the Engine's mappings.
pub(in crate::user_data) fn devices(node: &Node) -> Result<Vec<Device>, Mistake> {
    match node {
        Node::Null => Ok(Vec::new()),
        Node::List(items) => each(items, device),
        other => Err(unfit("a list of devices", other)),
    }
}

fn device(node: &Node) -> Result<Device, Mistake> {
    let (host, container, permissions) = match node {
        Node::Text(spec) => {
            let mut parts = spec
                .splitn(3, ':')
                .map(|part| Some(part.to_owned()).filter(|part| !part.is_empty()));
            (
                parts.next().flatten(),
                parts.next().flatten(),
                parts.next().flatten(),
            )
        }
        other => {
            let record = Record::of(
                other,
                &["PathOnHost", "PathInContainer", "CgroupPermissions"],
                EXPECTED,
            )?;
            let read = |key| record.read(key, text);
            (
                read("PathOnHost")?,
                read("PathInContainer")?,
                read("CgroupPermissions")?,
            )
        }
    };
    let Some(path_on_host) = host else {
        return Err(unfit(EXPECTED, node));
    };
    let path_in_container = container.unwrap_or_else(|| path_on_host.clone());
    let cgroup_permissions = permissions.unwrap_or_else(|| "rwm".to_owned());
    let paths_fit = path_on_host.starts_with('/') && path_in_container.starts_with('/');
    if !paths_fit
        || !cgroup_permissions
            .chars()
            .all(|permission| "rwm".contains(permission))
    {
        return Err(unfit(EXPECTED, node));
    }
    Ok(Device {
        path_on_host,
        path_in_container,
        cgroup_permissions,
    })
}

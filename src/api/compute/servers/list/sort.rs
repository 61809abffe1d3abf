//! The order in which a list of servers is asked for.

use crate::api::request::quoted_list;
use crate::api::{Fault, Microversion};
use crate::compute::{SortKey, SortOrder};
use crate::objects::RequestContext;

/// What Nova sorts by. No two servers here differ in some of them: those leave the order as it was.
const KEYS: &[(&str, SortKey)] = &[
    ("access_ip_v4", SortKey::CreatedAt),
    ("access_ip_v6", SortKey::CreatedAt),
    ("auto_disk_config", SortKey::CreatedAt),
    ("availability_zone", SortKey::CreatedAt),
    ("config_drive", SortKey::CreatedAt),
    ("created_at", SortKey::CreatedAt),
    ("display_description", SortKey::CreatedAt),
    ("display_name", SortKey::Name),
    ("host", SortKey::Host),
    ("hostname", SortKey::CreatedAt),
    ("image_ref", SortKey::Image),
    ("instance_type_id", SortKey::Flavor),
    ("kernel_id", SortKey::CreatedAt),
    ("key_name", SortKey::KeyName),
    ("launch_index", SortKey::LaunchIndex),
    ("launched_at", SortKey::LaunchedAt),
    ("locked_by", SortKey::CreatedAt),
    ("node", SortKey::Host),
    ("power_state", SortKey::PowerState),
    ("progress", SortKey::CreatedAt),
    ("project_id", SortKey::Project),
    ("ramdisk_id", SortKey::CreatedAt),
    ("root_device_name", SortKey::CreatedAt),
    ("task_state", SortKey::TaskState),
    ("terminated_at", SortKey::TerminatedAt),
    ("updated_at", SortKey::UpdatedAt),
    ("user_id", SortKey::User),
    ("uuid", SortKey::Id),
    ("vm_state", SortKey::VmState),
];

/// Accepted and passed over before 2.75.
const PASSED_OVER: &[&str] = &[
    "architecture",
    "cell_name",
    "cleaned",
    "default_ephemeral_device",
    "default_swap_device",
    "deleted",
    "deleted_at",
    "disable_terminate",
    "ephemeral_gb",
    "ephemeral_key_uuid",
    "id",
    "key_data",
    "launched_on",
    "locked",
    "memory_mb",
    "os_type",
    "reservation_id",
    "root_gb",
    "shutdown_terminate",
    "user_data",
    "vcpus",
    "vm_mode",
];

impl Microversion {
    const fn refuses_keys_nobody_sorts_by(self) -> bool {
        self.at_least("2.75")
    }

    const fn sorts_by_locks(self) -> bool {
        self.at_least("2.73")
    }
}

/// Keys without a direction of their own take the first one given.
pub(super) fn order(
    keys: &[String],
    directions: &[String],
    context: &RequestContext,
    version: Microversion,
) -> Result<Vec<(SortKey, SortOrder)>, Fault> {
    let directions = directions
        .iter()
        .map(|word| direction(word.trim()))
        .collect::<Result<Vec<_>, _>>()?;
    let first = directions.first().copied().unwrap_or(SortOrder::Descending);
    let mut sort = Vec::new();
    for (index, key) in keys.iter().enumerate() {
        if let Some(key) = sort_key(key.trim(), context, version)? {
            sort.push((key, directions.get(index).copied().unwrap_or(first)));
        }
    }
    if sort.is_empty() {
        sort.push((SortKey::CreatedAt, first));
    }
    Ok(sort)
}

fn direction(word: &str) -> Result<SortOrder, Fault> {
    match word {
        "asc" => Ok(SortOrder::Ascending),
        "desc" => Ok(SortOrder::Descending),
        _ => Err(Fault::bad_request(
            "Invalid input received: Unknown sort direction, must be 'desc' or 'asc'",
        )),
    }
}

/// `None` is passed over.
fn sort_key(key: &str, context: &RequestContext, version: Microversion) -> Result<Option<SortKey>, Fault> {
    if matches!(key, "host" | "node") && !context.is_admin() {
        return Err(Fault::forbidden(format!(
            "Only administrators can sort servers by {key}"
        )));
    }
    let known = KEYS.iter().find(|(name, _)| *name == key);
    let is_passed_over = match key {
        "locked" if version.sorts_by_locks() => true,
        _ => PASSED_OVER.contains(&key) && !version.refuses_keys_nobody_sorts_by(),
    };
    match known {
        Some((_, sort)) => Ok(Some(*sort)),
        None if is_passed_over => Ok(None),
        None => {
            let names = quoted_list(KEYS.iter().map(|(name, _)| *name));
            Err(Fault::bad_request(format!(
                "Invalid input for query parameters sort_key. Value: {key}. {} is not one of [{names}]",
                quoted_list([key])
            )))
        }
    }
}

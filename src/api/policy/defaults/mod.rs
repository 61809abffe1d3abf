//! Every rule that something here asks about, with Nova's name and default for it.

mod actions;
mod base;
mod cloud;
mod projects;
mod proxies;
mod servers;

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: &'static str,
    /// The default, in the language of the file.
    pub(super) check: &'static str,
    pub(super) about: &'static str,
    /// Method and path, and the action when there is one.
    pub(super) operations: &'static [&'static str],
}

const ADMIN: &str = "rule:context_is_admin";
const MANAGER: &str = "rule:project_manager_or_admin";
const MEMBER: &str = "rule:project_member_or_admin";
const READER: &str = "rule:project_reader_or_admin";
const SERVICE: &str = "rule:service_or_admin";
const EVERYBODY: &str = "@";
const USER: &str = "(rule:context_is_admin) or user_id:%(user_id)s";

pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    let groups = [
        base::RULES,
        servers::RULES,
        actions::RULES,
        projects::RULES,
        cloud::RULES,
        proxies::RULES,
    ];
    groups.into_iter().flatten()
}

const fn rule(
    name: &'static str,
    check: &'static str,
    about: &'static str,
    operations: &'static [&'static str],
) -> Rule {
    Rule {
        name,
        check,
        about,
        operations,
    }
}

/// Nova's rules that nothing here asks about: what they are about is not there, or is the same for everybody.
pub(super) const UNUSED: &[&str] = &[
    "compute:server:topology:host:index",
    "compute:servers:resize:cross_cell",
    "network:attach_external_network",
    "os_compute_api:extensions",
    "os_compute_api:os-floating-ip-pools",
    "os_compute_api:os-lock-server:unlock:unlock_override",
    "os_compute_api:servers:create:attach_network",
    "os_compute_api:servers:create:attach_volume",
    "os_compute_api:servers:create:trusted_certs",
    "os_compute_api:servers:create:zero_disk_flavor",
    "os_compute_api:servers:create_image:allow_volume_backed",
    "os_compute_api:servers:migrations:index:host",
    "os_compute_api:servers:rebuild:trusted_certs",
    "os_compute_api:servers:show:flavor-extra-specs",
    "os_compute_api:servers:show:host_status",
    "os_compute_api:servers:show:host_status:unknown-only",
];

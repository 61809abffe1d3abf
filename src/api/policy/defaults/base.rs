//! The rules that other rules are made of.

use super::{Rule, rule};

pub(super) const RULES: &[Rule] = &[
    rule(
        "context_is_admin",
        "role:admin",
        "Who is an administrator: what is_admin:True asks.",
        &[],
    ),
    rule(
        "admin_or_owner",
        "is_admin:True or project_id:%(project_id)s",
        "The older default of a project's own things.",
        &[],
    ),
    rule(
        "admin_api",
        "is_admin:True",
        "The older default of what is an administrator's.",
        &[],
    ),
    rule(
        "project_manager_api",
        "role:manager and project_id:%(project_id)s",
        "A manager, in the project.",
        &[],
    ),
    rule(
        "project_member_api",
        "role:member and project_id:%(project_id)s",
        "A member, in the project.",
        &[],
    ),
    rule(
        "project_reader_api",
        "role:reader and project_id:%(project_id)s",
        "A reader, in the project.",
        &[],
    ),
    rule(
        "service_api",
        "role:service",
        "Another service of the cloud.",
        &[],
    ),
    rule(
        "project_manager_or_admin",
        "rule:project_manager_api or rule:context_is_admin",
        "A manager in the project, or an administrator.",
        &[],
    ),
    rule(
        "project_member_or_admin",
        "rule:project_member_api or rule:context_is_admin",
        "A member in the project, or an administrator.",
        &[],
    ),
    rule(
        "project_reader_or_admin",
        "rule:project_reader_api or rule:context_is_admin",
        "A reader in the project, or an administrator.",
        &[],
    ),
    rule(
        "service_or_admin",
        "rule:service_api or rule:context_is_admin",
        "Another service, or an administrator.",
        &[],
    ),
];

//! Networks and volumes as older clients ask for them here.

use super::{MEMBER, READER, Rule, rule};

pub(super) const RULES: &[Rule] = &[
    rule(
        "os_compute_api:os-networks:list",
        READER,
        "List the networks.",
        &["GET /os-networks"],
    ),
    rule(
        "os_compute_api:os-networks:show",
        READER,
        "Show a network.",
        &["GET /os-networks/{network_id}"],
    ),
    rule(
        "os_compute_api:os-tenant-networks:list",
        READER,
        "List the networks of the project.",
        &["GET /os-tenant-networks"],
    ),
    rule(
        "os_compute_api:os-tenant-networks:show",
        READER,
        "Show a network of the project.",
        &["GET /os-tenant-networks/{network_id}"],
    ),
    rule(
        "os_compute_api:os-floating-ips:list",
        READER,
        "List the floating IPs.",
        &["GET /os-floating-ips"],
    ),
    rule(
        "os_compute_api:os-floating-ips:show",
        READER,
        "Show a floating IP.",
        &["GET /os-floating-ips/{floating_ip_id}"],
    ),
    rule(
        "os_compute_api:os-floating-ips:create",
        MEMBER,
        "Allocate a floating IP.",
        &["POST /os-floating-ips"],
    ),
    rule(
        "os_compute_api:os-floating-ips:delete",
        MEMBER,
        "Release a floating IP.",
        &["DELETE /os-floating-ips/{floating_ip_id}"],
    ),
    rule(
        "os_compute_api:os-security-groups:get",
        READER,
        "List the security groups.",
        &["GET /os-security-groups"],
    ),
    rule(
        "os_compute_api:os-security-groups:show",
        READER,
        "Show a security group.",
        &["GET /os-security-groups/{security_group_id}"],
    ),
    rule(
        "os_compute_api:os-security-groups:create",
        MEMBER,
        "Make a security group.",
        &["POST /os-security-groups"],
    ),
    rule(
        "os_compute_api:os-security-groups:update",
        MEMBER,
        "Change a security group.",
        &["PUT /os-security-groups/{security_group_id}"],
    ),
    rule(
        "os_compute_api:os-security-groups:delete",
        MEMBER,
        "Delete a security group.",
        &["DELETE /os-security-groups/{security_group_id}"],
    ),
    rule(
        "os_compute_api:os-security-groups:rule:create",
        MEMBER,
        "Add a rule to a security group.",
        &["POST /os-security-group-rules"],
    ),
    rule(
        "os_compute_api:os-security-groups:rule:delete",
        MEMBER,
        "Remove a rule from a security group.",
        &["DELETE /os-security-group-rules/{rule_id}"],
    ),
    rule(
        "os_compute_api:os-volumes:list",
        READER,
        "List the volumes.",
        &["GET /os-volumes"],
    ),
    rule(
        "os_compute_api:os-volumes:detail",
        READER,
        "List the volumes in full.",
        &["GET /os-volumes/detail"],
    ),
    rule(
        "os_compute_api:os-volumes:show",
        READER,
        "Show a volume.",
        &["GET /os-volumes/{volume_id}"],
    ),
    rule(
        "os_compute_api:os-volumes:create",
        MEMBER,
        "Make a volume.",
        &["POST /os-volumes"],
    ),
    rule(
        "os_compute_api:os-volumes:delete",
        MEMBER,
        "Delete a volume.",
        &["DELETE /os-volumes/{volume_id}"],
    ),
    rule(
        "os_compute_api:os-volumes:snapshots:list",
        READER,
        "List the snapshots.",
        &["GET /os-snapshots"],
    ),
    rule(
        "os_compute_api:os-volumes:snapshots:detail",
        READER,
        "List the snapshots in full.",
        &["GET /os-snapshots/detail"],
    ),
    rule(
        "os_compute_api:os-volumes:snapshots:show",
        READER,
        "Show a snapshot.",
        &["GET /os-snapshots/{snapshot_id}"],
    ),
    rule(
        "os_compute_api:os-volumes:snapshots:create",
        MEMBER,
        "Make a snapshot.",
        &["POST /os-snapshots"],
    ),
    rule(
        "os_compute_api:os-volumes:snapshots:delete",
        MEMBER,
        "Delete a snapshot.",
        &["DELETE /os-snapshots/{snapshot_id}"],
    ),
];

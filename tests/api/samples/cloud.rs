//! The part of the story that is about what servers are made of, who may have them, and the hosts they are on.

use serde_json::json;

use super::step::{Step, act, step};

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti user@example.com";

pub(crate) fn service() -> Vec<Step> {
    vec![
        step("versions/list", "GET /"),
        step("versions/show", "GET /v2.1/"),
        step("versions/show-old", "GET /v2/"),
        step("extensions/list", "GET /v2.1/extensions"),
        step("extensions/show", "GET /v2.1/extensions/os-volumes"),
    ]
}

pub(crate) fn keypairs_and_groups() -> Vec<Step> {
    vec![
        step("keypairs/create", "POST /v2.1/os-keypairs")
            .with(json!({"keypair": {"name": "mine", "type": "ssh", "public_key": KEY, "user_id": "demo"}})),
        step("keypairs/list", "GET /v2.1/os-keypairs"),
        step("keypairs/show", "GET /v2.1/os-keypairs/mine"),
        step("server-groups/create", "POST /v2.1/os-server-groups")
            .with(json!({"server_group": {"name": "apart", "policies": ["anti-affinity"]}}))
            .with_since(
                "2.64",
                json!({"server_group": {"name": "apart", "policy": "anti-affinity", "rules": {"max_server_per_host": 3}}}),
            )
            .keep("group", "/server_group/id"),
        step("server-groups/list", "GET /v2.1/os-server-groups"),
        step("server-groups/show", "GET /v2.1/os-server-groups/{group}"),
    ]
}

pub(crate) fn without_servers() -> Vec<Step> {
    vec![
        step("server-groups/delete", "DELETE /v2.1/os-server-groups/{group}"),
        step("keypairs/delete", "DELETE /v2.1/os-keypairs/mine"),
    ]
}

pub(crate) fn flavors() -> Vec<Step> {
    let access = |verb: &str| json!({ verb: {"tenant": "0d"} });
    vec![
        step("flavors/list", "GET /v2.1/flavors"),
        step("flavors/list-detail", "GET /v2.1/flavors/detail"),
        step("flavors/create", "POST /v2.1/flavors").admin().with(json!({"flavor": {
            "name": "m1.own", "id": "77", "ram": 128, "vcpus": 1, "disk": 1, "OS-FLV-EXT-DATA:ephemeral": 0, "swap": 0,
            "rxtx_factor": 1.0, "os-flavor-access:is_public": false, "description": "For one project.",
        }})),
        step("flavors/show", "GET /v2.1/flavors/77").admin(),
        step("flavors/update", "PUT /v2.1/flavors/77")
            .admin()
            .with(json!({"flavor": {"description": "For two projects."}})),
        step("flavors/access-add", "POST /v2.1/flavors/77/action").admin().with(access("addTenantAccess")),
        step("flavors/access-list", "GET /v2.1/flavors/77/os-flavor-access").admin(),
        step("flavors/access-remove", "POST /v2.1/flavors/77/action").admin().with(access("removeTenantAccess")),
        step("flavors/extra-specs-create", "POST /v2.1/flavors/77/os-extra_specs")
            .admin()
            .with(json!({"extra_specs": {"hw:cpu_policy": "shared"}})),
        step("flavors/extra-specs-list", "GET /v2.1/flavors/77/os-extra_specs").admin(),
        step("flavors/extra-spec-show", "GET /v2.1/flavors/77/os-extra_specs/hw:cpu_policy").admin(),
        step("flavors/extra-spec-update", "PUT /v2.1/flavors/77/os-extra_specs/hw:cpu_policy")
            .admin()
            .with(json!({"hw:cpu_policy": "dedicated"})),
        step("flavors/extra-spec-delete", "DELETE /v2.1/flavors/77/os-extra_specs/hw:cpu_policy").admin(),
        step("flavors/delete", "DELETE /v2.1/flavors/77").admin(),
    ]
}

pub(crate) fn quotas() -> Vec<Step> {
    let limits = json!({
        "instances": 20, "cores": 20, "ram": 51200, "fixed_ips": -1, "floating_ips": 10, "metadata_items": 128,
        "injected_files": 5, "injected_file_content_bytes": 10240, "injected_file_path_bytes": 255,
        "security_groups": 10, "security_group_rules": 20, "key_pairs": 100, "server_groups": 10,
        "server_group_members": 10,
    });
    let mut forced = limits.clone();
    forced["force"] = true.into();
    vec![
        step("limits/show", "GET /v2.1/limits"),
        step("quota-sets/show", "GET /v2.1/os-quota-sets/0d"),
        step("quota-sets/show-detail", "GET /v2.1/os-quota-sets/0d/detail"),
        step("quota-sets/show-defaults", "GET /v2.1/os-quota-sets/0d/defaults"),
        step("quota-sets/update", "PUT /v2.1/os-quota-sets/0d")
            .admin()
            .with(json!({ "quota_set": forced })),
        step("quota-sets/delete", "DELETE /v2.1/os-quota-sets/0d").admin(),
        step("quota-class-sets/show", "GET /v2.1/os-quota-class-sets/default").admin(),
        step("quota-class-sets/update", "PUT /v2.1/os-quota-class-sets/default")
            .admin()
            .with(json!({ "quota_class_set": limits })),
    ]
}

pub(crate) fn hosts() -> Vec<Step> {
    vec![
        step("availability-zones/list", "GET /v2.1/os-availability-zone"),
        step("availability-zones/list-detail", "GET /v2.1/os-availability-zone/detail").admin(),
        step("hosts/list", "GET /v2.1/os-hosts").admin(),
        step("hosts/show", "GET /v2.1/os-hosts/host1").admin(),
        step("hypervisors/list", "GET /v2.1/os-hypervisors").admin().keep("hypervisor", "/hypervisors/0/id"),
        step("hypervisors/list-with-servers", "GET /v2.1/os-hypervisors?with_servers=True").admin().since("2.53"),
        step("hypervisors/list-detail", "GET /v2.1/os-hypervisors/detail").admin(),
        step("hypervisors/statistics-show", "GET /v2.1/os-hypervisors/statistics").admin(),
        step("hypervisors/show", "GET /v2.1/os-hypervisors/{hypervisor}").admin(),
        step("hypervisors/search", "GET /v2.1/os-hypervisors/host/search").admin(),
        step("hypervisors/servers-list", "GET /v2.1/os-hypervisors/host/servers").admin(),
        step("services/list", "GET /v2.1/os-services").admin().keep("service", "/services/0/id"),
        step("services/disable", "PUT /v2.1/os-services/disable-log-reason")
            .admin()
            .before("2.53")
            .with(json!({"host": "host1", "binary": "nova-compute", "disabled_reason": "It is being mended."})),
        step("services/enable", "PUT /v2.1/os-services/enable")
            .admin()
            .before("2.53")
            .with(json!({"host": "host1", "binary": "nova-compute"})),
        step("services/disable", "PUT /v2.1/os-services/{service}")
            .admin()
            .since("2.53")
            .with(json!({"status": "disabled", "disabled_reason": "It is being mended."})),
        step("services/enable", "PUT /v2.1/os-services/{service}").admin().since("2.53").with(json!({"status": "enabled"})),
        step("audit-log/list", "GET /v2.1/os-instance_usage_audit_log").admin(),
        step("audit-log/show", "GET /v2.1/os-instance_usage_audit_log/2026-11-21 08:00:00").admin(),
        step("external-events/create", "POST /v2.1/os-server-external-events").admin().with(json!({"events": [
            {"name": "network-changed", "server_uuid": "{server}", "status": "completed", "tag": "{network}"},
        ]})),
    ]
}

pub(crate) fn aggregates() -> Vec<Step> {
    let host = |verb: &str| json!({ verb: {"host": "host1"} });
    vec![
        step("aggregates/create", "POST /v2.1/os-aggregates")
            .admin()
            .with(json!({"aggregate": {"name": "rack-1", "availability_zone": null}}))
            .keep("aggregate", "/aggregate/id"),
        step("aggregates/list", "GET /v2.1/os-aggregates").admin(),
        step("aggregates/show", "GET /v2.1/os-aggregates/{aggregate}").admin(),
        step("aggregates/update", "PUT /v2.1/os-aggregates/{aggregate}")
            .admin()
            .with(json!({"aggregate": {"name": "rack-2"}})),
        step(
            "aggregates/add-host",
            "POST /v2.1/os-aggregates/{aggregate}/action",
        )
        .admin()
        .with(host("add_host")),
        step(
            "aggregates/set-metadata",
            "POST /v2.1/os-aggregates/{aggregate}/action",
        )
        .admin()
        .with(json!({"set_metadata": {"metadata": {"disk": "fast", "old": null}}})),
        step("aggregates/images", "POST /v2.1/os-aggregates/{aggregate}/images")
            .admin()
            .with(json!({"cache": [{"id": "{image}"}]})),
        step(
            "aggregates/remove-host",
            "POST /v2.1/os-aggregates/{aggregate}/action",
        )
        .admin()
        .with(host("remove_host")),
        step("aggregates/delete", "DELETE /v2.1/os-aggregates/{aggregate}").admin(),
    ]
}

/// What other services are asked for since 2.36.
pub(crate) fn proxies() -> Vec<Step> {
    vec![
        step("images/list", "GET /v2.1/images"),
        step("images/list-detail", "GET /v2.1/images/detail"),
        step("images/show", "GET /v2.1/images/{image}"),
        step("images/metadata-list", "GET /v2.1/images/{image}/metadata"),
        step("images/metadata-update", "POST /v2.1/images/{image}/metadata").admin().with(json!({"metadata": {"kind": "web"}})),
        step("images/metadata-replace", "PUT /v2.1/images/{image}/metadata").admin().with(json!({"metadata": {"kind": "web"}})),
        step("images/metadata-item-show", "GET /v2.1/images/{image}/metadata/kind"),
        step("images/metadata-item-set", "PUT /v2.1/images/{image}/metadata/kind")
            .admin()
            .with(json!({"meta": {"kind": "front"}})),
        step("images/metadata-item-delete", "DELETE /v2.1/images/{image}/metadata/kind").admin(),
        step("networks/list", "GET /v2.1/os-networks"),
        step("networks/show", "GET /v2.1/os-networks/{network}"),
        step("tenant-networks/list", "GET /v2.1/os-tenant-networks"),
        step("tenant-networks/show", "GET /v2.1/os-tenant-networks/{network}"),
        step("security-groups/create", "POST /v2.1/os-security-groups")
            .with(json!({"security_group": {"name": "front", "description": "What the front end lets in."}}))
            .keep("security_group", "/security_group/id"),
        step("security-groups/rule-create", "POST /v2.1/os-security-group-rules")
            .with(json!({"security_group_rule": {
                "parent_group_id": "{security_group}", "ip_protocol": "tcp", "from_port": 80, "to_port": 80, "cidr": "0.0.0.0/0",
            }}))
            .keep("rule", "/security_group_rule/id"),
        step("security-groups/list", "GET /v2.1/os-security-groups"),
        step("security-groups/show", "GET /v2.1/os-security-groups/{security_group}"),
        step("security-groups/update", "PUT /v2.1/os-security-groups/{security_group}")
            .with(json!({"security_group": {"name": "front-2", "description": "The same."}})),
        step("security-groups/rule-delete", "DELETE /v2.1/os-security-group-rules/{rule}"),
        step("security-groups/delete", "DELETE /v2.1/os-security-groups/{security_group}"),
        step("volumes/list", "GET /v2.1/os-volumes"),
        step("volumes/list-detail", "GET /v2.1/os-volumes/detail"),
        step("snapshots/list", "GET /v2.1/os-snapshots"),
        step("snapshots/list-detail", "GET /v2.1/os-snapshots/detail"),
    ]
}

/// Needs a server with an interface.
pub(crate) fn floating_ips() -> Vec<Step> {
    vec![
        step("floating-ips/pools-list", "GET /v2.1/os-floating-ip-pools"),
        step("floating-ips/create", "POST /v2.1/os-floating-ips")
            .with(json!({"pool": "public"}))
            .keep("floating_ip", "/floating_ip/id"),
        step("floating-ips/list", "GET /v2.1/os-floating-ips"),
        step("floating-ips/show", "GET /v2.1/os-floating-ips/{floating_ip}"),
        act(
            "servers/actions/addFloatingIp",
            json!({"addFloatingIp": {"address": "203.0.113.2"}}),
        )
        .before("2.36")
        .until("ACTIVE"),
        act(
            "servers/actions/removeFloatingIp",
            json!({"removeFloatingIp": {"address": "203.0.113.2"}}),
        )
        .before("2.36")
        .until("ACTIVE"),
        step(
            "floating-ips/delete",
            "DELETE /v2.1/os-floating-ips/{floating_ip}",
        ),
    ]
}

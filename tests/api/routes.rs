//! Every route that Nova has is answered here by something that knows it: no 404 is an accident.

use serde_json::json;

use crate::cloud::{Answer, Cloud};

/// Of Nova 34, methods and path; `{}` is whatever a client puts there.
pub(crate) const NOVA: &[(&str, &str)] = &[
    ("GET", "/"),
    ("GET", "/versions/{}"),
    ("GET", "/extensions"),
    ("GET", "/extensions/{}"),
    ("GET POST", "/flavors"),
    ("GET", "/flavors/detail"),
    ("GET PUT DELETE", "/flavors/{}"),
    ("POST", "/flavors/{}/action"),
    ("GET POST", "/flavors/{}/os-extra_specs"),
    ("GET PUT DELETE", "/flavors/{}/os-extra_specs/{}"),
    ("GET", "/flavors/{}/os-flavor-access"),
    ("GET", "/images"),
    ("GET", "/images/detail"),
    ("GET DELETE", "/images/{}"),
    ("GET POST PUT", "/images/{}/metadata"),
    ("GET PUT DELETE", "/images/{}/metadata/{}"),
    ("GET", "/limits"),
    ("GET POST", "/os-agents"),
    ("PUT DELETE", "/os-agents/{}"),
    ("GET POST", "/os-aggregates"),
    ("GET PUT DELETE", "/os-aggregates/{}"),
    ("POST", "/os-aggregates/{}/action"),
    ("POST", "/os-aggregates/{}/images"),
    ("POST", "/os-assisted-volume-snapshots"),
    ("DELETE", "/os-assisted-volume-snapshots/{}"),
    ("GET", "/os-availability-zone"),
    ("GET", "/os-availability-zone/detail"),
    ("GET POST", "/os-baremetal-nodes"),
    ("GET DELETE", "/os-baremetal-nodes/{}"),
    ("POST", "/os-baremetal-nodes/{}/action"),
    ("POST GET", "/os-cells"),
    ("GET", "/os-cells/capacities"),
    ("GET", "/os-cells/detail"),
    ("GET", "/os-cells/info"),
    ("POST", "/os-cells/sync_instances"),
    ("GET PUT DELETE", "/os-cells/{}"),
    ("GET", "/os-cells/{}/capacities"),
    ("POST", "/os-certificates"),
    ("GET", "/os-certificates/{}"),
    ("GET POST", "/os-cloudpipe"),
    ("PUT", "/os-cloudpipe/{}"),
    ("GET", "/os-console-auth-tokens/{}"),
    ("GET", "/os-fixed-ips/{}"),
    ("POST", "/os-fixed-ips/{}/action"),
    ("GET", "/os-floating-ip-dns"),
    ("PUT DELETE", "/os-floating-ip-dns/{}"),
    ("GET PUT DELETE", "/os-floating-ip-dns/{}/entries/{}"),
    ("GET", "/os-floating-ip-pools"),
    ("GET POST", "/os-floating-ips"),
    ("GET DELETE", "/os-floating-ips/{}"),
    ("GET POST", "/os-floating-ips-bulk"),
    ("GET PUT", "/os-floating-ips-bulk/{}"),
    ("GET", "/os-fping"),
    ("GET", "/os-fping/{}"),
    ("GET", "/os-hosts"),
    ("GET PUT", "/os-hosts/{}"),
    ("GET", "/os-hosts/{}/reboot"),
    ("GET", "/os-hosts/{}/shutdown"),
    ("GET", "/os-hosts/{}/startup"),
    ("GET", "/os-hypervisors"),
    ("GET", "/os-hypervisors/detail"),
    ("GET", "/os-hypervisors/statistics"),
    ("GET", "/os-hypervisors/{}"),
    ("GET", "/os-hypervisors/{}/search"),
    ("GET", "/os-hypervisors/{}/servers"),
    ("GET", "/os-hypervisors/{}/uptime"),
    ("GET", "/os-instance_usage_audit_log"),
    ("GET", "/os-instance_usage_audit_log/{}"),
    ("GET POST", "/os-keypairs"),
    ("GET DELETE", "/os-keypairs/{}"),
    ("GET", "/os-migrations"),
    ("GET POST", "/os-networks"),
    ("POST", "/os-networks/add"),
    ("GET DELETE", "/os-networks/{}"),
    ("POST", "/os-networks/{}/action"),
    ("GET PUT", "/os-quota-class-sets/{}"),
    ("GET PUT DELETE", "/os-quota-sets/{}"),
    ("GET", "/os-quota-sets/{}/detail"),
    ("GET", "/os-quota-sets/{}/defaults"),
    ("GET POST", "/os-security-group-default-rules"),
    ("GET DELETE", "/os-security-group-default-rules/{}"),
    ("POST", "/os-security-group-rules"),
    ("DELETE", "/os-security-group-rules/{}"),
    ("GET POST", "/os-security-groups"),
    ("GET PUT DELETE", "/os-security-groups/{}"),
    ("POST", "/os-server-external-events"),
    ("GET POST", "/os-server-groups"),
    ("GET DELETE", "/os-server-groups/{}"),
    ("GET", "/os-services"),
    ("PUT DELETE", "/os-services/{}"),
    ("GET", "/os-simple-tenant-usage"),
    ("GET", "/os-simple-tenant-usage/{}"),
    ("GET POST", "/os-snapshots"),
    ("GET", "/os-snapshots/detail"),
    ("GET DELETE", "/os-snapshots/{}"),
    ("GET POST", "/os-tenant-networks"),
    ("GET DELETE", "/os-tenant-networks/{}"),
    ("GET POST", "/os-volumes"),
    ("GET", "/os-volumes/detail"),
    ("GET DELETE", "/os-volumes/{}"),
    ("GET POST", "/os-volumes_boot"),
    ("GET", "/os-volumes_boot/detail"),
    ("GET PUT DELETE", "/os-volumes_boot/{}"),
    ("POST", "/os-volumes_boot/{}/action"),
    ("GET POST", "/servers"),
    ("GET", "/servers/detail"),
    ("GET PUT DELETE", "/servers/{}"),
    ("POST", "/servers/{}/action"),
    ("GET POST", "/servers/{}/consoles"),
    ("GET DELETE", "/servers/{}/consoles/{}"),
    ("GET", "/servers/{}/diagnostics"),
    ("GET", "/servers/{}/ips"),
    ("GET", "/servers/{}/ips/{}"),
    ("GET POST PUT", "/servers/{}/metadata"),
    ("GET PUT DELETE", "/servers/{}/metadata/{}"),
    ("GET", "/servers/{}/migrations"),
    ("GET DELETE", "/servers/{}/migrations/{}"),
    ("POST", "/servers/{}/migrations/{}/action"),
    ("GET", "/servers/{}/os-instance-actions"),
    ("GET", "/servers/{}/os-instance-actions/{}"),
    ("GET POST", "/servers/{}/os-interface"),
    ("GET DELETE", "/servers/{}/os-interface/{}"),
    ("GET DELETE", "/servers/{}/os-server-password"),
    ("GET", "/servers/{}/os-virtual-interfaces"),
    ("GET POST", "/servers/{}/os-volume_attachments"),
    ("GET PUT DELETE", "/servers/{}/os-volume_attachments/{}"),
    ("POST", "/servers/{}/remote-consoles"),
    ("GET", "/servers/{}/os-security-groups"),
    ("GET POST", "/servers/{}/shares"),
    ("GET DELETE", "/servers/{}/shares/{}"),
    ("GET PUT DELETE", "/servers/{}/tags"),
    ("GET PUT DELETE", "/servers/{}/tags/{}"),
    ("GET", "/servers/{}/topology"),
];

/// What is said where no route is, or none at that version.
const NO_ROUTE: &str = "The resource could not be found.";

/// The last version of what went with a version, and the first of what came with one.
const NOT_ALWAYS: &[(&str, &str)] = &[
    ("/os-hosts", "2.42"),
    ("/os-hypervisors/statistics", "2.87"),
    ("/os-hypervisors/{}/search", "2.52"),
    ("/os-hypervisors/{}/servers", "2.52"),
    ("/os-hypervisors/{}/uptime", "2.87"),
    ("/images", "2.35"),
    ("/os-baremetal-nodes", "2.35"),
    ("/os-networks", "2.35"),
    ("/os-tenant-networks", "2.35"),
    ("/os-security-group", "2.35"),
    ("/os-floating-ip", "2.35"),
    ("/os-volumes_boot", "2.102"),
    ("/os-volumes", "2.35"),
    ("/os-snapshots", "2.35"),
];

/// An old version for what is gone, else the newest.
fn version(path: &str) -> &'static str {
    let row = NOT_ALWAYS.iter().find(|(begin, _)| path.starts_with(begin));
    row.map_or("2.104", |(_, last)| last)
}

async fn asked(cloud: &Cloud, method: &str, path: &str, id: &str) -> Answer {
    let mut filled = path.to_owned();
    if path.starts_with("/servers/{}") {
        filled = filled.replacen("{}", id, 1);
    }
    let known = match path {
        "/extensions/{}" => "os-volumes",
        "/versions/{}" => "v2.1",
        _ => "7",
    };
    let filled = filled.replace("{}", known);
    let body = (method == "POST" || method == "PUT").then(|| json!({}));
    cloud
        .admin(version(path), method, &format!("/v2.1{filled}"), body)
        .await
}

/// A fault for what is missing, not for a route that nobody knows.
fn is_known(answer: &Answer) -> bool {
    match answer.status.as_u16() {
        404 => answer.fault().1 != NO_ROUTE,
        405 => false,
        status => status < 500 || status == 501,
    }
}

#[tokio::test]
async fn every_route_of_nova_is_known() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let mut unknown = Vec::new();
    for (methods, path) in NOVA {
        for method in methods.split(' ') {
            let answer = asked(&cloud, method, path, &id).await;
            if !is_known(&answer) {
                unknown.push(format!("{method} {path}: {} {}", answer.status, answer.body));
            }
        }
    }
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}

#[tokio::test]
async fn what_went_with_a_version_is_not_there_after_it() {
    let cloud = Cloud::start().await;
    for (path, first_without) in [
        ("/os-hosts", "2.43"),
        ("/os-hypervisors/statistics", "2.88"),
        ("/images", "2.36"),
        ("/os-baremetal-nodes", "2.36"),
        ("/os-volumes", "2.36"),
        ("/os-snapshots", "2.36"),
        ("/os-volumes_boot", "2.103"),
        ("/os-volumes_boot/detail", "2.103"),
    ] {
        let answer = cloud
            .admin(first_without, "GET", &format!("/v2.1{path}"), None)
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.fault().1.as_str()),
            (404, NO_ROUTE),
            "{path}"
        );
    }
}

//! What of Neutron's extensions there is: clients call what is told here, so it is only what works.

use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};

use super::fault::Fault;
use crate::objects::RequestContext;

struct Extension {
    alias: &'static str,
    name: &'static str,
    updated: &'static str,
}

const fn extension(alias: &'static str, name: &'static str, updated: &'static str) -> Extension {
    Extension { alias, name, updated }
}

const EXTENSIONS: &[Extension] = &[
    extension("address-scope", "Address scope", "2015-07-26T10:00:00-00:00"),
    extension("agent", "agent", "2013-02-03T10:00:00-00:00"),
    extension(
        "allowed-address-pairs",
        "Allowed Address Pairs",
        "2013-07-23T10:00:00-00:00",
    ),
    extension(
        "availability_zone",
        "Availability Zone",
        "2015-01-01T10:00:00-00:00",
    ),
    extension("binding", "Port Binding", "2014-02-03T10:00:00-00:00"),
    extension(
        "default-subnetpools",
        "Default Subnetpools",
        "2016-02-18T18:00:00-00:00",
    ),
    extension("dns-integration", "DNS Integration", "2015-08-15T18:00:00-00:00"),
    extension(
        "empty-string-filtering",
        "Empty String Filtering Extension",
        "2018-05-01T10:00:00-00:00",
    ),
    extension(
        "external-net",
        "Neutron external network",
        "2013-01-14T10:00:00-00:00",
    ),
    extension(
        "ext-gw-mode",
        "Neutron L3 Configurable external gateway mode",
        "2013-03-28T10:00:00-00:00",
    ),
    extension("extraroute", "Neutron Extra Route", "2013-02-01T10:00:00-00:00"),
    extension(
        "fip-port-details",
        "Floating IP Port Details Extension",
        "2018-04-09T10:00:00-00:00",
    ),
    extension(
        "extra_dhcp_opt",
        "Neutron Extra DHCP options",
        "2013-03-17T12:00:00-00:00",
    ),
    extension(
        "filter-validation",
        "Filter parameters validation",
        "2018-07-04T10:00:00-00:00",
    ),
    extension(
        "ip-substring-filtering",
        "IP address substring filtering",
        "2017-11-28T09:00:00-00:00",
    ),
    extension("ip_allocation", "IP Allocation", "2016-06-10T23:00:00-00:00"),
    extension("net-mtu", "Network MTU", "2015-03-25T10:00:00-00:00"),
    extension(
        "net-mtu-writable",
        "Network MTU (writable)",
        "2017-07-12T00:00:00-00:00",
    ),
    extension(
        "network-ip-availability",
        "Network IP Availability",
        "2015-09-24T00:00:00-00:00",
    ),
    extension(
        "network_availability_zone",
        "Network Availability Zone",
        "2015-01-01T10:00:00-00:00",
    ),
    extension("pagination", "Pagination support", "2016-06-12T00:00:00-00:00"),
    extension("port-security", "Port Security", "2012-07-23T10:00:00-00:00"),
    extension(
        "port-security-groups-filtering",
        "Port filtering on security groups",
        "2018-01-09T09:00:00-00:00",
    ),
    extension(
        "project-id",
        "project_id field enabled",
        "2016-09-09T09:09:09-09:09",
    ),
    extension("provider", "Provider Network", "2012-09-07T10:00:00-00:00"),
    extension(
        "quota_details",
        "Quota details management support",
        "2017-02-10T10:00:00-00:00",
    ),
    extension("quotas", "Quota management support", "2012-07-29T10:00:00-00:00"),
    extension("router", "Neutron L3 Router", "2012-07-20T10:00:00-00:00"),
    extension("security-group", "security-group", "2012-10-05T10:00:00-00:00"),
    extension(
        "security-groups-normalized-cidr",
        "Normalized CIDR field for security group rules",
        "2020-07-28T10:00:00-00:00",
    ),
    extension(
        "security-groups-rules-belongs-to-default-sg",
        "Security group rule belongs to the project's default security group",
        "2023-05-23T10:00:00-00:00",
    ),
    extension(
        "security-groups-shared-filtering",
        "Security group filtering on the shared field",
        "2021-10-05T09:00:00-00:00",
    ),
    extension(
        "service-type",
        "Neutron Service Type Management",
        "2013-01-20T00:00:00-00:00",
    ),
    extension("sorting", "Sorting support", "2016-06-12T00:00:00-00:00"),
    extension(
        "standard-attr-description",
        "standard-attr-description",
        "2016-02-10T10:00:00-00:00",
    ),
    extension(
        "standard-attr-revisions",
        "Resource revision numbers",
        "2016-04-11T10:00:00-00:00",
    ),
    extension(
        "standard-attr-tag",
        "Tag support for resources with standard attribute",
        "2017-01-01T00:00:00-00:00",
    ),
    extension(
        "standard-attr-timestamp",
        "Resource timestamps",
        "2016-09-12T10:00:00-00:00",
    ),
    extension(
        "subnet-external-network",
        "Subnet belongs to an external network",
        "2024-02-05T18:00:00-00:00",
    ),
    extension(
        "subnet_allocation",
        "Subnet Allocation",
        "2015-03-30T10:00:00-00:00",
    ),
    extension(
        "tag-creation",
        "Tag creation extension",
        "2024-23-07T10:00:00-00:00",
    ),
];

fn view(extension: &Extension) -> Value {
    let Extension { alias, name, updated } = extension;
    json!({ "alias": alias, "name": name, "description": name, "updated": updated, "links": [] })
}

pub(super) async fn list(_: RequestContext) -> Json<Value> {
    let all: Vec<Value> = EXTENSIONS.iter().map(view).collect();
    Json(json!({ "extensions": all }))
}

pub(super) async fn show(_: RequestContext, Path(alias): Path<String>) -> Result<Json<Value>, Fault> {
    let found = EXTENSIONS.iter().find(|extension| extension.alias == alias);
    let found = found.ok_or_else(|| {
        let message = format!("Extension with alias {alias} does not exist");
        Fault::not_found("ExtensionNotFound", message)
    })?;
    Ok(Json(json!({ "extension": view(found) })))
}

//! The part of the story that is about servers.

use serde_json::{Value, json};

use super::step::{Step, act, act_plainly, step};

const USER_DATA: &str = "Y29tbWFuZDogWyJzbGVlcCIsICI5OSJdCg==";

pub(crate) fn made() -> Vec<Step> {
    vec![
        created(),
        step("servers/tags-replace", "PUT /v2.1/servers/{server}/tags")
            .with(json!({"tags": ["blue", "green"]})),
        step("servers/list", "GET /v2.1/servers"),
        step("servers/list-detail", "GET /v2.1/servers/detail"),
        step("servers/show", "GET /v2.1/servers/{server}"),
        step("servers/show-as-admin", "GET /v2.1/servers/{server}").admin(),
        step("servers/update", "PUT /v2.1/servers/{server}").with(json!({"server": {
            "name": "front", "accessIPv4": "192.0.2.7", "accessIPv6": "2001:db8::7", "OS-DCF:diskConfig": "AUTO",
            "description": "The front end.", "hostname": "front",
        }})),
        step("servers/ips-list", "GET /v2.1/servers/{server}/ips"),
        step("servers/ips-show", "GET /v2.1/servers/{server}/ips/private"),
        step("servers/security-groups-list", "GET /v2.1/servers/{server}/os-security-groups"),
        step("servers/password-show", "GET /v2.1/servers/{server}/os-server-password"),
        step("servers/password-clear", "DELETE /v2.1/servers/{server}/os-server-password"),
        step("servers/diagnostics-show", "GET /v2.1/servers/{server}/diagnostics").admin(),
        step("servers/topology-show", "GET /v2.1/servers/{server}/topology"),
        step("servers/migrations-list", "GET /v2.1/servers/{server}/migrations").admin(),
        step("servers/volume-attachments-list", "GET /v2.1/servers/{server}/os-volume_attachments"),
        step("servers/shares-list", "GET /v2.1/servers/{server}/shares"),
    ]
}

fn created() -> Step {
    step("servers/create", "POST /v2.1/servers")
        .with(wanted(json!([{"uuid": "{network}", "tag": "nic1"}])))
        .keep("server", "/server/id")
        .until("ACTIVE")
}

fn wanted(networks: Value) -> Value {
    json!({
        "server": {
            "name": "web", "imageRef": "{image}", "flavorRef": "42", "networks": networks, "key_name": "mine",
            "metadata": {"role": "web"}, "adminPass": "S6mpzN2kAB4h", "OS-DCF:diskConfig": "AUTO",
            "accessIPv4": "192.0.2.6", "accessIPv6": "2001:db8::6", "personality": [], "availability_zone": "nova",
            "config_drive": false, "min_count": 1, "max_count": 1, "return_reservation_id": false,
            "security_groups": [{"name": "default"}], "user_data": USER_DATA, "description": "A web server.",
            "tags": ["blue"], "trusted_image_certificates": null, "hostname": "web",
        },
        "os:scheduler_hints": {"group": "{group}"},
    })
}

pub(crate) fn metadata_and_tags() -> Vec<Step> {
    vec![
        step("servers/metadata-list", "GET /v2.1/servers/{server}/metadata"),
        step("servers/metadata-update", "POST /v2.1/servers/{server}/metadata")
            .with(json!({"metadata": {"zone": "a"}})),
        step("servers/metadata-replace", "PUT /v2.1/servers/{server}/metadata")
            .with(json!({"metadata": {"role": "web", "zone": "b"}})),
        step(
            "servers/metadata-item-show",
            "GET /v2.1/servers/{server}/metadata/role",
        ),
        step(
            "servers/metadata-item-set",
            "PUT /v2.1/servers/{server}/metadata/role",
        )
        .with(json!({"meta": {"role": "front"}})),
        step(
            "servers/metadata-item-delete",
            "DELETE /v2.1/servers/{server}/metadata/zone",
        ),
        step("servers/tags-list", "GET /v2.1/servers/{server}/tags"),
        step("servers/tag-check", "GET /v2.1/servers/{server}/tags/blue"),
        step("servers/tag-add", "PUT /v2.1/servers/{server}/tags/red"),
        step("servers/tag-delete", "DELETE /v2.1/servers/{server}/tags/red"),
        step("servers/tags-delete", "DELETE /v2.1/servers/{server}/tags"),
    ]
}

pub(crate) fn interfaces() -> Vec<Step> {
    vec![
        step(
            "servers/interfaces-list",
            "GET /v2.1/servers/{server}/os-interface",
        ),
        step(
            "servers/interface-attach",
            "POST /v2.1/servers/{server}/os-interface",
        )
        .with(json!({"interfaceAttachment": {"net_id": "{network}", "tag": "nic2"}}))
        .keep("port", "/interfaceAttachment/port_id"),
        step(
            "servers/interface-show",
            "GET /v2.1/servers/{server}/os-interface/{port}",
        ),
        step(
            "servers/interface-detach",
            "DELETE /v2.1/servers/{server}/os-interface/{port}",
        )
        .until("ACTIVE"),
    ]
}

pub(crate) fn actions() -> Vec<Step> {
    let size = |flavor: &str| json!({"resize": {"flavorRef": flavor, "OS-DCF:diskConfig": "AUTO"}});
    vec![
        act_plainly("servers/actions/os-stop", "os-stop").until("SHUTOFF"),
        act_plainly("servers/actions/os-start", "os-start").until("ACTIVE"),
        act("servers/actions/reboot", json!({"reboot": {"type": "HARD"}})).until("ACTIVE"),
        act_plainly("servers/actions/pause", "pause").until("PAUSED"),
        act_plainly("servers/actions/unpause", "unpause").until("ACTIVE"),
        act_plainly("servers/actions/suspend", "suspend").until("SUSPENDED"),
        act_plainly("servers/actions/resume", "resume").until("ACTIVE"),
        act("servers/actions/lock", json!({"lock": null}))
            .with_since("2.73", json!({"lock": {"locked_reason": "It is being looked at."}})),
        act_plainly("servers/actions/unlock", "unlock"),
        act("servers/actions/addSecurityGroup", json!({"addSecurityGroup": {"name": "web"}})),
        act("servers/actions/removeSecurityGroup", json!({"removeSecurityGroup": {"name": "web"}})),
        act("servers/actions/addFixedIp", json!({"addFixedIp": {"networkId": "{network}"}})).until("ACTIVE"),
        act(
            "servers/actions/removeFixedIp",
            json!({"removeFixedIp": {"address": "10.0.0.3"}}),
        )
        .until("ACTIVE"),
        act("servers/actions/createImage", json!({"createImage": {"name": "web-1", "metadata": {"kind": "web"}}}))
            .until("ACTIVE"),
        act(
            "servers/actions/createBackup",
            json!({"createBackup": {"name": "web-2", "backup_type": "daily", "rotation": 1, "metadata": {}}}),
        )
        .until("ACTIVE"),
        act("servers/actions/os-getConsoleOutput", json!({"os-getConsoleOutput": {"length": 5}})),
        act("servers/actions/os-getSerialConsole", json!({"os-getSerialConsole": {"type": "serial"}})),
        act("servers/actions/os-getVNCConsole", json!({"os-getVNCConsole": {"type": "novnc"}})),
        step("servers/remote-console-create", "POST /v2.1/servers/{server}/remote-consoles")
            .with(json!({"remote_console": {"protocol": "serial", "type": "serial"}})),
        act("servers/actions/changePassword", json!({"changePassword": {"adminPass": "aT3h9Qm2"}})).until("ACTIVE"),
        act("servers/actions/os-resetState", json!({"os-resetState": {"state": "active"}})).admin(),
        act_plainly("servers/actions/injectNetworkInfo", "injectNetworkInfo").admin(),
        act("servers/actions/resize", size("84")).until("VERIFY_RESIZE"),
        act_plainly("servers/actions/revertResize", "revertResize").until("ACTIVE"),
        act("servers/actions/resize", size("84")).until("VERIFY_RESIZE"),
        act_plainly("servers/actions/confirmResize", "confirmResize").until("ACTIVE"),
        act("servers/actions/rebuild", json!({"rebuild": {
            "imageRef": "{image}", "name": "web", "adminPass": "S6mpzN2kAB4h", "metadata": {"role": "web"},
            "preserve_ephemeral": false, "OS-DCF:diskConfig": "AUTO", "accessIPv4": "192.0.2.6",
            "accessIPv6": "2001:db8::6", "personality": [], "description": null, "key_name": "mine",
            "user_data": USER_DATA, "trusted_image_certificates": null, "hostname": "web",
        }}))
        .until("ACTIVE"),
        act("servers/actions/rescue", json!({"rescue": {"adminPass": "x9Lm4vT2", "rescue_image_ref": "{image}"}}))
            .until("RESCUE"),
        act_plainly("servers/actions/unrescue", "unrescue").until("ACTIVE"),
        act_plainly("servers/actions/shelve", "shelve").until("SHELVED_OFFLOADED"),
        act("servers/actions/unshelve", json!({"unshelve": null}))
            .with_since("2.77", json!({"unshelve": {"availability_zone": "nova"}}))
            .until("ACTIVE"),
        step("servers/instance-actions-list", "GET /v2.1/servers/{server}/os-instance-actions")
            .keep("request", "/instanceActions/0/request_id"),
        step("servers/instance-action-show", "GET /v2.1/servers/{server}/os-instance-actions/{request}"),
        step("servers/instance-action-show-as-admin", "GET /v2.1/servers/{server}/os-instance-actions/{request}").admin(),
        step("migrations/list", "GET /v2.1/os-migrations").admin(),
    ]
}

pub(crate) fn ended() -> Vec<Step> {
    vec![
        step(
            "tenant-usage/list",
            "GET /v2.1/os-simple-tenant-usage?start=2012-10-08T21:10:44&detailed=1",
        )
        .admin(),
        step(
            "tenant-usage/show",
            "GET /v2.1/os-simple-tenant-usage/0d?start=2012-10-08T21:10:44",
        ),
        step("servers/delete", "DELETE /v2.1/servers/{server}").until("DELETED"),
        created(),
        act_plainly("servers/actions/forceDelete", "forceDelete").until("DELETED"),
    ]
}

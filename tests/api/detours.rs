//! Resize, shelve, rescue, suspend, backups, passwords, soft deletes and what is told of them, as a client sees them.

use serde_json::{Value, json};

use crate::cloud::{Answer, Cloud};

async fn as_admin(cloud: &Cloud, version: &str, id: &str, action: Value) -> Answer {
    let path = format!("/v2.1/servers/{id}/action");
    cloud.call("admin", version, "POST", &path, Some(action)).await
}

#[tokio::test]
async fn a_resize_is_verified_and_confirmed_or_reverted() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let resize =
        json!({"resize": {"flavorRef": "http://cloud:8774/flavors/84", "OS-DCF:diskConfig": "AUTO"}});
    let answer = cloud.act("2.1", &id, resize.clone()).await;
    assert_eq!((answer.status.as_u16(), &answer.body), (202, &json!("")));
    let server = cloud.until(&id, "VERIFY_RESIZE").await;
    assert_eq!(
        (&server["flavor"]["original_name"], &server["OS-DCF:diskConfig"]),
        (&json!("m1.micro"), &json!("AUTO"))
    );
    assert_eq!(
        cloud.act("2.1", &id, json!({"revertResize": null})).await.status,
        202
    );
    let server = cloud.until(&id, "ACTIVE").await;
    assert_eq!(server["flavor"]["original_name"], "m1.nano");
    cloud.act("2.1", &id, resize).await;
    cloud.until(&id, "VERIFY_RESIZE").await;
    assert_eq!(
        cloud.act("2.1", &id, json!({"confirmResize": null})).await.status,
        204
    );
    let server = cloud.until(&id, "ACTIVE").await;
    assert_eq!(server["flavor"]["original_name"], "m1.micro");
    let refused = cloud
        .act("2.1", &id, json!({"resize": {"flavorRef": "84"}}))
        .await;
    assert_eq!(
        refused.fault(),
        (
            "badRequest".to_owned(),
            "When resizing, instances must change flavor!".to_owned()
        )
    );
    for (body, status) in [
        (json!({"flavorRef": "none"}), 400),
        (json!({"flavorRef": null}), 400),
        (json!({}), 400),
    ] {
        let refused = cloud.act("2.1", &id, json!({"resize": body})).await;
        assert_eq!(refused.status, status, "{}", refused.body);
    }
}

/// What a migration shows at every version.
const MIGRATION: [&str; 12] = [
    "created_at",
    "dest_compute",
    "dest_host",
    "dest_node",
    "id",
    "instance_uuid",
    "new_instance_type_id",
    "old_instance_type_id",
    "source_compute",
    "source_node",
    "status",
    "updated_at",
];

#[tokio::test]
async fn migrations_are_told_with_the_fields_of_each_version() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    cloud
        .act("2.1", &id, json!({"resize": {"flavorRef": "84"}}))
        .await;
    cloud.until(&id, "VERIFY_RESIZE").await;
    let of = async |version: &str, query: &str| {
        let path = format!("/v2.1/os-migrations{query}");
        cloud.call("admin", version, "GET", &path, None).await
    };
    let keys = |answer: &Answer| {
        let mut keys: Vec<String> = answer.body["migrations"][0]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        keys.sort_unstable();
        keys
    };
    let with = |more: &[&'static str]| {
        let mut all: Vec<&'static str> = MIGRATION.iter().chain(more).copied().collect();
        all.sort_unstable();
        all
    };
    assert_eq!(keys(&of("2.1", "").await), with(&[]));
    assert_eq!(keys(&of("2.23", "").await), with(&["migration_type"]));
    assert_eq!(keys(&of("2.59", "").await), with(&["migration_type", "uuid"]));
    let newest = of("2.80", &format!("?instance_uuid={id}&status=finished&limit=1")).await;
    assert_eq!(
        keys(&newest),
        with(&["migration_type", "uuid", "user_id", "project_id"])
    );
    let shown = &newest.body["migrations"][0];
    assert_eq!(
        (
            &shown["migration_type"],
            &shown["old_instance_type_id"],
            &shown["new_instance_type_id"]
        ),
        (&json!("resize"), &json!(42), &json!(84))
    );
    assert_eq!(newest.body["migrations_links"][0]["rel"], "next");
    assert_eq!(of("2.80", "?status=error").await.body, json!({"migrations": []}));
    assert_eq!(cloud.get("2.1", "/v2.1/os-migrations").await.status, 403);
    assert_eq!(of("2.59", "?strange=1").await.status, 400);
}

#[tokio::test]
async fn no_live_migration_is_ever_under_way() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    cloud
        .act("2.1", &id, json!({"resize": {"flavorRef": "84"}}))
        .await;
    cloud.until(&id, "VERIFY_RESIZE").await;
    let live = format!("/v2.1/servers/{id}/migrations");
    let listed = cloud.call("admin", "2.23", "GET", &live, None).await;
    assert_eq!(listed.body, json!({"migrations": []}));
    let one = cloud
        .call("admin", "2.23", "GET", &format!("{live}/1"), None)
        .await;
    assert_eq!(
        (one.status.as_u16(), one.fault().1),
        (404, format!("Migration 1 for server {id} is not live-migration."))
    );
    let off = cloud
        .call("admin", "2.24", "DELETE", &format!("{live}/7"), None)
        .await;
    assert_eq!(off.status, 404);
}

#[tokio::test]
async fn suspend_shelve_and_rescue_have_their_statuses() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    for (action, code, status) in [
        (json!({"suspend": null}), 202, "SUSPENDED"),
        (json!({"resume": null}), 202, "ACTIVE"),
        (json!({"shelve": null}), 202, "SHELVED_OFFLOADED"),
        (json!({"unshelve": null}), 202, "ACTIVE"),
        (
            json!({"rescue": {"rescue_image_ref": cloud.image}}),
            200,
            "RESCUE",
        ),
        (json!({"unrescue": null}), 202, "ACTIVE"),
    ] {
        let answer = cloud.act("2.1", &id, action.clone()).await;
        assert_eq!(answer.status, code, "{action}: {}", answer.body);
        if code == 200 {
            assert!(answer.body["adminPass"].is_string(), "{}", answer.body);
        }
        cloud.until(&id, status).await;
        let found = cloud.get("2.38", &format!("/v2.1/servers?status={status}")).await;
        assert_eq!(found.body["servers"][0]["id"], json!(id), "{status}");
    }
    let asked = cloud
        .act("2.1", &id, json!({"rescue": {"adminPass": "sesame"}}))
        .await;
    assert_eq!(asked.body, json!({"adminPass": "sesame"}));
    cloud.until(&id, "RESCUE").await;
    let refused = cloud.act("2.1", &id, json!({"reboot": {"type": "HARD"}})).await;
    assert_eq!(
        refused.fault(),
        (
            "conflictingRequest".to_owned(),
            format!("Cannot 'reboot' instance {id} while it is in vm_state rescued")
        )
    );
}

#[tokio::test]
async fn unshelving_reads_a_place_at_the_versions_that_know_one() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    cloud.act("2.1", &id, json!({"shelve": null})).await;
    cloud.until(&id, "SHELVED_OFFLOADED").await;
    let zone = |name: &str| json!({"unshelve": {"availability_zone": name}});
    let told = async |version: &str, body: Value| {
        let answer = cloud.act(version, &id, body).await;
        (answer.status.as_u16(), answer.fault().1)
    };
    let (status, words) = told("2.77", json!({"unshelve": {}})).await;
    assert!(
        status == 400 && words.contains("'availability_zone' is a required property"),
        "{words}"
    );
    assert_eq!(
        told("2.77", zone("mars")).await,
        (400, "The requested availability zone is not available".to_owned())
    );
    let host = json!({"unshelve": {"host": "host1"}});
    assert_eq!(told("2.77", host.clone()).await.0, 400);
    assert_eq!(
        told("2.91", host.clone()).await,
        (
            403,
            "Policy doesn't allow os_compute_api:os-shelve:unshelve_to_host to be performed.".to_owned()
        )
    );
    let elsewhere = json!({"unshelve": {"host": "host2"}});
    let nowhere = as_admin(&cloud, "2.91", &id, elsewhere).await;
    assert_eq!(
        (nowhere.status.as_u16(), nowhere.fault().1),
        (400, "Compute host host2 could not be found.".to_owned())
    );
    let pinned = json!({"unshelve": {"host": "host1", "availability_zone": "nova"}});
    assert_eq!(as_admin(&cloud, "2.91", &id, pinned).await.status, 202);
    let server = cloud.until(&id, "ACTIVE").await;
    assert_eq!(server["pinned_availability_zone"], "nova");
    cloud.act("2.1", &id, json!({"shelve": null})).await;
    cloud.until(&id, "SHELVED_OFFLOADED").await;
    let unpinned = json!({"unshelve": {"availability_zone": null}});
    assert_eq!(cloud.act("2.91", &id, unpinned).await.status, 202);
    assert_eq!(
        cloud.until(&id, "ACTIVE").await["pinned_availability_zone"],
        Value::Null
    );
}

#[tokio::test]
async fn there_is_no_other_host_and_novas_networks_are_gone() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let live = |host: Value| json!({"os-migrateLive": {"host": host, "block_migration": "auto"}});
    for (version, action, words) in [
        (
            "2.1",
            json!({"migrate": null}),
            "No valid host was found. No valid host found for cold migrate",
        ),
        (
            "2.56",
            json!({"migrate": {"host": "host1"}}),
            "Cannot migrate to the host where the server exists.",
        ),
        (
            "2.25",
            live(json!(null)),
            "No valid host was found. There are not enough hosts available.",
        ),
        ("2.68", live(json!("x")), "Compute host x could not be found."),
        (
            "2.14",
            json!({"evacuate": {}}),
            "Compute service of host1 is still in use.",
        ),
        (
            "2.14",
            json!({"evacuate": {"host": "host1"}}),
            "The target host can't be the same one.",
        ),
    ] {
        let refused = as_admin(&cloud, version, &id, action.clone()).await;
        assert_eq!(
            (refused.status.as_u16(), refused.fault().1.as_str()),
            (400, words),
            "{action}"
        );
        assert_eq!(cloud.act(version, &id, action).await.status, 403);
    }
    let old = as_admin(&cloud, "2.1", &id, live(json!(null))).await;
    assert_eq!(old.status, 400, "disk_over_commit was required then");
    let gone = as_admin(&cloud, "2.1", &id, json!({"resetNetwork": null})).await;
    assert_eq!(gone.status, 410);
    let inject = json!({"injectNetworkInfo": null});
    assert_eq!(as_admin(&cloud, "2.1", &id, inject.clone()).await.status, 202);
    assert_eq!(cloud.act("2.1", &id, inject).await.status, 403);
}

#[tokio::test]
async fn a_backup_tells_its_image_and_counts() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let backup = |rotation: Value| json!({"createBackup": {"name": "b", "backup_type": "daily", "rotation": rotation, "metadata": {"k": "v"}}});
    let made = cloud.act("2.45", &id, backup(json!("1"))).await;
    assert_eq!(made.status, 202, "{}", made.body);
    assert!(made.body["image_id"].is_string());
    cloud.until(&id, "ACTIVE").await;
    let made = cloud.act("2.44", &id, backup(json!(1))).await;
    let location = made.headers["location"].to_str().unwrap();
    assert!(location.starts_with("http://cloud:8774/images/"), "{location}");
    cloud.until(&id, "ACTIVE").await;
    let none = cloud.act("2.44", &id, backup(json!(0))).await;
    assert_eq!((none.status.as_u16(), none.headers.get("location")), (202, None));
    cloud.until(&id, "ACTIVE").await;
    for wrong in [json!(-1), json!("x"), json!(null)] {
        assert_eq!(cloud.act("2.1", &id, backup(wrong)).await.status, 400);
    }
}

#[tokio::test]
async fn administrators_and_users_each_have_their_last_resort() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let password = json!({"changePassword": {"adminPass": "sesame"}});
    assert_eq!(cloud.act("2.1", &id, password).await.status, 202);
    assert_eq!(cloud.until(&id, "ACTIVE").await["status"], "ACTIVE");
    let reset = |state: &str| json!({"os-resetState": {"state": state}});
    assert_eq!(as_admin(&cloud, "2.1", &id, reset("error")).await.status, 202);
    cloud.until(&id, "ERROR").await;
    assert_eq!(as_admin(&cloud, "2.1", &id, reset("active")).await.status, 202);
    cloud.until(&id, "ACTIVE").await;
    assert_eq!(as_admin(&cloud, "2.1", &id, reset("asleep")).await.status, 400);
    assert_eq!(cloud.act("2.1", &id, reset("error")).await.status, 403);
    let dump = json!({"trigger_crash_dump": null});
    assert_eq!(cloud.act("2.16", &id, dump.clone()).await.status, 404);
    assert_eq!(cloud.act("2.17", &id, dump).await.status, 202);
    let refused = cloud.act("2.1", &id, json!({"restore": null})).await;
    assert_eq!(
        refused.fault().1,
        format!("Cannot 'restore' instance {id} while it is in vm_state active")
    );
    assert_eq!(
        cloud.act("2.1", &id, json!({"forceDelete": null})).await.status,
        202
    );
    for _ in 0..2000 {
        if cloud.get("2.1", &format!("/v2.1/servers/{id}")).await.status == 404 {
            return told_of_the_gone(&cloud, &id).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("the server is still there");
}

async fn told_of_the_gone(cloud: &Cloud, id: &str) {
    let path = format!("/v2.1/servers/{id}/os-instance-actions");
    let listed = cloud.get("2.21", &path).await;
    let newest = &listed.body["instanceActions"][0];
    assert_eq!(newest["action"], "delete", "{}", listed.body);
    let one = format!("{path}/{}", newest["request_id"].as_str().unwrap());
    assert_eq!(cloud.get("2.21", &one).await.status, 200);
    assert_eq!(cloud.get("2.20", &path).await.status, 404);
    assert_eq!(cloud.call("other", "2.21", "GET", &path, None).await.status, 404);
}

#[tokio::test]
async fn diagnostics_have_one_form_since_2_48_and_a_topology_is_empty() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let path = format!("/v2.1/servers/{id}/diagnostics");
    let told = cloud.call("admin", "2.48", "GET", &path, None).await;
    let mac = told.body["nic_details"][0]["mac_address"].clone();
    assert!(mac.as_str().unwrap().starts_with("fa:16:3e:"), "{mac}");
    let nothing = json!({"mac_address": mac, "rx_octets": null, "rx_errors": null, "rx_drop": null, "rx_packets": null,
        "rx_rate": null, "tx_octets": null, "tx_errors": null, "tx_drop": null, "tx_packets": null, "tx_rate": null});
    assert_eq!(
        told.body,
        json!({
            "state": "running", "driver": "libvirt", "hypervisor": "fake", "hypervisor_os": "linux", "uptime": 0,
            "config_drive": false, "num_cpus": 1, "num_nics": 1, "num_disks": 1,
            "cpu_details": [{"id": 0, "time": 0, "utilisation": null}],
            "nic_details": [nothing],
            "disk_details": [{"read_bytes": 0, "read_requests": 0, "write_bytes": 0, "write_requests": 0, "errors_count": null}],
            "memory_details": {"maximum": 64, "used": 0},
        })
    );
    let free = cloud.call("admin", "2.47", "GET", &path, None).await;
    assert_eq!(
        (&free.body["cpu0_time"], &free.body["memory"]),
        (&json!(0), &json!(65536))
    );
    assert_eq!(cloud.get("2.48", &path).await.status, 403);
    cloud.act("2.1", &id, json!({"os-stop": null})).await;
    cloud.until(&id, "SHUTOFF").await;
    let refused = cloud.call("admin", "2.48", "GET", &path, None).await;
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1),
        (
            409,
            format!("Cannot 'get_diagnostics' instance {id} while it is in power state shutdown")
        )
    );
    let topology = format!("/v2.1/servers/{id}/topology");
    assert_eq!(cloud.get("2.77", &topology).await.status, 404);
    assert_eq!(
        cloud.get("2.78", &topology).await.body,
        json!({"nodes": [], "pagesize_kb": null})
    );
}

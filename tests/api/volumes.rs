//! Volumes and shares, of which there are none.

use serde_json::json;

use crate::cloud::{Answer, Cloud};

const VOLUME: &str = "2fbd5d0f-3b4b-4e0c-8d5c-3a3e6a2a3f10";

fn told(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.fault().1)
}

#[tokio::test]
async fn a_server_has_no_volumes_and_gets_none() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let path = format!("/v2.1/servers/{id}/os-volume_attachments");
    assert_eq!(
        cloud.get("2.1", &path).await.body,
        json!({"volumeAttachments": []})
    );
    let one = format!("{path}/{VOLUME}");
    let missing = format!("Instance {id} is not attached to volume {VOLUME}");
    assert_eq!(told(&cloud.get("2.1", &one).await), (404, missing));
    let nowhere = (404, format!("Volume {VOLUME} could not be found."));
    let attach = json!({"volumeAttachment": {"volumeId": VOLUME, "device": "/dev/vdb"}});
    assert_eq!(told(&cloud.post("2.1", &path, attach).await), nowhere);
    let tagged = json!({"volumeAttachment": {"volumeId": VOLUME, "tag": "data"}});
    assert_eq!(cloud.post("2.48", &path, tagged.clone()).await.status, 400);
    assert_eq!(told(&cloud.post("2.49", &path, tagged).await), nowhere);
    let odd = json!({"volumeAttachment": {"volumeId": VOLUME, "device": "vdb"}});
    assert_eq!(cloud.post("2.1", &path, odd).await.status, 400);
    assert_eq!(
        told(&cloud.call("demo", "2.1", "DELETE", &one, None).await),
        nowhere
    );
    let keep = json!({"volumeAttachment": {"volumeId": VOLUME, "delete_on_termination": true}});
    let updated = cloud.call("demo", "2.85", "PUT", &one, Some(keep)).await;
    assert_eq!(
        told(&updated),
        (404, format!("No volume Block Device Mapping with id {VOLUME}."))
    );
    let swap = json!({"volumeAttachment": {"volumeId": VOLUME}});
    assert_eq!(
        cloud.call("demo", "2.84", "PUT", &one, Some(swap)).await.status,
        403
    );
    let nobody = format!("/v2.1/servers/{VOLUME}/os-volume_attachments");
    assert_eq!(
        told(&cloud.get("2.1", &nobody).await),
        (404, format!("Instance {VOLUME} could not be found."))
    );
}

#[tokio::test]
async fn the_proxies_of_the_block_storage_service_have_nothing_to_show() {
    let cloud = Cloud::start().await;
    for (kind, noun) in [("volumes", "Volume"), ("snapshots", "Snapshot")] {
        let path = format!("/v2.1/os-{kind}");
        let mut empty = json!({});
        empty[kind] = json!([]);
        assert_eq!(cloud.get("2.35", &path).await.body, empty);
        assert_eq!(cloud.get("2.35", &format!("{path}/detail")).await.body, empty);
        let missing = (404, format!("{noun} {VOLUME} could not be found."));
        let one = format!("{path}/{VOLUME}");
        assert_eq!(told(&cloud.get("2.35", &one).await), missing);
        assert_eq!(
            told(&cloud.call("demo", "2.35", "DELETE", &one, None).await),
            missing
        );
        assert_eq!(cloud.get("2.36", &path).await.status, 404);
    }
    let made = cloud
        .post("2.35", "/v2.1/os-volumes", json!({"volume": {"size": 1}}))
        .await;
    assert_eq!(made.status, 400);
    let body = json!({"snapshot": {"volume_id": VOLUME}});
    let made = cloud.post("2.35", "/v2.1/os-snapshots", body).await;
    assert_eq!(told(&made), (404, format!("Volume {VOLUME} could not be found.")));
}

#[tokio::test]
async fn a_server_has_no_shares_and_gets_none() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let path = format!("/v2.1/servers/{id}/shares");
    assert_eq!(cloud.get("2.96", &path).await.status, 404);
    assert_eq!(cloud.get("2.97", &path).await.body, json!({"shares": []}));
    let attach = json!({"share": {"share_id": VOLUME}});
    let running = cloud.post("2.97", &path, attach.clone()).await;
    let message = format!("Cannot 'create share' instance {id} while it is in vm_state active");
    assert_eq!(told(&running), (409, message));
    cloud.act("2.97", &id, json!({"os-stop": null})).await;
    cloud.until(&id, "SHUTOFF").await;
    let message = "Feature not supported because either compute or instance are not configured correctly.";
    assert_eq!(
        told(&cloud.post("2.97", &path, attach).await),
        (403, message.to_owned())
    );
    let one = format!("{path}/{VOLUME}");
    let missing = (404, format!("Share {VOLUME} could not be found."));
    assert_eq!(told(&cloud.get("2.97", &one).await), missing);
    assert_eq!(
        told(&cloud.call("demo", "2.97", "DELETE", &one, None).await),
        missing
    );
}

#[tokio::test]
async fn no_host_has_a_volume_to_make_a_snapshot_of() {
    let cloud = Cloud::start().await;
    let body = json!({"snapshot": {"volume_id": VOLUME,
        "create_info": {"snapshot_id": "s", "type": "qcow2", "new_file": "f"}}});
    let path = "/v2.1/os-assisted-volume-snapshots";
    let missing = (400, format!("No volume Block Device Mapping with id {VOLUME}."));
    assert_eq!(
        told(
            &cloud
                .call("service", "2.1", "POST", path, Some(body.clone()))
                .await
        ),
        missing
    );
    assert_eq!(cloud.post("2.1", path, body).await.status, 403);
    let info = format!("{path}/s?delete_info=%7B%22volume_id%22:%22{VOLUME}%22%7D");
    assert_eq!(
        told(&cloud.call("service", "2.1", "DELETE", &info, None).await),
        missing
    );
}

//! Floating IPs: taken from a pool, led to servers and away from them, given back.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{id_of, refusal};
use crate::cloud::{Answer, Cloud};

const PATH: &str = "/v2.1/os-floating-ips";

/// With a pool of six addresses.
async fn with_a_pool() -> (Cloud, Uuid) {
    let cloud = Cloud::start().await;
    let range = "203.0.113.0/29".parse().unwrap();
    let public = cloud.network.add_network("0a", "public", &[range]);
    cloud
        .network
        .change_network(public, |network| network.external = true);
    (cloud, public)
}

async fn take(cloud: &Cloud) -> Value {
    let answer = cloud.post("2.35", PATH, json!({"pool": "public"})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["floating_ip"].clone()
}

async fn add(cloud: &Cloud, server: &str, floating: Value) -> Answer {
    cloud
        .act("2.43", server, json!({ "addFloatingIp": floating }))
        .await
}

async fn remove(cloud: &Cloud, server: &str, address: &Value) -> Answer {
    let action = json!({"removeFloatingIp": {"address": address}});
    cloud.act("2.43", server, action).await
}

#[tokio::test]
async fn an_address_is_taken_led_to_a_server_and_given_back() {
    let (cloud, _) = with_a_pool().await;
    let pools = cloud.get("2.35", "/v2.1/os-floating-ip-pools").await;
    assert_eq!(pools.body, json!({"floating_ip_pools": [{"name": "public"}]}));
    let taken = take(&cloud).await;
    let (id, ip) = (id_of(&taken), &taken["ip"]);
    let lead = |fixed: Value, server: Value| json!({"id": id, "ip": ip, "pool": "public", "fixed_ip": fixed, "instance_id": server});
    assert_eq!(taken, lead(json!(null), json!(null)));
    let server = cloud.boot("one").await;
    assert_eq!(add(&cloud, &server, json!({"address": ip})).await.status, 202);
    let fixed = cloud.network.ports()[0].fixed_ips[0].1.to_string();
    let one = format!("{PATH}/{id}");
    assert_eq!(
        cloud.get("2.1", &one).await.body,
        json!({"floating_ip": lead(json!(fixed), json!(server))})
    );
    while cloud.until(&server, "ACTIVE").await["addresses"]["private"][1]["addr"] != *ip {
        tokio::task::yield_now().await;
    }
    assert_eq!(remove(&cloud, &server, ip).await.status, 202);
    assert_eq!(
        cloud.get("2.1", PATH).await.body,
        json!({"floating_ips": [lead(json!(null), json!(null))]})
    );
    let gone = cloud.call("demo", "2.1", "DELETE", &one, None).await;
    assert_eq!(gone.status, 202);
    assert_eq!(cloud.get("2.1", PATH).await.body, json!({"floating_ips": []}));
    let missing = (404, format!("Floating IP not found for ID {id}"));
    assert_eq!(refusal(&cloud.get("2.1", &one).await), missing);
}

#[tokio::test]
async fn an_address_leads_to_the_address_that_is_named_and_moves_with_a_word() {
    let (cloud, _) = with_a_pool().await;
    let taken = take(&cloud).await;
    let (one, two) = (cloud.boot("one").await, cloud.boot("two").await);
    assert_eq!(
        add(&cloud, &one, json!({"address": taken["ip"]})).await.status,
        202
    );
    let ports = cloud.network.ports();
    let of_two = ports.iter().find(|port| port.device_id.as_ref() == Some(&two));
    let fixed = of_two.unwrap().fixed_ips[0].1;
    let led = json!({"address": taken["ip"], "fixed_address": fixed});
    let odd = add(&cloud, &one, led.clone()).await;
    assert_eq!(
        refusal(&odd),
        (400, "Specified fixed address not assigned to instance".to_owned())
    );
    assert_eq!(add(&cloud, &two, led).await.status, 202);
    let shown = cloud.get("2.1", PATH).await.body["floating_ips"][0].clone();
    assert_eq!(
        (&shown["instance_id"], &shown["fixed_ip"]),
        (&json!(two), &json!(fixed))
    );
    let words = format!(
        "Floating IP {} is not associated with instance {one}.",
        taken["ip"].as_str().unwrap()
    );
    assert_eq!(refusal(&remove(&cloud, &one, &taken["ip"]).await), (409, words));
}

#[tokio::test]
async fn what_cannot_be_taken_or_led_is_refused_in_novas_words() {
    let (cloud, public) = with_a_pool().await;
    let post = async |body: Value| refusal(&cloud.post("2.35", PATH, body).await);
    assert_eq!(
        post(json!({"pool": "elsewhere"})).await,
        (404, "Floating IP pool not found.".to_owned())
    );
    let server = cloud.boot("one").await;
    let unknown = json!("203.0.113.99");
    assert_eq!(
        refusal(&add(&cloud, &server, json!({"address": unknown})).await),
        (404, "floating IP not found".to_owned())
    );
    assert_eq!(
        refusal(&remove(&cloud, &server, &unknown).await),
        (404, "Floating IP not found for address 203.0.113.99.".to_owned())
    );
    let taken = take(&cloud).await;
    let strange = cloud
        .call("other", "2.1", "GET", &format!("{PATH}/{}", id_of(&taken)), None)
        .await;
    assert_eq!(strange.status, 404);
    for pool in [json!({"pool": public}), json!({"pool": null}), json!({})] {
        assert_eq!(cloud.post("2.1", PATH, pool).await.status, 200);
    }
    take(&cloud).await;
    assert_eq!(
        post(json!({"pool": "public"})).await,
        (404, "No more floating IPs in pool public.".to_owned())
    );
    assert_eq!(
        post(json!({})).await,
        (404, "No more floating IPs available.".to_owned())
    );
    let late = cloud
        .act(
            "2.44",
            &server,
            json!({"addFloatingIp": {"address": taken["ip"]}}),
        )
        .await;
    assert_eq!(late.status, 404, "{}", late.body);
}

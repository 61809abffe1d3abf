//! Flavors, and how they changed.

use serde_json::json;

use crate::cloud::Cloud;

#[tokio::test]
async fn a_flavor_looks_as_its_version_wants() {
    let cloud = Cloud::start().await;
    let links = json!([
        {"rel": "self", "href": "http://cloud:8774/v2.1/flavors/1"},
        {"rel": "bookmark", "href": "http://cloud:8774/flavors/1"},
    ]);
    let mut expected = json!({"flavor": {
        "id": "1", "name": "m1.tiny", "ram": 512, "disk": 1, "swap": "", "vcpus": 1,
        "OS-FLV-EXT-DATA:ephemeral": 0, "OS-FLV-DISABLED:disabled": false,
        "os-flavor-access:is_public": true, "rxtx_factor": 1.0, "links": links,
    }});
    assert_eq!(cloud.get("2.1", "/v2.1/flavors/1").await.body, expected);
    expected["flavor"]["description"] = json!(null);
    assert_eq!(cloud.get("2.55", "/v2.1/flavors/1").await.body, expected);
    expected["flavor"]["extra_specs"] = json!({});
    assert_eq!(cloud.get("2.61", "/v2.1/flavors/1").await.body, expected);
    expected["flavor"]["swap"] = json!(0);
    assert_eq!(cloud.get("2.75", "/v2.1/flavors/1").await.body, expected);
}

#[tokio::test]
async fn flavors_are_chosen_and_paged() {
    let cloud = Cloud::start().await;
    let names = async |path: &str| -> Vec<String> {
        let answer = cloud.get("2.1", path).await;
        let flavors = answer.body["flavors"].as_array().unwrap().clone();
        flavors
            .iter()
            .map(|flavor| flavor["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        names("/v2.1/flavors?minRam=8192&sort_key=memory_mb").await,
        ["m1.large", "m1.xlarge"]
    );
    assert_eq!(
        names("/v2.1/flavors/detail?limit=2&marker=2").await,
        ["m1.medium", "m1.large"]
    );
    let page = cloud.get("2.1", "/v2.1/flavors?limit=2").await;
    assert_eq!(
        page.body["flavors_links"],
        json!([{"rel": "next", "href": "http://cloud:8774/v2.1/flavors?limit=2&marker=2"}])
    );
    assert_eq!(cloud.get("2.1", "/v2.1/flavors?marker=nope").await.status, 400);
    let missing = cloud.get("2.1", "/v2.1/flavors/nope").await;
    assert_eq!(
        missing.fault(),
        (
            "itemNotFound".to_owned(),
            "Flavor nope could not be found.".to_owned()
        )
    );
}

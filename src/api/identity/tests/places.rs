//! Domains, regions, services and endpoints.

use super::*;

#[tokio::test]
async fn there_is_one_domain_and_one_region() {
    let house = House::new().await;
    let ada = house.token("ada").await;
    let domain = json!({
        "id": "default", "name": "Default", "description": "The default domain", "enabled": true, "tags": [],
        "options": {}, "links": {"self": "http://cloud:5000/v3/domains/default"},
    });
    house
        .get(&ada, "/v3/domains")
        .await
        .is(200, list("domains", "domains", json!([domain])));
    house
        .get(&ada, "/v3/domains?name=x")
        .await
        .is(200, list("domains", "domains", json!([])));
    house
        .get(&ada, "/v3/domains/default")
        .await
        .is(200, json!({"domain": domain}));
    house
        .get(&ada, "/v3/domains/x")
        .await
        .is_fault(404, "Not Found", "Could not find domain: x.");
    let region = json!({
        "id": "RegionOne", "description": "", "parent_region_id": null,
        "links": {"self": "http://cloud:5000/v3/regions/RegionOne"},
    });
    house
        .get(&ada, "/v3/regions")
        .await
        .is(200, list("regions", "regions", json!([region])));
    house
        .get(&ada, "/v3/regions/RegionOne")
        .await
        .is(200, json!({"region": region}));
    house
        .get(&ada, "/v3/regions/x")
        .await
        .is_fault(404, "Not Found", "Could not find region: x.");
}

#[tokio::test]
async fn services_and_endpoints_are_listed_and_shown() {
    let house = House::new().await;
    let ada = house.token("ada").await;
    let services = house.get(&ada, "/v3/services?type=compute").await;
    assert_eq!(names(&services, "services"), ["nova"]);
    let service = services.body["services"][0].clone();
    let id = service["id"].as_str().unwrap();
    house
        .get(&ada, &format!("/v3/services/{id}"))
        .await
        .is(200, json!({"service": service}));
    house
        .get(&ada, "/v3/services/x")
        .await
        .is_fault(404, "Not Found", "Could not find service: x.");

    let query = format!("/v3/endpoints?service_id={id}&interface=public");
    let endpoints = house.get(&ada, &query).await;
    let own = endpoints.body["endpoints"][0]["id"].as_str().unwrap();
    let endpoint = json!({
        "links": {"self": format!("http://cloud:5000/v3/endpoints/{own}")}, "id": own, "interface": "public",
        "region": "RegionOne", "region_id": "RegionOne", "service_id": id, "url": "http://127.0.0.1:8774/v2.1",
        "enabled": true,
    });
    endpoints.is(200, list("endpoints", "endpoints", json!([endpoint])));
    house
        .get(&ada, &format!("/v3/endpoints/{own}"))
        .await
        .is(200, json!({"endpoint": endpoint}));
    house
        .get(&ada, "/v3/endpoints/x")
        .await
        .is_fault(404, "Not Found", "Could not find endpoint: x.");
    assert_eq!(
        house.get(&ada, "/v3/endpoints").await.body["endpoints"]
            .as_array()
            .unwrap()
            .len(),
        12
    );
}

#[tokio::test]
async fn what_is_not_there_is_a_fault_too() {
    let house = House::new().await;
    let nowhere = house.send("GET", "/v3/nowhere", &[], "").await;
    nowhere.is_fault(404, "Not Found", "The resource could not be found.");
    let method = house.send("PUT", "/v3/users", &[], "").await;
    method.is_fault(
        405,
        "Method Not Allowed",
        "The method is not allowed for the requested URL.",
    );
    let long = house
        .send("POST", "/v3/auth/tokens", &[], vec![b' '; LONGEST_BODY + 1])
        .await;
    long.is_fault(413, "Payload Too Large", "The body is longer than 114688 bytes.");
}

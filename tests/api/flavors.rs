//! Flavors, who may use them, and how they changed.

use serde_json::json;

use crate::cloud::{Answer, Cloud};

async fn made(cloud: &Cloud, id: &str, public: bool) -> Answer {
    let body = json!({"flavor": {"name": format!("f-{id}"), "id": id, "ram": "128", "vcpus": 2, "disk": 3,
        "os-flavor-access:is_public": public, "swap": 64, "rxtx_factor": "1.5"}});
    cloud.admin("2.1", "POST", "/v2.1/flavors", Some(body)).await
}

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
    let flavor = expected["flavor"].as_object_mut().unwrap();
    flavor.remove("rxtx_factor").unwrap();
    flavor.remove("OS-FLV-DISABLED:disabled").unwrap();
    assert_eq!(cloud.get("2.102", "/v2.1/flavors/1").await.body, expected);
}

#[tokio::test]
async fn since_2_102_flavors_have_a_name_filter_and_no_factor() {
    let cloud = Cloud::start().await;
    let named = async |pattern: &str| {
        let path = format!("/v2.1/flavors?name={pattern}&sort_key=memory_mb");
        let answer = cloud.get("2.102", &path).await;
        let flavors = answer.body["flavors"].as_array().unwrap().clone();
        flavors
            .iter()
            .map(|flavor| flavor["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(named("m1.small").await, ["m1.small"]);
    assert_eq!(named("large$").await, ["m1.large", "m1.xlarge"]);
    assert!(named("^large").await.is_empty());
    for (version, query, said) in [
        (
            "2.101",
            "name=a",
            "Additional properties are not allowed ('name' was unexpected)",
        ),
        ("2.102", "name=(", "'(' is not a regular expression"),
        ("2.102", "sort_key=rxtx_factor", "'rxtx_factor' is not one of ["),
    ] {
        let answer = cloud.get(version, &format!("/v2.1/flavors?{query}")).await;
        assert_eq!(answer.status, 400, "{version} {query}");
        let words = answer.fault().1;
        assert!(words.contains(said), "{version} {query}: {words}");
    }
    let sorted = cloud.get("2.101", "/v2.1/flavors?sort_key=rxtx_factor").await;
    assert_eq!(sorted.status, 200);
    let body = json!({"flavor": {"name": "new", "ram": 1, "vcpus": 1, "disk": 0, "rxtx_factor": 2}});
    let made = async |version| {
        cloud
            .admin(version, "POST", "/v2.1/flavors", Some(body.clone()))
            .await
            .status
            .as_u16()
    };
    assert_eq!((made("2.102").await, made("2.101").await), (400, 200));
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

#[tokio::test]
async fn an_administrator_makes_describes_and_deletes_a_flavor() {
    let cloud = Cloud::start().await;
    let answer = made(&cloud, "7", true).await;
    let links = json!([
        {"rel": "self", "href": "http://cloud:8774/v2.1/flavors/7"},
        {"rel": "bookmark", "href": "http://cloud:8774/flavors/7"},
    ]);
    let mut expected = json!({"flavor": {
        "id": "7", "name": "f-7", "ram": 128, "disk": 3, "swap": 64, "vcpus": 2,
        "OS-FLV-EXT-DATA:ephemeral": 0, "OS-FLV-DISABLED:disabled": false,
        "os-flavor-access:is_public": true, "rxtx_factor": 1.5, "links": links,
    }});
    assert_eq!((answer.status.as_u16(), &answer.body), (200, &expected));
    assert_eq!(cloud.get("2.1", "/v2.1/flavors/7").await.body, expected);

    let text = json!({"flavor": {"description": "for tests"}});
    let put = |version| cloud.admin(version, "PUT", "/v2.1/flavors/7", Some(text.clone()));
    assert_eq!(put("2.54").await.status, 404);
    expected["flavor"]["description"] = json!("for tests");
    assert_eq!(put("2.55").await.body, expected);

    let gone = cloud.admin("2.1", "DELETE", "/v2.1/flavors/7", None).await;
    assert_eq!((gone.status.as_u16(), gone.body), (202, json!("")));
    let again = cloud.admin("2.1", "DELETE", "/v2.1/flavors/7", None).await;
    assert_eq!(
        (again.status.as_u16(), again.fault().1),
        (404, "Flavor 7 could not be found.".to_owned())
    );
}

#[tokio::test]
async fn a_flavor_without_an_id_gets_one_and_neither_id_nor_name_is_had_twice() {
    let cloud = Cloud::start().await;
    let body = json!({"flavor": {"name": "new", "id": null, "ram": 1, "vcpus": 1, "disk": 0}});
    let first = cloud
        .admin("2.1", "POST", "/v2.1/flavors", Some(body.clone()))
        .await;
    assert_eq!(first.body["flavor"]["id"].as_str().unwrap().len(), 36);
    let named = cloud.admin("2.1", "POST", "/v2.1/flavors", Some(body)).await;
    assert_eq!(
        (named.status.as_u16(), named.fault().1),
        (409, "Flavor with name new already exists.".to_owned())
    );
    let id = json!({"flavor": {"name": "other", "id": 42, "ram": 1, "vcpus": 1, "disk": 0}});
    let taken = cloud.admin("2.1", "POST", "/v2.1/flavors", Some(id)).await;
    assert_eq!(
        (taken.status.as_u16(), taken.fault().1),
        (409, "Flavor with ID 42 already exists.".to_owned())
    );
}

#[tokio::test]
async fn what_a_flavor_may_not_be_is_said() {
    let cloud = Cloud::start().await;
    for (key, value, said) in [
        ("ram", json!(0), "0 is less than the minimum of 1"),
        ("vcpus", json!("x"), "'x' does not match '^[0-9]*$'"),
        (
            "id",
            json!(" a"),
            "' a' does not match '^(?! )[a-zA-Z0-9. _-]+(?<! )$'",
        ),
        (
            "rxtx_factor",
            json!(0),
            "0 is less than or equal to the minimum of 0",
        ),
        (
            "rxtx_factor",
            json!("-1"),
            r"'-1' does not match '^[0-9]+(\\.[0-9]+)?$'",
        ),
    ] {
        let mut body = json!({"flavor": {"name": "new", "ram": 1, "vcpus": 1, "disk": 0}});
        body["flavor"][key] = value.clone();
        let answer = cloud.admin("2.1", "POST", "/v2.1/flavors", Some(body)).await;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let message = format!("Invalid input for field/attribute {key}. Value: {text}. {said}");
        assert_eq!((answer.status.as_u16(), answer.fault().1), (400, message));
    }
    let body = json!({"flavor": {"name": "new", "ram": 1, "vcpus": 1, "disk": 0}});
    let refused = cloud.post("2.1", "/v2.1/flavors", body).await;
    let message = "Policy doesn't allow os_compute_api:os-flavor-manage:create to be performed.";
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (403, message)
    );
}

#[tokio::test]
async fn a_private_flavor_is_for_those_who_were_given_it() {
    let cloud = Cloud::start().await;
    made(&cloud, "7", false).await;
    let seen = async |token: &str, path: &str| {
        let answer = cloud.call(token, "2.1", "GET", path, None).await;
        let flavors = answer.body["flavors"].as_array().cloned().unwrap_or_default();
        flavors.iter().any(|flavor| flavor["id"] == "7")
    };
    assert!(!seen("demo", "/v2.1/flavors").await);
    assert!(!seen("admin", "/v2.1/flavors").await);
    assert!(seen("admin", "/v2.1/flavors?is_public=None").await);
    assert_eq!(cloud.get("2.1", "/v2.1/flavors/7").await.status, 404);
    let boot = json!({"server": {"name": "one", "imageRef": cloud.image, "flavorRef": "7"}});
    let refused = cloud.post("2.1", "/v2.1/servers", boot.clone()).await;
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (400, "Flavor 7 could not be found.")
    );

    let give = json!({"addTenantAccess": {"tenant": "0d"}});
    let action = "/v2.1/flavors/7/action";
    let given = cloud.admin("2.1", "POST", action, Some(give.clone())).await;
    let access = json!({"flavor_access": [{"flavor_id": "7", "tenant_id": "0d"}]});
    assert_eq!((given.status.as_u16(), &given.body), (200, &access));
    let again = cloud.admin("2.1", "POST", action, Some(give)).await;
    assert_eq!(
        again.fault().1,
        "Flavor access already exists for flavor 7 and project 0d combination."
    );
    let listed = cloud
        .admin("2.1", "GET", "/v2.1/flavors/7/os-flavor-access", None)
        .await;
    assert_eq!(listed.body, access);
    assert!(seen("demo", "/v2.1/flavors").await);
    assert!(!seen("other", "/v2.1/flavors").await);
    assert_eq!(cloud.post("2.1", "/v2.1/servers", boot).await.status, 202);

    let take = json!({"removeTenantAccess": {"tenant": "0d"}});
    let taken = cloud.admin("2.1", "POST", action, Some(take.clone())).await;
    assert_eq!(taken.body, json!({"flavor_access": []}));
    let again = cloud.admin("2.1", "POST", action, Some(take)).await;
    assert_eq!(
        (again.status.as_u16(), again.fault().1.as_str()),
        (404, "Flavor access not found for 7 / 0d combination.")
    );
    assert_eq!(cloud.get("2.1", "/v2.1/flavors/7").await.status, 404);
}

#[tokio::test]
async fn all_have_a_public_flavor_anyway() {
    let cloud = Cloud::start().await;
    let give = || json!({"addTenantAccess": {"tenant": "0d"}});
    let action = "/v2.1/flavors/1/action";
    assert_eq!(cloud.admin("2.6", "POST", action, Some(give())).await.status, 200);
    let refused = cloud.admin("2.7", "POST", action, Some(give())).await;
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (409, "Can not add access to a public flavor.")
    );
    let listed = cloud
        .admin("2.7", "GET", "/v2.1/flavors/1/os-flavor-access", None)
        .await;
    assert_eq!(
        (listed.status.as_u16(), listed.fault().1.as_str()),
        (404, "Access list not available for public flavors.")
    );
}

#[tokio::test]
async fn extra_specs_are_set_shown_and_deleted() {
    let cloud = Cloud::start().await;
    let path = "/v2.1/flavors/1/os-extra_specs";
    let body = json!({"extra_specs": {"hw:cpu_policy": "shared", "size": 3}});
    let made = cloud.admin("2.1", "POST", path, Some(body.clone())).await;
    assert_eq!((made.status.as_u16(), &made.body), (200, &body));
    let kept = json!({"hw:cpu_policy": "shared", "size": "3"});
    assert_eq!(cloud.get("2.1", path).await.body, json!({ "extra_specs": kept }));
    let flavor = cloud.get("2.61", "/v2.1/flavors/1").await;
    assert_eq!(flavor.body["flavor"]["extra_specs"], kept);

    let one = format!("{path}/size");
    let put = json!({"size": "4"});
    assert_eq!(cloud.admin("2.1", "PUT", &one, Some(put.clone())).await.body, put);
    assert_eq!(cloud.get("2.1", &one).await.body, put);
    let other = cloud
        .admin("2.1", "PUT", &one, Some(json!({"weight": "4"})))
        .await;
    assert_eq!(
        (other.status.as_u16(), other.fault().1.as_str()),
        (400, "Request body and URI mismatch")
    );
    assert_eq!(cloud.admin("2.1", "DELETE", &one, None).await.status, 200);
    let gone = cloud.admin("2.1", "DELETE", &one, None).await;
    assert_eq!(
        (gone.status.as_u16(), gone.fault().1.as_str()),
        (404, "Flavor 1 has no extra specs with key size.")
    );
}

#[tokio::test]
async fn extra_specs_that_nova_knows_are_checked_since_2_86() {
    let cloud = Cloud::start().await;
    let body = json!({"extra_specs": {"hw:cpu_policy": "loud"}});
    let path = "/v2.1/flavors/1/os-extra_specs";
    assert_eq!(
        cloud.admin("2.85", "POST", path, Some(body.clone())).await.status,
        200
    );
    let refused = cloud.admin("2.86", "POST", path, Some(body)).await;
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (
            400,
            "Validation failed; 'loud' is not one of: dedicated, shared, mixed."
        )
    );
}

#[tokio::test]
async fn a_list_can_only_be_sorted_by_what_nova_sorts_by() {
    let cloud = Cloud::start().await;
    let refused = cloud.get("2.1", "/v2.1/flavors?sort_key=colour").await;
    let known = "'created_at', 'description', 'disabled', 'ephemeral_gb', 'flavorid', 'id', 'is_public', 'memory_mb', 'name', \
                 'root_gb', 'rxtx_factor', 'swap', 'updated_at', 'vcpu_weight', 'vcpus'";
    let message = format!(
        "Invalid input for query parameters sort_key. Value: colour. 'colour' is not one of [{known}]"
    );
    assert_eq!((refused.status.as_u16(), refused.fault().1), (400, message));
    let refused = cloud.get("2.1", "/v2.1/flavors?minRam=much").await;
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (400, "Invalid minRam filter [much]")
    );
    assert_eq!(cloud.get("2.75", "/v2.1/flavors?colour=red").await.status, 400);
}

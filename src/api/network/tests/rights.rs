//! Who sees what, and who may do what.

use super::*;

#[tokio::test]
async fn projects_see_their_own_and_what_is_for_everybody() {
    let cloud = Cloud::founded().await;
    let own = cloud.network(json!({ "name": "own" })).await;
    let names = async |token: &str, list: &str| {
        let path = format!("/v2.0/{list}?sort_key=name");
        each(&cloud.ask(token, "GET", &path, Body::empty()).await, list, "name")
    };
    assert_eq!(names("demo", "networks").await, ["own", "private", "public"]);
    assert_eq!(names("other", "networks").await, ["private", "public"]);
    assert_eq!(names("admin", "networks").await, ["own", "private", "public"]);
    assert_eq!(
        names("other", "subnets").await,
        ["private-subnet", "public-subnet"]
    );
    assert_eq!(names("other", "ports").await, Vec::<String>::new());
    let path = format!("/v2.0/networks/{}", id(&own));
    let missing = refused(
        404,
        "NetworkNotFound",
        format!("Network {} could not be found.", id(&own)),
    );
    for method in ["GET", "DELETE"] {
        assert_eq!(cloud.ask("other", method, &path, Body::empty()).await, missing);
    }
    let change = json!({ "network": { "name": "x" } }).to_string();
    assert_eq!(cloud.ask("other", "PUT", &path, change).await, missing);
}

#[tokio::test]
async fn what_is_seen_and_not_owned_is_not_changed() {
    let cloud = Cloud::founded().await;
    let listed = cloud.get("/v2.0/networks?name=private").await;
    let path = format!("/v2.0/networks/{}", each(&listed, "networks", "id")[0]);
    let no = |verb: &str| {
        let message = format!("rule:{verb}_network is disallowed by policy");
        refused(403, "PolicyNotAuthorized", message)
    };
    assert_eq!(
        cloud.put(&path, json!({ "network": { "name": "x" } })).await,
        no("update")
    );
    assert_eq!(cloud.delete(&path).await, no("delete"));
}

#[tokio::test]
async fn some_things_only_administrators_say() {
    let cloud = Cloud::new().await;
    for field in ["shared", "router:external", "is_default"] {
        let network = |value: bool| json!({ "network": { field: value } });
        assert_eq!(
            cloud.post("/v2.0/networks", network(true)).await,
            refused(
                403,
                "PolicyNotAuthorized",
                format!("rule:create_network:{field} is disallowed by policy")
            )
        );
        assert_eq!(cloud.post("/v2.0/networks", network(false)).await.0, 201);
        let made = cloud
            .ask("admin", "POST", "/v2.0/networks", network(true).to_string())
            .await;
        assert_eq!((made.0, &made.1["network"][field]), (201, &json!(true)));
    }
}

#[tokio::test]
async fn administrators_make_things_for_others() {
    let cloud = Cloud::new().await;
    for field in ["project_id", "tenant_id"] {
        let network = json!({ "network": { field: "demo" } }).to_string();
        let (status, made) = cloud
            .ask("admin", "POST", "/v2.0/networks", network.clone())
            .await;
        assert_eq!((status, &made["network"]["project_id"]), (201, &json!("demo")));
        assert_eq!(
            cloud.ask("other", "POST", "/v2.0/networks", network).await,
            refused(
                400,
                "HTTPBadRequest",
                "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin \
                 privileges"
            )
        );
    }
    let (_, listed) = cloud.get("/v2.0/networks").await;
    assert_eq!(listed["networks"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn readers_only_read() {
    let cloud = Cloud::founded().await;
    assert_eq!(
        cloud
            .ask("reader", "GET", "/v2.0/networks", Body::empty())
            .await
            .0,
        200
    );
    assert_eq!(
        cloud
            .ask("reader", "POST", "/v2.0/networks", r#"{"network": {}}"#)
            .await,
        refused(
            403,
            "PolicyNotAuthorized",
            "rule:create_network is disallowed by policy"
        )
    );
}

//! The operator's own rules, as a client meets them.

use http::StatusCode;
use serde_json::json;

use crate::cloud::Cloud;

async fn status(cloud: &Cloud, token: &str, method: &str, path: &str) -> StatusCode {
    cloud.call(token, "2.90", method, path, None).await.status
}

#[tokio::test]
async fn an_override_takes_away_what_the_default_gives() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("web").await;
    cloud.set_policy("os_compute_api:servers:stop: rule:context_is_admin\n");
    let answer = cloud.act("2.1", &id, json!({"os-stop": null})).await;
    assert_eq!(
        answer.fault(),
        (
            "forbidden".to_owned(),
            "Policy doesn't allow os_compute_api:servers:stop to be performed.".to_owned()
        )
    );
    let path = format!("/v2.1/servers/{id}/action");
    let stop = Some(json!({"os-stop": null}));
    let answer = cloud.admin("2.1", "POST", &path, stop).await;
    assert_eq!(answer.status, 202);
}

#[tokio::test]
async fn an_override_gives_what_the_default_does_not() {
    let cloud = Cloud::start().await;
    cloud.boot("web").await;
    assert_eq!(status(&cloud, "reader", "GET", "/v2.1/os-services").await, 403);
    let everywhere = "/v2.1/servers?all_tenants=1";
    assert_eq!(status(&cloud, "other", "GET", everywhere).await, 403);
    cloud.set_policy(
        "auditor: role:reader\n\
         os_compute_api:os-services:list: rule:auditor\n\
         os_compute_api:servers:index:get_all_tenants: rule:auditor\n",
    );
    assert_eq!(status(&cloud, "reader", "GET", "/v2.1/os-services").await, 200);
    let answer = cloud.call("other", "2.90", "GET", everywhere, None).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["servers"][0]["name"], "web");
}

#[tokio::test]
async fn a_rule_may_ask_who_made_the_server() {
    let cloud = Cloud::start().await;
    let path = format!("/v2.1/servers/{}", cloud.boot("web").await);
    cloud.set_policy(
        "os_compute_api:servers:delete: user_id:%(user_id)s\n\
         os_compute_api:servers:show: project_id:%(project_id)s\n",
    );
    assert_eq!(status(&cloud, "reader", "DELETE", &path).await, 403);
    assert_eq!(status(&cloud, "reader", "GET", &path).await, 200);
    // An administrator knows of the server, so that the rule alone says no.
    assert_eq!(status(&cloud, "admin", "DELETE", &path).await, 403);
    assert_eq!(status(&cloud, "admin", "GET", &path).await, 403);
    assert_eq!(status(&cloud, "demo", "DELETE", &path).await, 204);
}

#[tokio::test]
async fn another_projects_server_does_not_exist_whatever_the_rules_are() {
    let cloud = Cloud::start().await;
    let path = format!("/v2.1/servers/{}", cloud.boot("web").await);
    for policy in [
        "",
        "os_compute_api:servers:show: '@'\nos_compute_api:servers:delete: '@'\n",
        "os_compute_api:servers:show: project_id:%(project_id)s\n\
         os_compute_api:servers:delete: project_id:%(project_id)s and user_id:%(user_id)s\n",
    ] {
        cloud.set_policy(policy);
        assert_eq!(status(&cloud, "other", "GET", &path).await, 404, "{policy}");
        assert_eq!(status(&cloud, "other", "DELETE", &path).await, 404, "{policy}");
    }
}

#[tokio::test]
async fn who_is_an_administrator_is_a_rule_too() {
    let cloud = Cloud::start().await;
    let path = format!("/v2.1/servers/{}", cloud.boot("web").await);
    assert_eq!(status(&cloud, "service", "GET", &path).await, 403);
    cloud.set_policy("context_is_admin: role:service\n");
    assert_eq!(status(&cloud, "service", "GET", &path).await, 200);
    assert_eq!(status(&cloud, "service", "GET", "/v2.1/os-services").await, 200);
    assert_eq!(status(&cloud, "admin", "GET", &path).await, 404);
    assert_eq!(status(&cloud, "admin", "GET", "/v2.1/os-services").await, 403);
}

#[tokio::test]
async fn what_is_shown_of_a_server_follows_its_rules() {
    const HOST: &str = "OS-EXT-SRV-ATTR:host";
    let cloud = Cloud::start().await;
    let path = format!("/v2.1/servers/{}", cloud.boot("web").await);
    assert!(cloud.get("2.90", &path).await.body["server"].get(HOST).is_none());
    cloud.set_policy("os_compute_api:os-extended-server-attributes: '@'\n");
    assert_eq!(cloud.get("2.90", &path).await.body["server"][HOST], "host1");
    assert!(
        cloud.get("2.90", "/v2.1/flavors/42").await.body["flavor"]
            .get("extra_specs")
            .is_some()
    );
    cloud.set_policy("os_compute_api:os-flavor-extra-specs:index: '!'\n");
    assert!(
        cloud.get("2.90", "/v2.1/flavors/42").await.body["flavor"]
            .get("extra_specs")
            .is_none()
    );
}

#[tokio::test]
async fn a_broken_change_leaves_the_old_rules_in_force() {
    let cloud = Cloud::start().await;
    cloud.set_policy("os_compute_api:servers:index: '!'\n");
    assert_eq!(status(&cloud, "demo", "GET", "/v2.1/servers").await, 403);
    cloud.set_policy("os_compute_api:servers:index: role:member and and\n");
    assert_eq!(status(&cloud, "demo", "GET", "/v2.1/servers").await, 403);
    cloud.set_policy("# nothing of our own\n");
    assert_eq!(status(&cloud, "demo", "GET", "/v2.1/servers").await, 200);
}

//! Server groups, how they changed, and what they do to where servers go.

use serde_json::{Value, json};

use crate::cloud::{Answer, Cloud};

const PATH: &str = "/v2.1/os-server-groups";

async fn group(cloud: &Cloud, version: &str, group: Value) -> Answer {
    cloud.post(version, PATH, json!({ "server_group": group })).await
}

fn id(answer: &Answer) -> String {
    answer.body["server_group"]["id"].as_str().unwrap().to_owned()
}

async fn member(cloud: &Cloud, group: &str) -> Answer {
    let body = json!({
        "server": {"name": "one", "imageRef": cloud.image, "flavorRef": "42"},
        "os:scheduler_hints": {"group": group},
    });
    cloud.post("2.1", "/v2.1/servers", body).await
}

fn server(answer: &Answer) -> String {
    answer.body["server"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_group_looks_as_its_version_wants() {
    let cloud = Cloud::start().await;
    let made = group(&cloud, "2.1", json!({"name": "web", "policies": ["affinity"]})).await;
    let id = id(&made);
    let mut expected =
        json!({"id": id, "name": "web", "policies": ["affinity"], "metadata": {}, "members": []});
    assert_eq!(
        (made.status.as_u16(), &made.body),
        (200, &json!({"server_group": expected}))
    );
    let path = format!("{PATH}/{id}");
    expected["project_id"] = json!("0d");
    expected["user_id"] = json!("demo");
    assert_eq!(
        cloud.get("2.13", &path).await.body,
        json!({"server_group": expected})
    );
    let expected = json!({"id": id, "name": "web", "policy": "affinity", "rules": {}, "members": [],
        "project_id": "0d", "user_id": "demo"});
    assert_eq!(
        cloud.get("2.64", &path).await.body,
        json!({"server_group": expected})
    );
    assert_eq!(
        cloud.get("2.64", PATH).await.body,
        json!({"server_groups": [expected]})
    );

    let foreign = cloud.call("other", "2.64", "GET", &path, None).await;
    let message = format!(
        "Instance group {} could not be found.",
        path.rsplit('/').next().unwrap()
    );
    assert_eq!((foreign.status.as_u16(), foreign.fault().1), (404, message));
    let taken = cloud.call("other", "2.64", "DELETE", &path, None).await;
    assert_eq!(taken.status, 404);
    let none = cloud.call("other", "2.64", "GET", PATH, None).await;
    assert_eq!(none.body, json!({"server_groups": []}));
    let all = cloud
        .call("admin", "2.64", "GET", &format!("{PATH}?all_projects=1"), None)
        .await;
    assert_eq!(all.body, json!({"server_groups": [expected]}));

    assert_eq!(
        cloud.call("demo", "2.64", "DELETE", &path, None).await.status,
        204
    );
    let gone = cloud.get("2.64", &path).await;
    assert_eq!(
        gone.fault(),
        (
            "itemNotFound".to_owned(),
            format!("Instance group {id} could not be found.")
        )
    );
}

#[tokio::test]
async fn each_version_has_its_policies() {
    let cloud = Cloud::start().await;
    for (version, asked, status) in [
        ("2.14", json!({"name": "a", "policies": ["soft-affinity"]}), 400),
        ("2.15", json!({"name": "a", "policies": ["soft-affinity"]}), 200),
        (
            "2.15",
            json!({"name": "a", "policies": ["affinity", "anti-affinity"]}),
            400,
        ),
        ("2.15", json!({"name": "a", "policies": []}), 400),
        ("2.63", json!({"name": "a", "policy": "affinity"}), 400),
        ("2.64", json!({"name": "a", "policies": ["affinity"]}), 400),
        ("2.64", json!({"name": "a", "policy": "soft-anti-affinity"}), 200),
        (
            "2.64",
            json!({"name": "a", "policy": "anti-affinity", "rules": {"max_server_per_host": "3"}}),
            200,
        ),
        (
            "2.64",
            json!({"name": "a", "policy": "anti-affinity", "rules": {"max_server_per_host": 0}}),
            400,
        ),
        (
            "2.64",
            json!({"name": "a", "policy": "affinity", "rules": {"max_server_per_host": 3}}),
            400,
        ),
    ] {
        let answer = group(&cloud, version, asked.clone()).await;
        assert_eq!(answer.status, status, "{version} {asked}: {}", answer.body);
    }
    let refused = group(&cloud, "2.15", json!({"name": "a", "policies": ["x"]})).await;
    let message = "Invalid input for field/attribute 0. Value: x. 'x' is not one of ['anti-affinity', 'affinity', \
                   'soft-anti-affinity', 'soft-affinity']";
    assert_eq!(refused.fault().1, message);
    let rules = json!({"name": "a", "policy": "affinity", "rules": {"max_server_per_host": 3}});
    let refused = group(&cloud, "2.64", rules).await;
    assert_eq!(refused.fault().1, "Only anti-affinity policy supports rules.");
}

#[tokio::test]
async fn servers_that_want_to_be_apart_do_not_share_the_only_host() {
    let cloud = Cloud::start().await;
    let asked = json!({"name": "apart", "policy": "anti-affinity", "rules": {"max_server_per_host": 2}});
    let id = id(&group(&cloud, "2.64", asked).await);
    let mut servers = Vec::new();
    for _ in 0..2 {
        let server = server(&member(&cloud, &id).await);
        let shown = cloud.until(&server, "ACTIVE").await;
        assert_eq!(shown["server_groups"], json!([id]));
        servers.push(server);
    }
    let third = server(&member(&cloud, &id).await);
    let failed = cloud.until(&third, "ERROR").await;
    let message = failed["fault"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("No valid host was found. There are not enough hosts available: host1 has 2"),
        "{message}"
    );
    servers.push(third.clone());
    let path = format!("{PATH}/{id}");
    assert_eq!(
        cloud.get("2.64", &path).await.body["server_group"]["members"],
        json!(servers)
    );
    cloud.delete(&third).await;
    servers.pop();
    assert_eq!(
        cloud.get("2.64", &path).await.body["server_group"]["members"],
        json!(servers)
    );
    assert_eq!(
        cloud.call("demo", "2.64", "DELETE", &path, None).await.status,
        204
    );
    let shown = cloud.until(&servers[0], "ACTIVE").await;
    assert_eq!(shown["server_groups"], json!([]));
}

#[tokio::test]
async fn servers_that_want_to_be_together_are() {
    let cloud = Cloud::start().await;
    for policy in ["affinity", "soft-affinity", "soft-anti-affinity"] {
        let id = id(&group(&cloud, "2.64", json!({"name": "a", "policy": policy})).await);
        for _ in 0..2 {
            cloud.until(&server(&member(&cloud, &id).await), "ACTIVE").await;
        }
    }
}

#[tokio::test]
async fn a_group_that_is_not_there_takes_no_server() {
    let cloud = Cloud::start().await;
    let nobody = "2fbd5d0f-3b4b-4e0c-8d5c-3a3e6a2a3f10";
    let refused = member(&cloud, nobody).await;
    let message = format!("Instance group {nobody} could not be found.");
    assert_eq!((refused.status.as_u16(), refused.fault().1), (400, message));
}

#[tokio::test]
async fn there_is_a_quota_of_groups_and_one_of_their_members() {
    let cloud = Cloud::start().await;
    let limits = json!({"quota_set": {"server_groups": 1, "server_group_members": 1}});
    let set = cloud
        .call("admin", "2.64", "PUT", "/v2.1/os-quota-sets/0d", Some(limits))
        .await;
    assert_eq!(set.status, 200, "{}", set.body);
    let asked = json!({"name": "a", "policy": "affinity"});
    let id = id(&group(&cloud, "2.64", asked.clone()).await);
    let refused = group(&cloud, "2.64", asked).await;
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (403, "Quota exceeded, too many server groups.")
    );
    assert_eq!(member(&cloud, &id).await.status, 202);
    let refused = member(&cloud, &id).await;
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (403, "Quota exceeded, too many servers in group")
    );
    let limits = cloud.get("2.64", "/v2.1/limits").await;
    assert_eq!(limits.body["limits"]["absolute"]["totalServerGroupsUsed"], 1);
}

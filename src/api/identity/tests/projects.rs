//! Projects, and what is for administrators alone.

use super::*;

#[tokio::test]
async fn users_see_their_own_projects_and_no_others() {
    let house = House::new().await;
    let bob = house.token("bob").await;
    house
        .get(&bob, "/v3/auth/projects")
        .await
        .is(200, list("projects", "auth/projects", json!([house.lab()])));
    let path = format!("users/{}/projects", house.bob);
    house
        .get(&bob, &format!("/v3/{path}"))
        .await
        .is(200, list("projects", &path, json!([house.lab()])));
    house
        .get(&bob, &format!("/v3/projects/{}", house.lab))
        .await
        .is(200, json!({"project": house.lab()}));
    let others = house
        .get(&bob, &format!("/v3/users/{}/projects", house.ada))
        .await;
    others.is_forbidden("identity:list_user_projects");
    house
        .get(&bob, "/v3/projects/other")
        .await
        .is_forbidden("identity:get_project");
    house
        .get(&bob, "/v3/auth/domains")
        .await
        .is(200, list("domains", "auth/domains", json!([])));
    house
        .get(&bob, "/v3/auth/system")
        .await
        .is(200, list("system", "auth/system", json!([])));
}

#[tokio::test]
async fn what_belongs_to_administrators_is_refused_to_others() {
    let house = House::new().await;
    let bob = house.token("bob").await;
    for (method, path, action) in [
        ("GET", "/v3/projects", "list_projects"),
        ("POST", "/v3/projects", "create_project"),
        ("PATCH", "/v3/projects/x", "update_project"),
        ("DELETE", "/v3/projects/x", "delete_project"),
        ("GET", "/v3/users", "list_users"),
        ("GET", "/v3/users/x", "get_user"),
        ("POST", "/v3/users", "create_user"),
        ("PATCH", "/v3/users/x", "update_user"),
        ("DELETE", "/v3/users/x", "delete_user"),
        ("GET", "/v3/roles", "list_roles"),
        ("GET", "/v3/roles/x", "get_role"),
        ("GET", "/v3/role_assignments", "list_role_assignments"),
        ("GET", "/v3/projects/x/users/y/roles", "list_grants"),
        ("PUT", "/v3/projects/x/users/y/roles/z", "create_grant"),
        ("GET", "/v3/projects/x/users/y/roles/z", "check_grant"),
        ("DELETE", "/v3/projects/x/users/y/roles/z", "revoke_grant"),
        ("GET", "/v3/domains", "list_domains"),
        ("GET", "/v3/services", "list_services"),
        ("GET", "/v3/services/x", "get_service"),
        ("GET", "/v3/endpoints", "list_endpoints"),
        ("GET", "/v3/endpoints/x", "get_endpoint"),
    ] {
        let body = r#"{"user": {}, "project": {}}"#;
        house.send(method, path, &[], body).await.is_unauthorized();
        let answer = house.send(method, path, &[("x-auth-token", &bob)], body).await;
        answer.is_forbidden(&format!("identity:{action}"));
    }
}

#[tokio::test]
async fn an_administrator_makes_changes_and_deletes_projects() {
    let house = House::new().await;
    let ada = house.token("ada").await;
    let made = house
        .post(
            &ada,
            "/v3/projects",
            json!({"project": {"name": "new", "domain_id": "default"}}),
        )
        .await;
    assert_eq!(
        (made.status.as_u16(), &made.body["project"]["enabled"]),
        (201, &json!(true))
    );
    let path = format!("/v3/projects/{}", made.body["project"]["id"].as_str().unwrap());

    let again = house
        .post(&ada, "/v3/projects", json!({"project": {"name": "new"}}))
        .await;
    let message = "Conflict occurred attempting to store project - Duplicate entry found with name new.";
    again.is_fault(409, "Conflict", message);
    let nameless = house.post(&ada, "/v3/projects", json!({"project": {}})).await;
    nameless.is_fault(400, "Bad Request", "'name' is a required property");
    let elsewhere = house
        .post(
            &ada,
            "/v3/projects",
            json!({"project": {"name": "x", "domain_id": "other"}}),
        )
        .await;
    elsewhere.is_fault(404, "Not Found", "Could not find domain: other.");

    let change = json!({"project": {"description": "Newer", "enabled": false}}).to_string();
    let changed = house
        .send("PATCH", &path, &[("x-auth-token", &ada)], change)
        .await;
    assert_eq!(changed.body["project"]["description"], "Newer");
    house.get(&ada, &path).await.is(200, changed.body);
    assert_eq!(
        names(&house.get(&ada, "/v3/projects").await, "projects"),
        ["lab", "new"]
    );
    assert_eq!(
        names(&house.get(&ada, "/v3/projects?enabled=True").await, "projects"),
        ["lab"]
    );
    assert_eq!(
        names(
            &house.get(&ada, "/v3/projects?name=new&limit=5").await,
            "projects"
        ),
        ["new"]
    );

    house
        .send("DELETE", &path, &[("x-auth-token", &ada)], "")
        .await
        .is_empty();
    let id = path.rsplit('/').next().unwrap();
    house
        .get(&ada, &path)
        .await
        .is_fault(404, "Not Found", &format!("Could not find project: {id}."));
}

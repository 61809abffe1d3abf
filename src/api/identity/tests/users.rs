//! Users, and the roles that they have.

use super::*;

#[tokio::test]
async fn an_administrator_makes_changes_and_deletes_users() {
    let house = House::new().await;
    let ada = house.token("ada").await;
    let body = json!({"user": {"name": "eva", "password": "one", "default_project_id": house.lab}});
    let made = house.post(&ada, "/v3/users", body).await;
    assert_eq!(
        (made.status.as_u16(), &made.body["user"]["default_project_id"]),
        (201, &json!(house.lab))
    );
    let path = format!("/v3/users/{}", made.body["user"]["id"].as_str().unwrap());
    assert_eq!(
        names(&house.get(&ada, "/v3/users").await, "users"),
        ["ada", "bob", "eva"]
    );
    assert_eq!(
        names(&house.get(&ada, "/v3/users?name=eva").await, "users"),
        ["eva"]
    );

    let change = json!({"user": {"password": "two", "default_project_id": null}}).to_string();
    let changed = house
        .send("PATCH", &path, &[("x-auth-token", &ada)], change)
        .await;
    assert_eq!(changed.body["user"].get("default_project_id"), None);
    house
        .log_in(by_password("eva", "one", None))
        .await
        .is_unauthorized();
    assert_eq!(house.log_in(by_password("eva", "two", None)).await.status, 201);

    house
        .send("DELETE", &path, &[("x-auth-token", &ada)], "")
        .await
        .is_empty();
    let id = path.rsplit('/').next().unwrap();
    house
        .get(&ada, &path)
        .await
        .is_fault(404, "Not Found", &format!("Could not find user: {id}."));
}

#[tokio::test]
async fn users_see_themselves_and_change_their_password() {
    let house = House::new().await;
    let bob = house.token("bob").await;
    house
        .get(&bob, &format!("/v3/users/{}", house.bob))
        .await
        .is(200, json!({"user": house.bob()}));

    let path = format!("/v3/users/{}/password", house.bob);
    let change =
        |original: &str| json!({"user": {"original_password": original, "password": "new"}}).to_string();
    house
        .send("POST", &path, &[], change("wrong"))
        .await
        .is_unauthorized();
    house
        .send("POST", "/v3/users/nobody/password", &[], change("pw"))
        .await
        .is_unauthorized();
    house.send("POST", &path, &[], change("pw")).await.is_empty();
    house.get(&bob, "/v3/auth/projects").await.is_unauthorized();
    assert_eq!(house.log_in(by_password("bob", "new", None)).await.status, 201);
}

#[tokio::test]
async fn assignments_are_listed_with_names_when_asked() {
    let house = House::new().await;
    let ada = house.token("ada").await;
    let domain = json!({"id": "default", "name": "Default"});
    let query = format!(
        "/v3/role_assignments?user.id={}&role.id={}&include_names",
        house.bob,
        Role::Member.id()
    );
    let row = json!({
        "links": {"assignment": format!("http://cloud:5000/v3/projects/{}/users/{}/roles/{}", house.lab, house.bob, Role::Member.id())},
        "role": {"id": Role::Member.id(), "name": "member"},
        "scope": {"project": {"id": house.lab, "name": "lab", "domain": domain}},
        "user": {"id": house.bob, "name": "bob", "domain": domain},
    });
    house
        .get(&ada, &query)
        .await
        .is(200, list("role_assignments", "role_assignments", json!([row])));
}

#[tokio::test]
async fn roles_are_granted_checked_listed_and_revoked() {
    let house = House::new().await;
    let ada = house.token("ada").await;
    let roles = house.get(&ada, "/v3/roles").await;
    assert_eq!(
        names(&roles, "roles"),
        ["admin", "manager", "member", "reader", "service"]
    );
    let manager = json!({
        "id": Role::Manager.id(), "name": "manager", "domain_id": null, "description": null, "options": {},
        "links": {"self": format!("http://cloud:5000/v3/roles/{}", Role::Manager.id())},
    });
    house
        .get(&ada, &format!("/v3/roles/{}", Role::Manager.id()))
        .await
        .is(200, json!({"role": manager}));
    house
        .get(&ada, "/v3/roles/x")
        .await
        .is_fault(404, "Not Found", "Could not find role: x.");

    let place = format!("projects/{}/users/{}/roles", house.lab, house.bob);
    let grant = format!("/v3/{place}/{}", Role::Manager.id());
    let own = [("x-auth-token", ada.as_str())];
    let missing = format!(
        "Could not find role assignment with role: {}.",
        Role::Manager.id()
    );
    house
        .send("GET", &grant, &own, "")
        .await
        .is_fault(404, "Not Found", &missing);
    house.send("PUT", &grant, &own, "").await.is_empty();
    house.send("GET", &grant, &own, "").await.is_empty();
    assert_eq!(
        names(&house.get(&ada, &format!("/v3/{place}")).await, "roles"),
        ["manager", "member"]
    );

    house.send("DELETE", &grant, &own, "").await.is_empty();
    house.send("DELETE", &grant, &own, "").await.is_fault(
        404,
        "Not Found",
        "Could not find role assignment: manager.",
    );
    let nobody = format!(
        "/v3/projects/{}/users/nobody/roles/{}",
        house.lab,
        Role::Member.id()
    );
    house
        .send("PUT", &nobody, &own, "")
        .await
        .is_fault(404, "Not Found", "Could not find user: nobody.");
}

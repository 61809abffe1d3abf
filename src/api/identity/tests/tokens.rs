//! Logins, tokens and what they tell.

use super::*;

#[tokio::test]
async fn versions_are_at_the_address_the_client_used() {
    let house = House::new().await;
    let version = json!({
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": "http://cloud:5000/v3/"}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}],
    });
    house
        .send("GET", "/", &[], "")
        .await
        .is(300, json!({"versions": {"values": [version.clone()]}}));
    for path in ["/v3", "/v3/"] {
        house
            .send("GET", path, &[], "")
            .await
            .is(200, json!({"version": version}));
    }
    house
        .send("GET", "/healthcheck", &[], "")
        .await
        .is(200, json!("OK"));
}

#[tokio::test]
async fn every_answer_names_its_request() {
    let house = House::new().await;
    for path in ["/", "/v3/users", "/nowhere"] {
        let answer = house.send("GET", path, &[], "").await;
        assert_eq!(answer.headers["vary"], "X-Auth-Token");
        let id = answer.headers["x-openstack-request-id"].to_str().unwrap();
        assert!(uuid::Uuid::parse_str(id.strip_prefix("req-").unwrap()).is_ok());
    }
}

#[tokio::test]
async fn a_login_answers_with_the_token_in_full() {
    let house = House::new().await;
    let mut answer = house.log_in(by_password("bob", "pw", Some(in_lab()))).await;
    assert_eq!(answer.status, 201);
    let token = answer.body["token"].as_object_mut().unwrap();
    for time in ["issued_at", "expires_at"] {
        let time = token.remove(time).unwrap();
        let time = time.as_str().unwrap();
        assert!(time.ends_with(".000000Z") && time.len() == 27, "{time}");
    }
    assert_eq!(token.remove("audit_ids").unwrap()[0].as_str().unwrap().len(), 22);
    let catalog = token.remove("catalog").unwrap();
    let domain = json!({"id": "default", "name": "Default"});
    let expected = json!({"token": {
        "methods": ["password"],
        "user": {"domain": domain, "id": house.bob, "name": "bob", "password_expires_at": null},
        "project": {"domain": domain, "id": house.lab, "name": "lab"},
        "is_domain": false,
        "roles": [
            {"id": Role::Member.id(), "name": "member"},
            {"id": Role::Reader.id(), "name": "reader"},
        ],
    }});
    answer.is(201, expected);

    let compute = &catalog[3];
    assert_eq!(
        (&compute["type"], &compute["name"]),
        (&json!("compute"), &json!("nova"))
    );
    let interfaces = ["public", "internal", "admin"];
    for (endpoint, interface) in compute["endpoints"].as_array().unwrap().iter().zip(interfaces) {
        let expected = json!({
            "id": endpoint["id"], "interface": interface, "region": "RegionOne", "region_id": "RegionOne",
            "url": "http://127.0.0.1:8774/v2.1",
        });
        assert_eq!(endpoint, &expected);
    }
}

#[tokio::test]
async fn a_login_may_go_by_ids_or_leave_the_scope_out() {
    let house = House::new().await;
    let user = json!({"id": house.bob, "password": "pw"});
    let body = json!({"auth": {
        "identity": {"methods": ["password"], "password": {"user": user}},
        "scope": {"project": {"id": house.lab}},
    }});
    let answer = house.log_in(body).await;
    assert_eq!(answer.body["token"]["project"]["name"], "lab");

    for scope in [None, Some(json!("unscoped")), Some(json!({"unscoped": {}}))] {
        let unscoped = house.log_in(by_password("bob", "pw", scope)).await;
        assert_eq!(unscoped.status, 201);
        for key in ["project", "roles", "catalog", "is_domain"] {
            assert_eq!(unscoped.body["token"].get(key), None);
        }
    }
    let answer = house.send(
        "POST",
        "/v3/auth/tokens?nocatalog",
        &[],
        by_password("bob", "pw", Some(in_lab())).to_string(),
    );
    assert_eq!(answer.await.body["token"].get("catalog"), None);
}

#[tokio::test]
async fn a_token_is_exchanged_for_one_of_a_project() {
    let house = House::new().await;
    let unscoped = house.log_in(by_password("bob", "pw", None)).await;
    let unscoped = unscoped.headers["x-subject-token"].to_str().unwrap();
    let scoped = house.log_in(by_token(unscoped, in_lab())).await;
    assert_eq!(scoped.status, 201);
    assert_eq!(scoped.body["token"]["methods"], json!(["token", "password"]));
    assert_eq!(scoped.body["token"]["project"]["id"], house.lab.as_str());
    house.log_in(by_token("none", in_lab())).await.is_unauthorized();
}

#[tokio::test]
async fn a_login_that_fails_does_not_say_why() {
    let house = House::new().await;
    let elsewhere = json!({"project": {"name": "other", "domain": {"id": "default"}}});
    for body in [
        by_password("bob", "wrong", None),
        by_password("nobody", "pw", None),
        by_password("bob", "pw", Some(elsewhere)),
        by_password("bob", "pw", Some(json!({"domain": {"id": "default"}}))),
        by_password("ada", "pw", Some(json!({"system": {"all": true}}))),
        json!({"auth": {"identity": {"methods": ["totp"]}}}),
    ] {
        house.log_in(body).await.is_unauthorized();
    }
}

#[tokio::test]
async fn a_login_that_makes_no_sense_is_told_what_is_missing() {
    let house = House::new().await;
    let malformed = "The server could not comply with the request since it is either malformed or otherwise \
                     incorrect. The client is assumed to be in error.";
    let nameless = json!({"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": "bob", "password": "pw",
    }}}}});
    let message = format!("Expecting to find domain in user. {malformed}");
    house
        .log_in(nameless)
        .await
        .is_fault(400, "Bad Request", &message);
    let empty = json!({"auth": {"identity": {"methods": ["password"]}}});
    let message = format!("Expecting to find password in identity. {malformed}");
    house.log_in(empty).await.is_fault(400, "Bad Request", &message);
    let message = "Invalid input: missing field `auth` at line 1 column 2.";
    house
        .log_in(json!({}))
        .await
        .is_fault(400, "Bad Request", message);
    let message = "Expecting to find valid JSON in the request body: expected ident at line 1 column 2.";
    house
        .send("POST", "/v3/auth/tokens", &[], "no json")
        .await
        .is_fault(400, "Bad Request", message);
}

#[tokio::test]
async fn a_token_is_shown_to_its_user_and_to_administrators() {
    let house = House::new().await;
    let (ada, bob) = (house.token("ada").await, house.token("bob").await);
    for (asker, subject) in [(&bob, &bob), (&ada, &bob)] {
        for method in ["GET", "HEAD"] {
            let headers = [("x-auth-token", asker.as_str()), ("x-subject-token", subject)];
            let answer = house.send(method, "/v3/auth/tokens", &headers, "").await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.headers["x-subject-token"], subject.as_str());
            if method == "GET" {
                assert_eq!(answer.body["token"]["user"]["name"], "bob");
            }
        }
    }
    let show = async |asker: &str, subject: &str| {
        let headers = [("x-auth-token", asker), ("x-subject-token", subject)];
        house.send("GET", "/v3/auth/tokens", &headers, "").await
    };
    show(&bob, &ada).await.is_forbidden("identity:validate_token");
    show(&bob, "none")
        .await
        .is_fault(404, "Not Found", "Could not find token.");
    show("none", &bob).await.is_unauthorized();
    house
        .get(&bob, "/v3/auth/tokens")
        .await
        .is_fault(404, "Not Found", "Could not find token.");
}

#[tokio::test]
async fn a_revoked_token_is_good_for_nothing() {
    let house = House::new().await;
    let (ada, bob) = (house.token("ada").await, house.token("bob").await);
    let revoke = async |asker: &str, subject: &str| {
        let headers = [("x-auth-token", asker), ("x-subject-token", subject)];
        house.send("DELETE", "/v3/auth/tokens", &headers, "").await
    };
    revoke(&bob, &ada).await.is_forbidden("identity:revoke_token");
    revoke(&bob, &bob).await.is_empty();
    house.get(&bob, "/v3/auth/projects").await.is_unauthorized();
    revoke(&ada, &bob)
        .await
        .is_fault(404, "Not Found", "Could not find token.");
}

#[tokio::test]
async fn the_catalog_is_for_tokens_of_a_project() {
    let house = House::new().await;
    let bob = house.token("bob").await;
    let own = house.get(&bob, "/v3/auth/catalog").await;
    assert_eq!(names(&own, "catalog"), ["keystone", "glance", "neutron", "nova"]);
    let unscoped = house.log_in(by_password("bob", "pw", None)).await;
    let unscoped = unscoped.headers["x-subject-token"].to_str().unwrap();
    house
        .get(unscoped, "/v3/auth/catalog")
        .await
        .is_forbidden("identity:get_auth_catalog");
}

//! Logins and the tokens that they give.

use super::*;

#[tokio::test]
async fn a_password_gives_a_token_for_a_project() {
    let house = House::new().await;
    let issued = house.demo().await;
    let valid = house.local.validate(issued.secret.expose()).await.unwrap();

    let demo = house
        .local
        .users()
        .await
        .unwrap()
        .into_iter()
        .find(|user| user.name == "demo")
        .unwrap();
    let named = |id: String, name: &str| Named {
        id,
        name: name.to_owned(),
        domain_id: "default".to_owned(),
        domain_name: "Default".to_owned(),
    };
    assert_eq!(valid.user, named(demo.id.clone(), "demo"));
    let project = house.local.projects_of(&demo.id).await.unwrap().remove(0);
    assert_eq!(valid.project, Some(named(project.id, "demo")));
    assert_eq!(valid.roles, ["member", "reader"]);
    assert_eq!(valid.expires_at, "2026-11-21T11:00:00Z".parse().unwrap());
    assert_eq!(issued.token.methods, ["password"]);
    assert_eq!(issued.token.issued_at, "2026-11-21T10:00:00Z".parse().unwrap());
    assert_eq!(issued.token.audit_ids.len(), 1);
}

#[tokio::test]
async fn an_administrator_is_also_a_member_and_a_reader() {
    let house = House::new().await;
    for name in ["admin", "demo"] {
        let issued = house
            .log_in("admin", house.password("nova-docker-admin"), project(name))
            .await
            .unwrap();
        assert_eq!(issued.token.valid.roles, ["admin", "manager", "member", "reader"]);
    }
}

#[tokio::test]
async fn whatever_is_wrong_with_a_login_the_answer_is_the_same() {
    let house = House::new().await;
    let right = house.password("nova-docker");
    assert!(is_unauthorized(
        house.log_in("demo", Secret::new("wrong"), project("demo")).await
    ));
    assert!(is_unauthorized(
        house.log_in("nobody", right.clone(), project("demo")).await
    ));
    assert!(is_unauthorized(
        house.log_in("demo", right.clone(), project("admin")).await
    ));
    assert!(is_unauthorized(
        house.log_in("demo", right.clone(), project("nowhere")).await
    ));
    assert!(is_unauthorized(
        house.log_in("demo", right.clone(), Scope::Elsewhere).await
    ));
    let elsewhere = Reference::Name {
        name: "demo".to_owned(),
        domain: Domain::Name("other".to_owned()),
    };
    let proof = Proof::Password {
        user: elsewhere,
        password: right,
    };
    assert!(is_unauthorized(
        house
            .local
            .authenticate(Authenticate {
                proof,
                scope: Scope::Unscoped
            })
            .await
    ));
    assert!(is_unauthorized(house.local.validate("no token").await));
}

#[tokio::test]
async fn an_unscoped_token_becomes_a_scoped_one_that_ends_with_it() {
    let house = House::new().await;
    let unscoped = house
        .log_in("demo", house.password("nova-docker"), Scope::Default)
        .await
        .unwrap();
    assert_eq!(unscoped.token.valid.project, None);
    assert_eq!(unscoped.token.valid.roles, Vec::<String>::new());

    house.clock.advance(600);
    let scoped = house.rescope(&unscoped.secret, project("demo")).await.unwrap();
    assert_eq!(scoped.token.valid.project.as_ref().unwrap().name, "demo");
    assert_eq!(scoped.token.valid.expires_at, unscoped.token.valid.expires_at);
    assert_eq!(scoped.token.methods, ["token", "password"]);
    assert_eq!(scoped.token.audit_ids[1], unscoped.token.audit_ids[0]);
    assert!(is_unauthorized(
        house.rescope(&unscoped.secret, project("admin")).await
    ));
}

#[tokio::test]
async fn a_token_ends_when_it_expires_and_is_swept_away() {
    let house = House::new().await;
    let token = house.demo().await.secret;
    house.clock.advance(3599);
    house.local.validate(token.expose()).await.unwrap();
    house.clock.advance(1);
    assert!(is_unauthorized(house.local.validate(token.expose()).await));
    assert!(is_unauthorized(house.rescope(&token, project("demo")).await));

    house.demo().await;
    assert!(matches!(
        house.local.revoke(token.expose()).await,
        Err(Error::NoSuch { kind: "token", .. })
    ));
}

#[tokio::test]
async fn a_revoked_token_ends_at_once_and_others_do_not() {
    let house = House::new().await;
    let (first, second) = (house.demo().await.secret, house.demo().await.secret);
    house.local.validate(first.expose()).await.unwrap();
    house.local.revoke(first.expose()).await.unwrap();
    assert!(is_unauthorized(house.local.validate(first.expose()).await));
    house.local.validate(second.expose()).await.unwrap();
}

#[tokio::test]
async fn a_new_password_ends_the_old_one_and_its_tokens() {
    let house = House::new().await;
    let issued = house.demo().await;
    let (id, old) = (&issued.token.valid.user.id, house.password("nova-docker"));
    let wrong = house
        .local
        .change_password(id, &Secret::new("wrong"), Secret::new("new"))
        .await;
    assert!(is_unauthorized(wrong));

    house
        .local
        .change_password(id, &old, Secret::new("new"))
        .await
        .unwrap();
    assert!(is_unauthorized(
        house.local.validate(issued.secret.expose()).await
    ));
    assert!(is_unauthorized(house.log_in("demo", old, project("demo")).await));
    house
        .log_in("demo", Secret::new("new"), project("demo"))
        .await
        .unwrap();
}

//! Users, projects and roles that change.

use super::*;

#[tokio::test]
async fn a_disabled_user_and_a_disabled_project_are_shut_at_once() {
    let house = House::new().await;
    let issued = house.demo().await;
    let project_id = issued.token.valid.project.as_ref().unwrap().id.clone();

    let off = ProjectChange {
        enabled: Some(false),
        ..ProjectChange::default()
    };
    house.local.update_project(&project_id, off).await.unwrap();
    assert!(is_unauthorized(
        house.local.validate(issued.secret.expose()).await
    ));
    let on = ProjectChange {
        enabled: Some(true),
        ..ProjectChange::default()
    };
    house.local.update_project(&project_id, on).await.unwrap();
    house.local.validate(issued.secret.expose()).await.unwrap();

    let off = UserChange {
        enabled: Some(false),
        ..UserChange::default()
    };
    house
        .local
        .update_user(&issued.token.valid.user.id, off)
        .await
        .unwrap();
    assert!(is_unauthorized(
        house.local.validate(issued.secret.expose()).await
    ));
    assert!(is_unauthorized(
        house
            .log_in("demo", house.password("nova-docker"), Scope::Unscoped)
            .await
    ));
}

#[tokio::test]
async fn roles_given_and_taken_count_for_tokens_that_are_out() {
    let house = House::new().await;
    let issued = house.demo().await;
    let (user, project) = (
        &issued.token.valid.user.id,
        &issued.token.valid.project.as_ref().unwrap().id,
    );
    house.local.assign(user, project, Role::Manager).await.unwrap();
    house.local.assign(user, project, Role::Manager).await.unwrap();
    let roles = house
        .local
        .validate(issued.secret.expose())
        .await
        .unwrap()
        .roles
        .clone();
    assert_eq!(roles, ["manager", "member", "reader"]);
    assert_eq!(
        house.local.roles(user, project).await.unwrap(),
        [Role::Manager, Role::Member, Role::Reader]
    );

    for role in [Role::Manager, Role::Member, Role::Reader] {
        house.local.unassign(user, project, role).await.unwrap();
    }
    assert!(is_unauthorized(
        house.local.validate(issued.secret.expose()).await
    ));
    let again = house.local.unassign(user, project, Role::Reader).await;
    assert!(matches!(
        again,
        Err(Error::NoSuch {
            kind: "role assignment",
            ..
        })
    ));
}

#[tokio::test]
async fn users_and_projects_are_made_used_and_deleted() {
    let house = House::new().await;
    let new = NewUser {
        name: "eva".to_owned(),
        password: Some(Secret::new("pw")),
        enabled: true,
        description: String::new(),
        default_project_id: None,
    };
    let eva = house.local.create_user(new.clone()).await.unwrap();
    assert!(matches!(
        house.local.create_user(new).await,
        Err(Error::Exists { kind: "user", .. })
    ));
    let new = NewProject {
        name: "lab".to_owned(),
        enabled: true,
        description: String::new(),
    };
    let lab = house.local.create_project(new.clone()).await.unwrap();
    assert!(matches!(
        house.local.create_project(new).await,
        Err(Error::Exists { kind: "project", .. })
    ));
    let nameless = NewProject {
        name: " ".to_owned(),
        enabled: true,
        description: String::new(),
    };
    assert!(matches!(
        house.local.create_project(nameless).await,
        Err(Error::Invalid(_))
    ));

    assert!(is_unauthorized(
        house.log_in("eva", Secret::new("pw"), project("lab")).await
    ));
    house.local.assign(&eva.id, &lab.id, Role::Member).await.unwrap();
    let at_home = UserChange {
        default_project_id: Some(Some(lab.id.clone())),
        ..UserChange::default()
    };
    house.local.update_user(&eva.id, at_home).await.unwrap();
    let issued = house
        .log_in("eva", Secret::new("pw"), Scope::Default)
        .await
        .unwrap();
    assert_eq!(issued.token.valid.project.as_ref().unwrap().id, lab.id);

    house.local.delete_project(&lab.id).await.unwrap();
    assert!(is_unauthorized(
        house.local.validate(issued.secret.expose()).await
    ));
    let homeless = house
        .log_in("eva", Secret::new("pw"), Scope::Default)
        .await
        .unwrap();
    assert_eq!(homeless.token.valid.project, None);
    house.local.delete_user(&eva.id).await.unwrap();
    assert!(is_unauthorized(
        house.local.validate(homeless.secret.expose()).await
    ));
}

#[tokio::test]
async fn a_user_without_a_password_cannot_log_in() {
    let house = House::new().await;
    let new = NewUser {
        name: "ghost".to_owned(),
        password: None,
        enabled: true,
        description: String::new(),
        default_project_id: None,
    };
    house.local.create_user(new).await.unwrap();
    assert!(is_unauthorized(
        house.log_in("ghost", Secret::new(""), Scope::Unscoped).await
    ));
}

//! What a start makes, and what it leaves alone.

use super::*;

#[tokio::test]
async fn the_first_start_writes_how_to_log_in() {
    let house = House::new().await;
    let path = house.clouds().path;
    let cloud = |user: &str, password: &Secret| {
        format!(
            "    auth:\n      auth_url: http://127.0.0.1:5000/v3\n      username: {user}\n      password: {}\n      \
             project_name: {user}\n      user_domain_name: Default\n      project_domain_name: Default\n    \
             region_name: RegionOne\n    identity_api_version: 3\n    interface: public\n",
            password.expose()
        )
    };
    let text = std::fs::read_to_string(&path).unwrap();
    let yaml = text.split_once("clouds:\n").unwrap().1.replace(['\'', '"'], "");
    let demo = cloud("demo", &house.password("nova-docker"));
    let admin = cloud("admin", &house.password("nova-docker-admin"));
    assert_eq!(
        yaml,
        format!("  nova-docker:\n{demo}  nova-docker-admin:\n{admin}")
    );
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(house.folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_later_start_changes_nothing_unless_the_file_was_emptied() {
    let house = House::new().await;
    let path = house.clouds().path;
    let before = std::fs::read_to_string(&path).unwrap();
    house.local.bootstrap(&house.clouds()).await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);

    std::fs::remove_file(&path).unwrap();
    house.local.bootstrap(&house.clouds()).await.unwrap();
    assert!(!path.exists());

    std::fs::write(&path, "").unwrap();
    house.local.bootstrap(&house.clouds()).await.unwrap();
    assert_ne!(std::fs::read_to_string(&path).unwrap(), before);
    house.demo().await;
    house
        .log_in("admin", house.password("nova-docker-admin"), project("admin"))
        .await
        .unwrap();
    assert_eq!(house.local.users().await.unwrap().len(), 2);
}

//! What is left of interfaces when servers fail, end, or have none; and the config drive.

use super::*;

/// The second VIF cannot come to the place of the first.
#[tokio::test]
async fn a_server_that_cannot_be_connected_is_not_there() {
    let stage = Stage::set().await;
    let mut wrong = network(&[vif(1, 1), vif(2, 1)]);
    wrong.vifs[1].position = 0;
    let server = instance(STAYS);
    let refused = try_boot(&stage, &server, &wrong).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "there is another interface 'eth0' in the server's network namespace"
    );
    assert_eq!(stage.containers().await, [""; 0]);
    assert_eq!(links(&stage.home).await, ["br1", "br2", "lo"]);

    let mut unknown = network(&[vif(1, 1)]);
    unknown.vifs[0].vif_type = Some("vhostuser".to_owned());
    let refused = try_boot(&stage, &server, &unknown).await.unwrap_err();
    assert_eq!(refused.to_string(), "Unexpected vif_type=vhostuser");
    assert_eq!(stage.containers().await, [""; 0]);
}

#[tokio::test]
async fn a_server_that_cannot_be_connected_again_is_not_left_running() {
    let stage = Stage::set().await;
    let wanted = network(&[vif(1, 1)]);
    let server = boot(&stage, STAYS, &wanted).await;
    let mut wrong = network(&[vif(1, 1), vif(2, 1)]);
    wrong.vifs[1].position = 0;
    let refused = stage
        .driver
        .reboot(&server, &wrong, RebootType::Hard, PATIENCE)
        .await;
    assert!(matches!(refused, Err(Error::Vif(_))), "{refused:?}");
    let observed = stage.driver.observe(server.id).await.unwrap().unwrap();
    assert_eq!(observed.power_state, PowerState::Shutdown);
    stage.driver.power_on(&server, &wanted).await.unwrap();
    assert_eq!(links(&inside(&stage, &server).await).await, ["eth0", "lo"]);
}

#[tokio::test]
async fn an_abandoned_boot_leaves_no_interfaces_either() {
    let stage = Stage::set().await;
    let image = stage.local_image().await;
    let wanted = network(&[vif(1, 1), vif(2, 1)]);
    for after in [0, 3, 10, 30, 60, 100, 200, 400] {
        let server = instance(STAYS);
        let supplies = Supplies {
            network: wanted.clone(),
            config_drive: Some(vec![file("openstack/latest/meta_data.json", "{}")]),
            hostname: None,
        };
        let (context, steps) = (context(), Steps::default());
        let boot = stage.driver.spawn(&context, &server, &image, &supplies, &steps);
        let done = tokio::time::timeout(Duration::from_millis(after), boot).await;
        stage.driver.destroy(server.id).await.unwrap();
        if done.is_ok() {
            stage.driver.unplug_vifs(&server, &wanted.vifs).await.unwrap();
        }
        assert_eq!(stage.containers().await, [""; 0], "after {after} ms");
        let left = links(&stage.home).await;
        assert!(
            !left.iter().any(|name| name.starts_with("tap")),
            "after {after} ms: {left:?}"
        );
        let files = stage.files.path().join("instances").join(server.id.to_string());
        assert!(!files.exists(), "after {after} ms");
    }
}

#[tokio::test]
async fn destroyed_and_unplugged_a_server_leaves_nothing() {
    let stage = Stage::set().await;
    let wanted = network(&[vif(1, 1)]);
    let server = boot(&stage, STAYS, &wanted).await;
    stage.driver.destroy(server.id).await.unwrap();
    for _ in 0..2 {
        stage.driver.unplug_vifs(&server, &wanted.vifs).await.unwrap();
        assert_eq!(links(&stage.home).await, ["br1", "lo"]);
    }
    let plugged = stage.driver.plug_vifs(&server, &wanted).await;
    assert!(matches!(plugged, Err(Error::NoSuchInstance(id)) if id == server.id));
}

#[tokio::test]
async fn a_server_that_is_off_is_not_plugged_and_one_that_ended_at_once_is_no_failure() {
    let stage = Stage::set().await;
    let wanted = network(&[vif(1, 1)]);
    let server = boot(&stage, "command: echo done\n", &wanted).await;
    stage.ended(server.id).await;
    stage.driver.plug_vifs(&server, &wanted).await.unwrap();
    stage.driver.guard(&server, &wanted).await.unwrap();
    stage.driver.detach_vif(&server, &wanted.vifs[0]).await.unwrap();
    assert_eq!(links(&stage.home).await, ["br1", "lo"]);
}

#[tokio::test]
async fn a_server_asks_its_own_namespace_for_names_and_knows_its_own() {
    let stage = Stage::set().await;
    let user_data = "command: [sh, -c, 'cat /etc/resolv.conf /etc/hosts; echo told; sleep 1000']\n";
    let server = boot(&stage, user_data, &network(&[vif(1, 1)])).await;
    let told = stage.console_with(server.id, "told").await;
    assert!(told.starts_with("nameserver 169.254.169.254\n"), "{told}");
    assert!(!told.contains("search"), "{told}");
    assert!(told.contains("10.0.1.1\tmy-server\n"), "{told}");
}

#[tokio::test]
async fn who_shares_a_network_gets_no_interface() {
    let stage = Stage::set().await;
    let mut server = instance("host_config: {network_mode: host}\ncommand: sleep 1000\n");
    server.licence.operator = true;
    try_boot(&stage, &server, &network(&[])).await.unwrap();
    let refused = stage
        .driver
        .plug_vifs(&server, &network(&[vif(1, 1)]))
        .await
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("its user_data says network_mode 'host'"),
        "{refused}"
    );
    assert_eq!(links(&stage.home).await, ["lo"]);
}

fn file(path: &str, content: &str) -> File {
    File {
        path: path.to_owned(),
        content: content.into(),
    }
}

#[tokio::test]
async fn the_config_drive_is_there_to_be_read_and_goes_with_the_server() {
    let stage = Stage::set().await;
    let server = instance(
        "command: [sh, -c, 'cd /var/lib/cloud/seed/config_drive/openstack/latest && cat meta_data.json; touch x || echo read-only; sleep 1000']\n",
    );
    let supplies = |content: &str| Supplies {
        network: network(&[]),
        config_drive: Some(vec![file("openstack/latest/meta_data.json", content)]),
        hostname: None,
    };
    let image = stage.local_image().await;
    for content in ["{\"uuid\": 1}\n", "{\"rebuilt\": 1}\n"] {
        stage
            .driver
            .spawn(&context(), &server, &image, &supplies(content), &Steps::default())
            .await
            .unwrap();
        let told = stage.console_with(server.id, "read-only").await;
        assert!(told.starts_with(content), "{told}");
        // After a restart of the host the engine needs the files before we are there.
        stage
            .driver
            .reboot(&server, &network(&[]), RebootType::Hard, PATIENCE)
            .await
            .unwrap();
        stage.driver.destroy(server.id).await.unwrap();
    }
    assert!(
        !stage
            .files
            .path()
            .join("instances")
            .join(server.id.to_string())
            .exists()
    );
}

/// The engine's event is what ends what was opened in a server; here it is seen to go by.
#[tokio::test]
async fn an_end_behind_our_back_lets_the_namespace_go() {
    let stage = Stage::set().await;
    let wanted = network(&[vif(1, 1)]);
    let server = boot(&stage, STAYS, &wanted).await;
    let mut events = stage.driver.events().await.unwrap();
    let options = KillContainerOptionsBuilder::default().signal("SIGKILL").build();
    let api = stage.api().await;
    api.kill_container(&format!("nova-{}", server.id), Some(options))
        .await
        .unwrap();
    tokio::time::timeout(PATIENCE, events.next())
        .await
        .expect("an event comes");
    for _ in 0..100 {
        if links(&stage.home).await == ["br1", "lo"] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the tap of a server that ended is still there: its namespace is held");
}

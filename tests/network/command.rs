//! Networks with a program of their own.

use std::fs;

use nova_docker::network::vif::{OvsSwitch, Settings};

use crate::stage::{Stage, names, namespace, owner, vif};

fn stage(plug: &[&str], unplug: &[&str]) -> Stage {
    let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    let settings = Settings {
        plug_commands: owned(plug),
        unplug_commands: owned(unplug),
        ..Settings::default()
    };
    Stage::set_with(namespace(), "command", &settings, OvsSwitch::default())
}

#[tokio::test]
async fn the_operators_commands_are_told_about_the_tap() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let told = |words: &str| format!("sh -c 'echo \"$@\" >> {}' sh {words}", log.display());
    let stage = stage(
        &[&told("bind {tap} {mac} '{instance_name}'")],
        &[&told("unbind {port_id}")],
    );
    stage.server(&vif("special", 1)).await;
    stage.driver.unplug(&owner(), &vif("special", 1)).await.unwrap();
    assert_eq!(names(&stage.host).await, ["lo"]);
    assert_eq!(
        fs::read_to_string(log).unwrap(),
        "bind tap00000001-00 fa:16:3e:00:00:01 web\nunbind 00000001-0000-0000-0000-000000000000\n"
    );
}

#[tokio::test]
async fn what_one_command_did_is_taken_back_when_the_next_one_fails() {
    let folder = tempfile::tempdir().unwrap();
    let bound = folder.path().join("bound");
    let stage = stage(
        &[
            &format!("touch {}", bound.display()),
            "sh -c 'echo no such gateway >&2; exit 3'",
        ],
        &[&format!("rm -f {}", bound.display())],
    );
    let before = stage.state().await;
    let refused = stage.driver.plug(&owner(), &vif("special", 1)).await.unwrap_err();
    assert_eq!(refused.to_string(), "'sh' failed: no such gateway");
    assert_eq!(stage.state().await, before);
    assert!(!bound.exists());
}

#[tokio::test]
async fn the_tap_goes_though_the_command_fails() {
    let stage = stage(&["true"], &["false"]);
    stage.driver.plug(&owner(), &vif("special", 1)).await.unwrap();
    let refused = stage
        .driver
        .unplug(&owner(), &vif("special", 1))
        .await
        .unwrap_err();
    assert_eq!(refused.to_string(), "'false' failed: exit status: 1");
    assert_eq!(names(&stage.host).await, ["lo"]);
}

//! A server is stopped, started, rebooted, paused, locked and described.

use serde_json::json;

use super::Job;
use crate::stage::engine::{self, inspect, sh};

pub(super) async fn changes_its_power(job: &Job, id: &str) {
    let session = &job.session;
    sh(id, "echo kept >/kept").await.unwrap();
    job.openstack.run(&format!("server stop {id}")).await;
    let stopped = session.reaches(id, "SHUTOFF").await;
    assert_eq!(
        (stopped["OS-EXT-STS:power_state"].clone(), engine::state(id).await),
        (json!(4), "exited".into())
    );
    assert_eq!(
        inspect(id).await["State"]["ExitCode"],
        0,
        "it was asked to end, not killed"
    );
    job.openstack.run(&format!("server start {id}")).await;
    session.reaches(id, "ACTIVE").await;
    assert_eq!(engine::state(id).await, "running");
    for (how, word) in [("SOFT", "--soft"), ("HARD", "--hard")] {
        let before = inspect(id).await["State"]["StartedAt"].clone();
        job.openstack.run(&format!("server reboot {word} {id}")).await;
        session.reaches(id, "ACTIVE").await;
        let after = inspect(id).await["State"].clone();
        assert_eq!(after["Status"], "running");
        assert_ne!(after["StartedAt"], before, "{how} starts it anew");
    }
    job.openstack.run(&format!("server pause {id}")).await;
    let paused = session.reaches(id, "PAUSED").await;
    assert_eq!(
        (paused["OS-EXT-STS:power_state"].clone(), engine::state(id).await),
        (json!(3), "paused".into())
    );
    job.openstack.run(&format!("server unpause {id}")).await;
    session.reaches(id, "ACTIVE").await;
    assert_eq!(engine::state(id).await, "running");
    assert_eq!(sh(id, "cat /kept").await.unwrap(), "kept\n");
}

pub(super) async fn is_locked_and_described(job: &Job, id: &str) {
    job.openstack.run(&format!("server lock {id}")).await;
    let refused = job.openstack.refused(&format!("server stop {id}")).await;
    assert!(refused.contains(&format!("Instance {id} is locked")), "{refused}");
    job.openstack.run(&format!("server unlock {id}")).await;
    job.openstack
        .run(&format!("server set --property shape=round {id}"))
        .await;
    job.openstack
        .run(&format!("server unset --property colour {id}"))
        .await;
    let server = job.session.server(id).await.unwrap();
    assert_eq!(
        (&server["metadata"], &server["locked"]),
        (&json!({"shape": "round"}), &json!(false))
    );
}

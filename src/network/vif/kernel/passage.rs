//! Whether the engine's packet filter lets the frames of a bridge through to a server, which has a filter of its own.

use std::fs;

use super::super::{Error, Namespace};
use crate::network::docker_user;

/// What the names of our rules begin with.
const NAME: &str = "nova-docker-";
/// One for each family of addresses.
const SWITCHES: [&str; 2] = ["iptables", "ip6tables"];

pub(super) async fn set(host: &Namespace, tap: &str, on: bool) -> Result<(), Error> {
    if on && !host.run(are_frames_filtered).await? {
        return Ok(());
    }
    let matches = if on {
        docker_user::across(tap).to_vec()
    } else {
        Vec::new()
    };
    docker_user::let_through(host, &matches, &format!("{NAME}{tap}")).await
}

/// `/proc/sys/net` shows the namespace of the thread that looks.
fn are_frames_filtered() -> bool {
    let is_on = |name: &&str| {
        let path = format!("/proc/sys/net/bridge/bridge-nf-call-{name}");
        fs::read_to_string(path).is_ok_and(|value| value.trim() != "0")
    };
    SWITCHES.iter().any(is_on)
}

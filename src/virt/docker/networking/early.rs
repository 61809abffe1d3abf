//! Finds a container's network namespace while the engine is still starting it, before its first process runs.
//!
//! Between the making of the namespace and the first instruction of the server's own process an engine has much to do. What
//! is connected meanwhile costs no time, and the process finds its network in place.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::network::vif::Namespace;

/// Where Docker puts a container's processes: cgroups of version 2 by cgroupfs and systemd, then of version 1.
const GROUPS: [&str; 4] = [
    "/sys/fs/cgroup/docker/{id}",
    "/sys/fs/cgroup/system.slice/docker-{id}.scope",
    "/sys/fs/cgroup/pids/docker/{id}",
    "/sys/fs/cgroup/pids/system.slice/docker-{id}.scope",
];

const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

/// The namespace that is being made for a container with a network of its own, as soon as it is there. Never answers where
/// this process does not see the engine's: whoever calls stops waiting when the container runs.
pub(super) async fn namespace(container: &str) -> Namespace {
    let groups = GROUPS.map(|group| PathBuf::from(group.replace("{id}", container)).join("cgroup.procs"));
    loop {
        if let Some(namespace) = groups.iter().find_map(made) {
            return namespace;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

/// That of the processes in this group, once it is their own: the first of them begins in the one of its parent, the
/// engine's.
fn made(processes: &PathBuf) -> Option<Namespace> {
    let processes = fs::read_to_string(processes).ok()?;
    let elsewhere = Namespace::current().ok()?;
    processes.lines().find_map(|process| {
        let process = process.trim().parse().ok()?;
        let own = Namespace::of_process(process).ok()?;
        let inherited = Namespace::of_process(parent(process)?).ok()?;
        (own != inherited && own != elsewhere).then_some(own)
    })
}

fn parent(process: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    parent.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::process;

    use super::*;

    #[test]
    fn a_process_in_its_parents_namespace_has_none_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let group = folder.path().join("cgroup.procs");
        assert!(made(&group).is_none());
        fs::write(&group, format!("{}\n", process::id())).unwrap();
        assert!(made(&group).is_none());
    }

    #[test]
    fn a_process_in_a_namespace_of_its_own_shows_it() {
        let folder = tempfile::tempdir().unwrap();
        let group = folder.path().join("cgroup.procs");
        let mut child = process::Command::new("unshare")
            .args(["--net", "sleep", "60"])
            .spawn()
            .unwrap();
        fs::write(&group, format!("{}\n", child.id())).unwrap();
        let found = (0..500).find_map(|_| {
            std::thread::sleep(Duration::from_millis(10));
            made(&group)
        });
        let expected = Namespace::of_process(child.id()).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(found, Some(expected));
    }
}

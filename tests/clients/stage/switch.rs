//! A real Open vSwitch beside others that the host may have: its own database, its userspace datapath, one bridge.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const SCHEMA: &str = "/usr/share/openvswitch/vswitch.ovsschema";

pub(crate) struct Switch {
    files: tempfile::TempDir,
    daemons: Vec<Child>,
    pub(crate) bridge: String,
}

impl Switch {
    pub(crate) fn start(bridge: &str) -> Self {
        let mut switch = Self {
            files: tempfile::tempdir().unwrap(),
            daemons: Vec::new(),
            bridge: bridge.to_owned(),
        };
        let (database, socket) = (switch.path("conf.db"), switch.path("db.sock"));
        said("ovsdb-tool", &["create", &database, SCHEMA]);
        switch.daemon("ovsdb-server", &[&database, &format!("--remote=punix:{socket}")]);
        wait_for(Path::new(&socket));
        switch.vsctl("--no-wait init");
        // Without it the userspace datapath passes on segments whose checksums the senders left to their hardware.
        switch.vsctl("--no-wait set Open_vSwitch . other_config:userspace-tso-enable=true");
        switch.daemon("ovs-vswitchd", &[&switch.connection(), "--disable-system"]);
        switch.vsctl(&format!(
            "add-br {bridge} -- set bridge {bridge} datapath_type=netdev"
        ));
        switch
    }

    /// Where its database listens.
    pub(crate) fn connection(&self) -> String {
        format!("unix:{}", self.path("db.sock"))
    }

    /// The ports of its bridge.
    pub(crate) fn ports(&self) -> Vec<String> {
        let ports = self.vsctl(&format!("list-ports {}", self.bridge));
        ports.lines().map(str::to_owned).collect()
    }

    fn vsctl(&self, line: &str) -> String {
        let database = format!("--db={}", self.connection());
        let words = ["--timeout=30", &database].into_iter().chain(line.split(' '));
        said("ovs-vsctl", &words.collect::<Vec<_>>())
    }

    fn path(&self, name: &str) -> String {
        self.files.path().join(name).to_str().unwrap().to_owned()
    }

    /// Writes nowhere but into our folder.
    fn daemon(&mut self, program: &str, words: &[&str]) {
        let pid = format!("--pidfile={}", self.path(&format!("{program}.pid")));
        let control = format!("--unixctl={}", self.path(&format!("{program}.ctl")));
        let mut command = Command::new(program);
        for folder in ["OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR"] {
            command.env(folder, self.files.path());
        }
        let quiet = [&pid, &control, "-vconsole:emer", "-vsyslog:off"];
        let command = command
            .args(words)
            .args(quiet)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let child = command.spawn();
        self.daemons.push(child.expect("Open vSwitch must be installed"));
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        let delete = [
            "--timeout=5",
            &format!("--db={}", self.connection()),
            "del-br",
            &self.bridge,
        ];
        Command::new("ovs-vsctl").args(delete).output().ok();
        for daemon in self.daemons.iter_mut().rev() {
            daemon.kill().ok();
            daemon.wait().ok();
        }
    }
}

fn said(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).output();
    let output = output.expect("Open vSwitch must be installed: tools/test does it");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {words:?}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

fn wait_for(path: &Path) {
    for _ in 0..500 {
        if path.exists() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{} does not come", path.display());
}

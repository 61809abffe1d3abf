//! A real Open vSwitch in its userspace datapath, with its own database, in one namespace.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use nova_docker::network::vif::{Namespace, OvsSwitch, Settings};

use crate::stage::{Stage, namespace, run};

const SCHEMA: &str = "/usr/share/openvswitch/vswitch.ovsschema";

pub(crate) struct Switch {
    files: tempfile::TempDir,
    daemons: Vec<Child>,
    pub(crate) host: Namespace,
}

impl Switch {
    /// With the bridge `br0`.
    pub(crate) async fn start() -> Self {
        let files = tempfile::tempdir().unwrap();
        let mut switch = Self {
            daemons: Vec::new(),
            host: namespace(),
            files,
        };
        let (database, socket) = (switch.path("conf.db"), switch.path("db.sock"));
        run(&switch.host, &format!("ovsdb-tool create {database} {SCHEMA}")).await;
        switch
            .daemon(&format!("ovsdb-server {database} --remote=punix:{socket}"))
            .await;
        wait_for(&socket);
        switch.vsctl("--no-wait init").await;
        // Without it the userspace datapath passes on segments whose checksums the senders left to their hardware.
        switch
            .vsctl("--no-wait set Open_vSwitch . other_config:userspace-tso-enable=true")
            .await;
        switch
            .daemon(&format!("ovs-vswitchd unix:{socket} --disable-system"))
            .await;
        switch
            .vsctl("add-br br0 -- set bridge br0 datapath_type=netdev")
            .await;
        switch
    }

    pub(crate) fn stage(&self) -> Stage {
        Stage::set_with(
            self.host.clone(),
            "generic",
            &Settings::default(),
            self.connection(),
        )
    }

    pub(crate) fn connection(&self) -> OvsSwitch {
        OvsSwitch {
            connection: Some(format!("unix:{}", self.path("db.sock"))),
            timeout: 30,
        }
    }

    pub(crate) async fn vsctl(&self, line: &str) -> String {
        let socket = self.path("db.sock");
        run(
            &self.host,
            &format!("ovs-vsctl --timeout=30 --db=unix:{socket} {line}"),
        )
        .await
    }

    /// Every port and what it is known by.
    pub(crate) async fn ports(&self) -> Vec<String> {
        let columns = "--format=csv --no-headings --columns=name,external_ids list Interface";
        let mut ports: Vec<String> = self.vsctl(columns).await.lines().map(str::to_owned).collect();
        ports.retain(|port| !port.starts_with("br0,"));
        ports.sort();
        ports
    }

    fn path(&self, name: &str) -> String {
        self.files.path().join(name).to_str().unwrap().to_owned()
    }

    /// It must live in the namespace of its ports, and write nowhere but in our folder.
    async fn daemon(&mut self, line: &str) {
        let words = shlex::split(line).unwrap();
        let pid = format!("--pidfile={}", self.path(&format!("{}.pid", words[0])));
        let control = format!("--unixctl={}", self.path(&format!("{}.ctl", words[0])));
        let folder = self.files.path().to_owned();
        let start = move || -> io::Result<Child> {
            Command::new(&words[0])
                .args(&words[1..])
                .args([
                    pid,
                    control,
                    "-vconsole:emer".to_owned(),
                    "-vsyslog:off".to_owned(),
                ])
                .env("OVS_RUNDIR", &folder)
                .env("OVS_LOGDIR", &folder)
                .env("OVS_DBDIR", &folder)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .spawn()
        };
        let child = self
            .host
            .run(start)
            .await
            .unwrap()
            .expect("Open vSwitch must be installed");
        self.daemons.push(child);
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        for daemon in self.daemons.iter_mut().rev() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

fn wait_for(path: &str) {
    for _ in 0..500 {
        if Path::new(path).exists() {
            return;
        }
        sleep(Duration::from_millis(10));
    }
    panic!("{path} does not come");
}

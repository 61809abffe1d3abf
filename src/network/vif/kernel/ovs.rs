//! Open vSwitch by `ovs-vsctl`, which is on every host that has Open vSwitch, of the right version.

use super::super::{Error, OvsPort};
use super::program::run;

/// How Open vSwitch's database is reached.
#[derive(Debug, Clone)]
pub struct OvsSwitch {
    /// Where its database listens, such as `tcp:127.0.0.1:6640`; the machine's own socket when unset.
    pub connection: Option<String>,
    /// Seconds that a change may take: nova.conf's `ovs_vsctl_timeout`.
    pub timeout: u32,
}

impl Default for OvsSwitch {
    fn default() -> Self {
        Self {
            connection: None,
            timeout: 120,
        }
    }
}

impl OvsSwitch {
    /// In one transaction, so that no agent sees a port without its ids.
    pub(super) async fn add(&self, port: &OvsPort) -> Result<(), Error> {
        let mut words = self.words();
        words.extend(adding(port));
        run(&words).await
    }

    /// From whatever bridge it is in.
    pub(super) async fn delete(&self, port: &str) -> Result<(), Error> {
        let mut words = self.words();
        words.extend(["--", "--if-exists", "del-port", port].map(str::to_owned));
        run(&words).await
    }

    fn words(&self) -> Vec<String> {
        let mut words = vec!["ovs-vsctl".to_owned(), format!("--timeout={}", self.timeout)];
        words.extend(
            self.connection
                .as_ref()
                .map(|connection| format!("--db={connection}")),
        );
        words
    }
}

fn adding(port: &OvsPort) -> Vec<String> {
    let add = ["--", "--may-exist", "add-port", &port.bridge, &port.port];
    let set = ["--", "set", "Interface", &port.port];
    let mut words: Vec<String> = add.into_iter().chain(set).map(str::to_owned).collect();
    words.push(format!("external-ids:iface-id={}", port.iface_id));
    words.push("external-ids:iface-status=active".to_owned());
    words.push(format!(
        "external-ids:attached-mac={}",
        escaped(&port.attached_mac.to_string())
    ));
    words.push(format!("external-ids:vm-uuid={}", port.vm_uuid));
    words.extend(port.mtu.map(|mtu| format!("mtu_request={mtu}")));
    words
}

/// Colons and commas mean something to the database's syntax unless they are in quotes.
fn escaped(value: &str) -> String {
    format!("\"{value}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_and_its_ids_are_one_transaction() {
        let port = OvsPort {
            bridge: "br-int".to_owned(),
            port: "tap5e2fa8f0-1d".to_owned(),
            iface_id: "5e2fa8f0-1d3c-4c8e-9a43-0242ac110002".to_owned(),
            attached_mac: "fa:16:3e:00:00:0a".parse().unwrap(),
            vm_uuid: "00000000-0000-0000-0000-000000000001".to_owned(),
            mtu: Some(1450),
        };
        assert_eq!(
            adding(&port).join(" "),
            "-- --may-exist add-port br-int tap5e2fa8f0-1d -- set Interface tap5e2fa8f0-1d \
             external-ids:iface-id=5e2fa8f0-1d3c-4c8e-9a43-0242ac110002 external-ids:iface-status=active \
             external-ids:attached-mac=\"fa:16:3e:00:00:0a\" \
             external-ids:vm-uuid=00000000-0000-0000-0000-000000000001 mtu_request=1450"
        );
    }
}

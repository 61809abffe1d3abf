//! Where tests of routers play: a deployment's switch and routers, the host, and a machine outside.

use std::net::{IpAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use nova_docker::network::fabric::{External, Fabric, Gateway, Interface, Router, Wanted};
use nova_docker::network::vif::{Namespace, OvsSwitch, Settings};
use nova_docker::objects::vif::FloatingIp;
use nova_docker::objects::{Cidr, DeploymentId, Vif};
use uuid::Uuid;

use crate::stage::{Stage, ip, links, namespace, run, subnet, vif};

pub(super) const DEPLOYMENT: DeploymentId = DeploymentId(Uuid::from_u128(0xdead_beef << 96));
/// The host's own address on the way out, and that of the machine there.
pub(super) const HOST: &str = "198.51.100.1";
pub(super) const OUTSIDE: &str = "198.51.100.2";

pub(super) struct House {
    pub(super) fabric: Arc<Fabric>,
    pub(super) host: Namespace,
    pub(super) outside: Namespace,
    pub(super) names: PathBuf,
    _folder: tempfile::TempDir,
}

impl House {
    /// In a mount namespace of the test's own, so that every name ends with the test.
    pub(super) async fn new() -> Self {
        unshare(CloneFlags::CLONE_NEWNS).expect("these tests need root");
        let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
        mount(None::<&str>, "/", None::<&str>, private, None::<&str>).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let names = folder.path().join("netns");
        let (host, outside) = (namespace(), namespace());
        let fabric = Arc::new(Fabric::new(DEPLOYMENT, host.clone(), names.clone()));
        let house = Self {
            fabric,
            host,
            outside,
            names,
            _folder: folder,
        };
        house.connect_outside().await;
        house
    }

    async fn connect_outside(&self) {
        ip(&self.host, "link add out0 type veth peer name eth0").await;
        // `ip` moves to a name or a process: the process is one that sleeps there.
        let mut sleeper = self
            .outside
            .run(|| std::process::Command::new("sleep").arg("60").spawn().unwrap())
            .await
            .unwrap();
        ip(&self.host, &format!("link set eth0 netns {}", sleeper.id())).await;
        sleeper.kill().unwrap();
        sleeper.wait().unwrap();
        for (namespace, address, link) in [(&self.host, HOST, "out0"), (&self.outside, OUTSIDE, "eth0")] {
            ip(namespace, "link set lo up").await;
            ip(namespace, &format!("address add {address}/24 dev {link}")).await;
            ip(namespace, &format!("link set {link} up")).await;
        }
        ip(&self.host, &format!("route add default via {OUTSIDE}")).await;
    }

    /// The same deployment after a restart.
    pub(super) fn restarted(&self) -> Fabric {
        Fabric::new(DEPLOYMENT, self.host.clone(), self.names.clone())
    }

    /// Another deployment on the same host.
    pub(super) fn neighbour(&self) -> Fabric {
        let deployment = DeploymentId(Uuid::from_u128(0xcafe << 96));
        Fabric::new(deployment, self.host.clone(), self.names.clone())
    }

    pub(super) async fn make(&self, wanted: &Wanted) {
        let problems = self.fabric.reconcile(wanted).await;
        assert!(problems.is_empty(), "{problems:?}");
    }

    /// Number `n` of network `net`: `10.<net>.0.<n>` and `fd<net>::<n>`.
    pub(super) async fn server(&self, net: u8, n: u8) -> Namespace {
        let switch = self.fabric.switch().await.unwrap();
        let stage = Stage::set_with(switch, "bridge", &Settings::default(), OvsSwitch::default());
        stage.server(&on(net, n)).await
    }

    pub(super) fn opened(&self, name: &str) -> Namespace {
        Namespace::open(&self.names.join(name)).unwrap()
    }

    pub(super) fn named(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.names).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Everything there is in the host, the switch and all routers.
    pub(super) async fn state(&self) -> Vec<String> {
        let mut state = state(&self.host).await;
        for name in self.named() {
            state.push(name.clone());
            state.extend(self::state(&self.opened(&name)).await);
        }
        state
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = umount2(&self.names, MntFlags::MNT_DETACH);
    }
}

pub(super) async fn state(namespace: &Namespace) -> Vec<String> {
    let mut state = links(namespace).await;
    state.push(ip(namespace, "-o address show scope global").await);
    let routes = ip(namespace, "route show table all type unicast").await;
    // Interfaces have addresses of their own a moment later.
    state.extend(
        routes
            .lines()
            .filter(|line| !line.starts_with("fe80:"))
            .map(str::to_owned),
    );
    state.push(run(namespace, "nft -a list ruleset").await);
    state
}

fn on(net: u8, n: u8) -> Vif {
    let mut vif = vif("bridge", n);
    vif.id = Uuid::from_u128((u128::from(net) << 104) | (u128::from(n) << 96));
    vif.mac = format!("fa:16:3e:00:{net:02x}:{n:02x}").parse().unwrap();
    vif.network.bridge = Some(bridge(net));
    vif.network.subnets = vec![
        subnet(
            &format!("10.{net}.0.0/24"),
            &format!("10.{net}.0.254"),
            &format!("10.{net}.0.{n}"),
        ),
        subnet(
            &format!("fd{net:02}::/64"),
            &format!("fd{net:02}::fe"),
            &format!("fd{net:02}::{n}"),
        ),
    ];
    vif
}

fn bridge(net: u8) -> String {
    format!("brq{net:011}")
}

/// Router `n` with an interface on each of these networks, at the subnets' gateway addresses.
pub(super) fn router(n: u8, nets: &[u8]) -> Router {
    Router {
        id: Uuid::from_u128(u128::from(n)),
        enabled: true,
        interfaces: nets.iter().map(|net| interface(n, *net, 254)).collect(),
        gateway: None,
        routes: Vec::new(),
        floating_ips: Vec::new(),
    }
}

/// Router `n` on network `net` at `10.<net>.0.<last>`.
pub(super) fn interface(n: u8, net: u8, last: u8) -> Interface {
    Interface {
        port: Uuid::from_u128((0xaa << 120) | (u128::from(n) << 104) | (u128::from(net) << 96)),
        bridge: bridge(net),
        mac: format!("fa:16:3e:{n:02x}:{net:02x}:fe").parse().unwrap(),
        mtu: 1400,
        addresses: vec![
            format!("10.{net}.0.{last}/24").parse().unwrap(),
            format!("fd{net:02}::{last:x}/64").parse().unwrap(),
        ],
    }
}

/// `203.0.113.0/24`, on which the host is number 1.
pub(super) fn external() -> External {
    External {
        network: Uuid::from_u128(0xeee << 96),
        bridge: "brqpublic".to_owned(),
        gateways: vec!["203.0.113.1/24".parse().unwrap()],
    }
}

/// The router's way out, at `203.0.113.<last>`.
pub(super) fn leading_out(mut router: Router, last: u8) -> Router {
    let address: Cidr = format!("203.0.113.{last}/24").parse().unwrap();
    router.gateway = Some(Gateway {
        interface: Interface {
            port: Uuid::from_u128((0xbb << 120) | (u128::from(last) << 96)),
            bridge: external().bridge,
            mac: format!("fa:16:3e:ee:ee:{last:02x}").parse().unwrap(),
            mtu: 1500,
            addresses: vec![address],
        },
        snat: true,
        next_hops: vec!["203.0.113.1".parse().unwrap()],
    });
    router
}

pub(super) fn floating(floating: &str, fixed: &str) -> FloatingIp {
    FloatingIp {
        fixed: fixed.parse().unwrap(),
        floating: floating.parse().unwrap(),
    }
}

pub(super) fn wanted(routers: &[Router]) -> Wanted {
    let externals = routers.iter().any(|router| router.gateway.is_some());
    Wanted {
        bridges: std::collections::BTreeSet::new(),
        externals: externals.then(external).into_iter().collect(),
        routers: routers.to_vec(),
    }
}

/// A conversation by datagrams: the server answers each with the address that it came from.
pub(super) struct Talk {
    socket: UdpSocket,
}

impl Talk {
    pub(super) async fn begin(from: &Namespace, to: &Namespace, address: &str) -> Self {
        let server = to.run(|| UdpSocket::bind("0.0.0.0:0").unwrap()).await.unwrap();
        let port = server.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let mut bytes = [0; 10];
            while let Ok((_, from)) = server.recv_from(&mut bytes) {
                let _ = server.send_to(from.ip().to_string().as_bytes(), from);
                if bytes.starts_with(b"bye") {
                    break;
                }
            }
        });
        let to: IpAddr = address.parse().unwrap();
        let socket = from
            .run(move || {
                let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
                socket.connect((to, port)).unwrap();
                socket
            })
            .await
            .unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
        Self { socket }
    }

    fn forget_late_answers(&self) {
        self.socket.set_nonblocking(true).unwrap();
        while self.socket.recv(&mut [0; 50]).is_ok() {}
        self.socket.set_nonblocking(false).unwrap();
    }

    /// Whom the server says that it hears.
    pub(super) fn heard(&self, word: &str) -> Option<String> {
        for _ in 0..3 {
            let mut bytes = [0; 50];
            self.forget_late_answers();
            // An error may be the one that came for the word before.
            let _ = self.socket.send(word.as_bytes());
            if let Ok(length) = self.socket.recv(&mut bytes) {
                return Some(String::from_utf8_lossy(&bytes[..length]).into_owned());
            }
        }
        None
    }
}

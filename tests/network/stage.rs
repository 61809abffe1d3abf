//! Where one test plays: a host and its servers, each a network namespace that ends with the test.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use async_trait::async_trait;
use nix::sched::{CloneFlags, unshare};
use nova_docker::network::vif::{
    Change, Error, Host, Inside, Kernel, Link, Namespace, OvsSwitch, Owner, Place, Plugging, Settings,
    VifDriver, choose,
};
use nova_docker::objects::vif::{Details, Network, Subnet};
use nova_docker::objects::{InstanceId, ProjectId, Vif};
use serde_json::Value;
use uuid::Uuid;

pub(crate) struct Stage {
    pub(crate) host: Namespace,
    pub(crate) kernel: Arc<Kernel>,
    pub(crate) driver: Arc<dyn VifDriver>,
}

impl Stage {
    pub(crate) async fn set(driver: &str) -> Self {
        Self::set_with(namespace(), driver, &Settings::default(), OvsSwitch::default())
    }

    pub(crate) fn set_with(host: Namespace, driver: &str, settings: &Settings, switch: OvsSwitch) -> Self {
        let kernel = Arc::new(Kernel::new(host.clone(), switch));
        let driver = driver_on(driver, settings, kernel.clone());
        Self { host, kernel, driver }
    }

    /// A server with this VIF as its `eth0`.
    pub(crate) async fn server(&self, vif: &Vif) -> Namespace {
        let server = namespace();
        self.connect(&server, 0, vif).await.unwrap();
        server
    }

    pub(crate) async fn connect(&self, server: &Namespace, position: u32, vif: &Vif) -> Result<(), Error> {
        self.driver.plug(&owner(), vif).await?;
        self.driver.attach(&owner(), vif, &inside(server, position)).await
    }

    /// Everything that a failed verb must leave as it was.
    pub(crate) async fn state(&self) -> Vec<String> {
        let mut state = links(&self.host).await;
        state.push(ip(&self.host, "-o address show scope global").await);
        state.push(ip(&self.host, "route show table all type unicast").await);
        state
    }
}

pub(crate) fn driver_on(name: &str, settings: &Settings, host: Arc<dyn Host>) -> Arc<dyn VifDriver> {
    match choose(name, settings, host).unwrap() {
        Plugging::Ours(driver) => driver,
        Plugging::Engine => panic!("the engine's own networks are no driver"),
    }
}

pub(crate) fn owner() -> Owner {
    Owner {
        id: InstanceId(Uuid::from_u128(0xabc)),
        project_id: ProjectId::from("project"),
        name: "web".to_owned(),
    }
}

pub(crate) fn inside(server: &Namespace, position: u32) -> Inside {
    Inside {
        namespace: server.clone(),
        position,
    }
}

/// Number `n` of a network: `10.0.0.n` and `fd00::n` on the bridge `br0`.
pub(crate) fn vif(vif_type: &str, n: u8) -> Vif {
    Vif {
        id: Uuid::from_u128(u128::from(n) << 96),
        mac: format!("fa:16:3e:00:00:{n:02x}").parse().unwrap(),
        position: 0,
        preserve_on_delete: false,
        active: true,
        tag: None,
        floating_ips: Vec::new(),
        vif_type: Some(vif_type.to_owned()),
        details: Details::default(),
        ovs_interface_id: None,
        network: Network {
            id: Uuid::from_u128(7),
            label: "private".to_owned(),
            project: None,
            bridge: Some("br0".to_owned()),
            mtu: Some(1400),
            should_create_vlan: false,
            vlan: None,
            bridge_interface: None,
            subnets: vec![
                subnet("10.0.0.0/24", "10.0.0.254", &format!("10.0.0.{n}")),
                subnet("fd00::/64", "fd00::fe", &format!("fd00::{n:x}")),
            ],
        },
    }
}

pub(crate) fn subnet(cidr: &str, gateway: &str, ip: &str) -> Subnet {
    Subnet {
        id: None,
        cidr: cidr.parse().unwrap(),
        gateway: Some(gateway.parse().unwrap()),
        ips: vec![ip.parse().unwrap()],
        routes: Vec::new(),
        dns: Vec::new(),
    }
}

pub(crate) fn namespace() -> Namespace {
    let made = thread::spawn(|| {
        unshare(CloneFlags::CLONE_NEWNET).expect("these tests need root");
        Namespace::current().unwrap()
    });
    made.join().unwrap()
}

/// What a program wrote that was run in a namespace; its failure is the test's.
pub(crate) async fn run(namespace: &Namespace, line: &str) -> String {
    let words = shlex::split(line).unwrap();
    let output = namespace
        .run(move || Command::new(&words[0]).args(&words[1..]).output())
        .await;
    let output = output.unwrap().unwrap_or_else(|error| panic!("{line}: {error}"));
    assert!(
        output.status.success(),
        "{line}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

pub(crate) async fn ip(namespace: &Namespace, line: &str) -> String {
    run(namespace, &format!("ip {line}")).await
}

/// All interfaces in full, without what changes by itself.
pub(crate) async fn links(namespace: &Namespace) -> Vec<String> {
    let shown = ip(namespace, "-d -j link").await;
    let mut links: Vec<Value> = serde_json::from_str(&shown).unwrap();
    for link in &mut links {
        forget_weather(link);
    }
    links.iter().map(Value::to_string).collect()
}

/// Timers run, carriers come a moment after the interface, and an empty bridge goes on with what its ports could do.
fn forget_weather(value: &mut Value) {
    if let Some(flags) = value["flags"].as_array_mut() {
        flags.retain(|flag| flag != "NO-CARRIER" && flag != "LOWER_UP");
    }
    if let Some(object) = value.as_object_mut() {
        object.retain(|key, _| key != "operstate" && !key.starts_with("tso_max") && !key.ends_with("_timer"));
        for inner in object.values_mut().filter(|inner| inner.is_object()) {
            forget_weather(inner);
        }
    }
}

pub(crate) async fn names(namespace: &Namespace) -> Vec<String> {
    let links: Vec<Value> = serde_json::from_str(&ip(namespace, "-j link").await).unwrap();
    let mut names: Vec<String> = links
        .iter()
        .map(|link| link["ifname"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// Whether an answer comes; a new bridge or switch may need a moment.
pub(crate) async fn reaches(from: &Namespace, to: &str) -> bool {
    for _ in 0..10 {
        if ping(from, to).await {
            return true;
        }
    }
    false
}

/// Whether no answer comes.
pub(crate) async fn is_cut_off(from: &Namespace, to: &str) -> bool {
    !ping(from, to).await
}

async fn ping(from: &Namespace, to: &str) -> bool {
    let words = ["ping", "-c1", "-W1", to].map(str::to_owned);
    let output = from
        .run(move || Command::new("busybox").args(words).output())
        .await;
    output.unwrap().expect("busybox").status.success()
}

/// Carries more than one segment over TCP, which shows what a ping does not: sizes and checksums.
pub(crate) async fn carries_tcp(from: &Namespace, to: &Namespace, address: &str) {
    const SIZE: usize = 300_000;
    let address: IpAddr = address.parse().unwrap();
    let listener = to
        .run(move || TcpListener::bind(SocketAddr::new(address, 7777)).unwrap())
        .await
        .unwrap();
    let sent = from.run(move || {
        let mut stream = TcpStream::connect(SocketAddr::new(address, 7777)).unwrap();
        stream.write_all(&vec![42; SIZE]).unwrap();
    });
    let received = to.run(move || {
        let mut bytes = Vec::new();
        listener.accept().unwrap().0.read_to_end(&mut bytes).unwrap();
        bytes
    });
    let ((), received) = tokio::try_join!(sent, received).unwrap();
    assert!(received == vec![42; SIZE]);
}

/// Fails with the lines that differ alone.
#[track_caller]
pub(crate) fn assert_same(after: &[String], before: &[String], what: &str) {
    let lacks = |from: &[String], of: &[String]| -> Vec<String> {
        of.iter().filter(|line| !from.contains(line)).cloned().collect()
    };
    let words = |lines: Vec<String>| -> Vec<String> {
        lines
            .iter()
            .flat_map(|line| line.split(",").map(str::to_owned))
            .collect()
    };
    let (new, gone) = (words(lacks(before, after)), words(lacks(after, before)));
    let (new, gone) = (lacks(&gone, &new), lacks(&new, &gone));
    assert!(after == before, "{what}\nnew:  {new:#?}\ngone: {gone:#?}");
}

/// A kernel that refuses one change, the `countdown`-th from now.
#[derive(Debug)]
pub(crate) struct Failing {
    pub(crate) kernel: Arc<Kernel>,
    pub(crate) countdown: AtomicU32,
    /// The change is made all the same, as far as changes can be half made.
    pub(crate) halfway: bool,
}

#[async_trait]
impl Host for Failing {
    async fn link(&self, place: &Place, name: &str) -> Result<Option<Link>, Error> {
        self.kernel.link(place, name).await
    }

    async fn apply(&self, place: &Place, change: &Change) -> Result<(), Error> {
        // It stays at zero, where it would wrap: what comes later goes well.
        let before = self
            .countdown
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if before != Ok(1) {
            return self.kernel.apply(place, change).await;
        }
        if self.halfway && can_be_half_made(change) {
            self.kernel.apply(place, change).await?;
        }
        Err(Error::BrokeOff(format!("the test refused {change:?}")))
    }
}

fn can_be_half_made(change: &Change) -> bool {
    matches!(
        change,
        Change::Veth { .. }
            | Change::Bridge { .. }
            | Change::Vlan { .. }
            | Change::Macvlan { .. }
            | Change::OvsPort(_)
            | Change::Run { .. }
    )
}

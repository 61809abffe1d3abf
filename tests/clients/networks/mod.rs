//! Networks as users meet them, each story alone and inside a cloud: servers that reach each other and that do not, by
//! address and by name, through rules, restarts and changes while they run.

mod apart;
mod cleanup;
mod engine;
mod interfaces;
mod reach;
mod restarts;
mod rules;
mod switch;
mod wires;

use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::engine::sh;
use crate::stage::{Cli, Newcomer, STAYS, Session, Stage, boot_body, until};

/// A project that has nothing yet, and an image.
struct Play {
    stage: Stage,
    user: Session,
    openstack: Cli,
    image: String,
}

impl Play {
    async fn alone() -> Self {
        Self::on(Stage::alone().await).await
    }

    async fn in_cloud() -> Self {
        Self::on(Stage::in_cloud().await).await
    }

    async fn on(stage: Stage) -> Self {
        let Newcomer { session, openstack } = stage.newcomer("tenant").await;
        let image = stage.upload(&session, &stage.seed.name("busybox")).await;
        Self {
            stage,
            user: session,
            openstack,
            image,
        }
    }

    /// A network of the project with one subnet; answers its id.
    async fn network(&self, name: &str, cidr: &str) -> String {
        network_of(&self.user, name, cidr).await
    }

    /// Running, with one interface on each of these networks.
    async fn server(&self, name: &str, networks: &[&str]) -> String {
        let networks = networks.iter().map(|id| json!({"uuid": id})).collect();
        self.server_on(name, networks).await
    }

    async fn server_on(&self, name: &str, networks: Value) -> String {
        let server = self.user.boot(&self.body(name, networks)).await;
        self.user.reaches(&server, "ACTIVE").await;
        server
    }

    fn body(&self, name: &str, networks: Value) -> Value {
        let mut body = boot_body(name, &self.image, &format!("command: {STAYS}"));
        body["server"]["networks"] = networks;
        body
    }

    /// The rules of the group that every port of the project has unless it is told otherwise, those that let in.
    async fn ways_in(&self) -> Vec<String> {
        let path = format!(
            "/security-group-rules?direction=ingress&security_group_id={}",
            self.default_group().await
        );
        let answer = self.user.ask_network(Method::GET, &path, None).await.body;
        ids(&answer["security_group_rules"])
    }

    async fn default_group(&self) -> String {
        let path = format!("/security-groups?name=default&project_id={}", self.user.project);
        let answer = self.user.ask_network(Method::GET, &path, None).await.body;
        text(&answer["security_groups"][0]["id"])
    }

    /// All servers go, then all networks of the project, which only unused ones do; and the host has nothing left of them.
    async fn ends(self) {
        let ports = self.user.ask_network(Method::GET, "/ports", None).await.body;
        let servers = self.user.get("/servers").await.body;
        for server in ids(&servers["servers"]) {
            self.user.delete(&server).await;
        }
        let path = format!("/networks?project_id={}", self.user.project);
        let networks = self.user.ask_network(Method::GET, &path, None).await.body;
        for network in ids(&networks["networks"]) {
            let path = format!("/networks/{network}");
            let answer = self.user.ask_network(Method::DELETE, &path, None).await;
            assert_eq!(answer.status, 204, "{answer:?}");
            assert!(
                !wires::of_host(&wires::bridge(&network)),
                "the bridge of {network}"
            );
        }
        for port in ids(&ports["ports"]) {
            assert_eq!(wires::taps(&port), 0, "the host's end of port {port}");
            assert_eq!(
                wires::passages(&port),
                0,
                "what the engine lets through to port {port}"
            );
        }
    }
}

async fn network_of(user: &Session, name: &str, cidr: &str) -> String {
    let network = text(&user.make("network", &json!({"name": name})).await["id"]);
    let version = if cidr.contains(':') { 6 } else { 4 };
    let subnet = json!({"network_id": network, "cidr": cidr, "ip_version": version, "name": name});
    user.make("subnet", &subnet).await;
    network
}

/// Its addresses in the order of the networks' names.
async fn addresses(user: &Session, server: &str) -> Vec<String> {
    let answer = user.get(&format!("/servers/{server}/ips")).await.body;
    let networks = answer["addresses"].as_object().unwrap().values();
    let all = networks.flat_map(|network| network.as_array().unwrap());
    all.map(|address| text(&address["addr"])).collect()
}

async fn address(user: &Session, server: &str) -> String {
    let all = addresses(user, server).await;
    let [one] = all.as_slice() else {
        panic!("{server} has the addresses {all:?}")
    };
    one.clone()
}

/// Whether an answer to one ping comes: to an address or to a name.
async fn pings(server: &str, to: &str) -> bool {
    let line = format!("busybox ping -c1 -W1 {to}");
    sh(server, &line).await.is_ok()
}

async fn reaches(server: &str, to: &str) {
    let what = format!("{server} reaches {to}");
    until(&what, async || pings(server, to).await.then_some(())).await;
}

/// Until nothing is answered any more.
async fn is_cut_off(server: &str, from: &str) {
    let what = format!("{server} is cut off from {from}");
    until(&what, async || (!pings(server, from).await).then_some(())).await;
    assert!(!pings(server, from).await, "{what} for good");
}

/// The server's own interfaces.
async fn interfaces(server: &str) -> String {
    let said = sh(server, "ls /sys/class/net").await.unwrap();
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn ids(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    list.iter().map(|thing| text(&thing["id"])).collect()
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

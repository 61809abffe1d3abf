//! A project of a test's own in the cloud, and our Neutron client as nova-docker has it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use nova_docker::identity::{Credentials, Domain, Session, Trust};
use nova_docker::network::neutron::{Neutron, Settings};
use nova_docker::network::{Binding, NewPort};
use nova_docker::objects::{
    InstanceId, ProjectId, RequestContext, RequestId, Secret, SystemWorld, UserId, World,
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// Somebody who is logged in.
#[derive(Clone)]
pub(crate) struct Api {
    http: reqwest::Client,
    token: String,
    project: String,
    identity: String,
    network: String,
}

pub(crate) struct Stage {
    pub(crate) neutron: Neutron,
    pub(crate) admin: Api,
    pub(crate) user: Api,
    /// Has the role `service`, which alone may say what a wire does.
    pub(crate) agent: Api,
    pub(crate) project: String,
    /// What ports of this test are bound to.
    pub(crate) host: String,
    cloud: Value,
    folder: PathBuf,
    /// Tests inside a cloud take turns.
    _turn: File,
}

/// More than enough for a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(60);

pub(crate) fn id(thing: &Value) -> Uuid {
    thing["id"].as_str().unwrap().parse().unwrap()
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let folder = std::env::var_os("NOVA_DOCKER_TEST_CLOUD")
            .map(PathBuf::from)
            .expect("NOVA_DOCKER_TEST_CLOUD names no cloud: tools/test brings one up and names its folder");
        let turn = File::create(folder.join("compute.lock")).unwrap();
        let turn = tokio::task::spawn_blocking(move || turn.lock().map(|()| turn));
        let turn = turn.await.unwrap().unwrap();
        let cloud: Value = serde_json::from_slice(&fs::read(folder.join("cloud.json")).unwrap()).unwrap();
        let admin = Api::log_in(&cloud, "admin", "admin").await;
        let name = format!("test-{}", SystemWorld.uuid());
        let project = json!({"project": {"name": name, "domain_id": "default"}});
        let project = admin.identity(Method::POST, "projects", project).await["project"].clone();
        let project = project["id"].as_str().unwrap().to_owned();
        for (kind, name) in [("users", "demo"), ("roles", "member")] {
            assert!(!admin.named(kind, name).await.is_empty(), "{kind} {name}");
        }
        let (user, role) = (
            admin.named("users", "demo").await,
            admin.named("roles", "member").await,
        );
        let path = format!("projects/{project}/users/{user}/roles/{role}");
        admin.identity(Method::PUT, &path, Value::Null).await;
        Self {
            neutron: ours(&cloud, &name),
            user: Api::log_in(&cloud, "demo", &name).await,
            agent: Api::log_in(&cloud, "nova", "service").await,
            host: name,
            admin,
            project,
            cloud,
            folder,
            _turn: turn,
        }
    }

    pub(crate) fn context(&self) -> RequestContext {
        RequestContext {
            judge: None,
            request_id: RequestId(format!("req-{}", SystemWorld.uuid())),
            global_request_id: None,
            user_id: UserId::from("demo"),
            project_id: ProjectId(self.project.clone()),
            roles: vec!["member".to_owned()],
            token: Some(Secret::new(self.user.token.as_str())),
        }
    }

    /// A network of the project with subnets, and their ids.
    pub(crate) async fn network(&self, cidrs: &[&str]) -> (Uuid, Vec<Uuid>) {
        let network = id(&self.user.make("network", json!({"name": "ours"})).await);
        let mut subnets = Vec::new();
        for cidr in cidrs {
            subnets.push(self.subnet(network, cidr).await);
        }
        (network, subnets)
    }

    pub(crate) async fn subnet(&self, network: Uuid, cidr: &str) -> Uuid {
        let version = if cidr.contains(':') { 6 } else { 4 };
        let subnet = json!({
            "network_id": network, "cidr": cidr, "ip_version": version, "dns_nameservers": ["192.0.2.53"],
            "host_routes": [{"destination": "198.51.100.0/24", "nexthop": "10.7.0.9"}], "enable_dhcp": false,
        });
        let subnet = match version {
            4 => subnet,
            _ => json!({"network_id": network, "cidr": cidr, "ip_version": 6, "enable_dhcp": false}),
        };
        id(&self.user.make("subnet", subnet).await)
    }

    /// A network of the project whose ports are bound as `tools/cloud_ml2.py` does on this wire.
    pub(crate) async fn network_on(&self, wire: &str) -> Uuid {
        let network = json!({
            "name": wire, "tenant_id": self.project, "provider:network_type": "vlan", "provider:physical_network": wire,
        });
        let network = id(&self.admin.make("network", network).await);
        self.subnet(network, "10.7.0.0/24").await;
        network
    }

    pub(crate) fn binding(&self) -> Binding {
        Binding {
            instance: InstanceId(SystemWorld.uuid()),
            host: self.host.clone(),
            zone: "nova".to_owned(),
        }
    }

    pub(crate) fn wanted(&self, network: Uuid) -> NewPort {
        NewPort {
            network,
            project: ProjectId(self.project.clone()),
            binding: self.binding(),
            fixed_ip: None,
            security_groups: None,
            dns_name: Some("web".to_owned()),
        }
    }

    pub(crate) fn compute_port(&self) -> u16 {
        u16::try_from(self.cloud["compute_port"].as_u64().unwrap()).unwrap()
    }

    /// `tools/cloud start neutron`, or `stop`.
    pub(crate) fn tool(&self, verb: &str) {
        tool(&self.folder, verb);
    }
}

fn tool(folder: &Path, verb: &str) {
    let done = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/cloud"))
        .args([verb, "neutron"])
        .env("NOVA_DOCKER_CLOUD_DIR", folder)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// As nova-docker is configured.
fn ours(cloud: &Value, host: &str) -> Neutron {
    let credentials = Credentials {
        auth_url: cloud["auth_url"].as_str().unwrap().to_owned(),
        username: "nova".to_owned(),
        password: Secret::new(cloud["users"]["nova"]["password"].as_str().unwrap()),
        user_domain: Domain::Name("Default".to_owned()),
        project_name: "service".to_owned(),
        project_domain: Domain::Name("Default".to_owned()),
        trust: Trust::default(),
    };
    let settings = Settings {
        host: host.to_owned(),
        endpoint: None,
        interfaces: vec!["internal".to_owned(), "public".to_owned()],
        region: Some("RegionOne".to_owned()),
        timeout: SOON,
        http_retries: 0,
        ovs_bridge: "br-int".to_owned(),
        extension_sync_interval: Duration::from_secs(600),
        poll_interval: Duration::from_millis(500),
        send_service_user_token: true,
        trust: Trust::default(),
    };
    let session = Session::new(credentials, Arc::new(SystemWorld)).unwrap();
    Neutron::new(session, settings).unwrap()
}

impl Api {
    async fn log_in(cloud: &Value, user: &str, project: &str) -> Self {
        let http = reqwest::Client::new();
        let domain = json!({"id": "default"});
        let password = &cloud["users"][user]["password"];
        let login = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {"name": user, "domain": domain, "password": password}}},
            "scope": {"project": {"name": project, "domain": domain}},
        }});
        let identity = cloud["auth_url"].as_str().unwrap().to_owned();
        let answer = http
            .post(format!("{identity}/auth/tokens"))
            .json(&login)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201, "login of {user}");
        let token = answer.headers()["x-subject-token"].to_str().unwrap().to_owned();
        let body: Value = answer.json().await.unwrap();
        Self {
            http,
            token,
            project: body["token"]["project"]["id"].as_str().unwrap().to_owned(),
            identity,
            network: format!("{}/v2.0", cloud["network_url"].as_str().unwrap()),
        }
    }

    async fn call(&self, method: Method, url: String, body: Value) -> Value {
        let request = self
            .http
            .request(method, &url)
            .header("X-Auth-Token", &self.token);
        let request = match body {
            Value::Null => request,
            body => request.json(&body),
        };
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{url}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    async fn identity(&self, method: Method, path: &str, body: Value) -> Value {
        self.call(method, format!("{}/{path}", self.identity), body).await
    }

    async fn named(&self, kind: &str, name: &str) -> String {
        let found = self
            .identity(Method::GET, &format!("{kind}?name={name}"), Value::Null)
            .await;
        found[kind][0]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn network(&self, method: Method, path: &str, body: Value) -> Value {
        self.call(method, format!("{}/{path}", self.network), body).await
    }

    /// Makes a `kind` (`security-group`).
    pub(crate) async fn make(&self, kind: &str, body: Value) -> Value {
        let key = kind.replace('-', "_");
        let plural = format!("{kind}s").replace("sss", "sses");
        self.network(Method::POST, &plural, json!({&key: body})).await[&key].clone()
    }

    pub(crate) async fn change(&self, kind: &str, id: Uuid, body: Value) {
        let key = kind.replace('-', "_");
        self.network(Method::PUT, &format!("{kind}s/{id}"), json!({key: body}))
            .await;
    }

    pub(crate) fn project(&self) -> &str {
        &self.project
    }

    async fn sweep(&self, project: &str) {
        for kind in [
            "floatingips",
            "routers",
            "ports",
            "networks",
            "security-groups",
            "address-groups",
        ] {
            let listed = self
                .network(Method::GET, &format!("{kind}?tenant_id={project}"), Value::Null)
                .await;
            for thing in listed[kind.replace('-', "_")].as_array().unwrap() {
                // A project's default group goes with the project only.
                if kind != "ports" || !thing["device_owner"].as_str().unwrap().starts_with("network:") {
                    let url = format!("{}/{kind}/{}", self.network, thing["id"].as_str().unwrap());
                    let request = self.http.delete(url).header("X-Auth-Token", &self.token);
                    request.send().await.unwrap();
                }
            }
        }
        let url = format!("{}/projects/{project}", self.identity);
        self.http
            .delete(url)
            .header("X-Auth-Token", &self.token)
            .send()
            .await
            .unwrap();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let (admin, project, folder) = (self.admin.clone(), self.project.clone(), self.folder.clone());
        let swept = std::thread::spawn(move || {
            tool(&folder, "start");
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            // Connections of the test's own runtime do not work in this one.
            let admin = Api {
                http: reqwest::Client::new(),
                ..admin
            };
            runtime.block_on(admin.sweep(&project));
        });
        if swept.join().is_err() {
            eprintln!("the project {} could not be taken away", self.project);
        }
    }
}

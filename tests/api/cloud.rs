//! A cloud in this process, and a client of it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use nova_docker::api::console;
use nova_docker::api::healthcheck::HealthSettings;
use nova_docker::api::policy::Policy;
use nova_docker::api::{self, LinkSettings, RequestIds};
use nova_docker::compute::{self, Compute};
use nova_docker::db::{Db, Records};
use nova_docker::identity::{Error, Named, ValidToken, Validate};
use nova_docker::image::local::LocalImages;
use nova_docker::image::{ImageService, NewImage};
use nova_docker::network::fake::FakeNetwork;
use nova_docker::objects::{ProjectId, RequestContext, RequestId, SystemWorld, UserId, World};
use nova_docker::virt::fake::{FakeDriver, FakeFaults};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::contract::{Asked, check};

const POLICY: &str = "policy.yaml";

/// Project and token go by the same name; `admin` is an administrator, `operator` one in the project of `demo`, `reader` reads
/// in the project of `demo`, and `service` is another service of the cloud.
#[derive(Debug)]
pub(crate) struct People;

#[async_trait]
impl Validate for People {
    async fn validate(&self, token: &str) -> Result<Arc<ValidToken>, Error> {
        let (project, roles): (&str, &[&str]) = match token {
            "demo" => ("0d", &["member", "reader"]),
            "reader" => ("0d", &["reader"]),
            "other" => ("0e", &["member", "reader"]),
            "operator" => ("0d", &["admin", "member", "reader"]),
            "admin" => ("0a", &["admin", "member", "reader"]),
            "service" => ("0f", &["service"]),
            _ => return Err(Error::Unauthorized),
        };
        Ok(Arc::new(ValidToken {
            user: named(token),
            project: Some(named(project)),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            expires_at: SystemWorld.now() + Duration::from_secs(3600),
        }))
    }

    /// `ended` was the token of `demo`.
    async fn validate_expired(&self, token: &str) -> Result<Arc<ValidToken>, Error> {
        self.validate(if token == "ended" { "demo" } else { token }).await
    }

    fn uri(&self) -> &str {
        "http://identity.example:5000"
    }
}

fn named(id: &str) -> Named {
    Named {
        id: id.to_owned(),
        name: id.to_owned(),
        domain_id: "default".to_owned(),
        domain_name: "Default".to_owned(),
    }
}

pub(crate) struct Cloud {
    router: Router,
    pub(crate) consoles: Router,
    pub(crate) compute: Compute,
    pub(crate) image: String,
    folder: tempfile::TempDir,
    pub(crate) faults: FakeFaults,
    pub(crate) network: FakeNetwork,
    /// The only network of the project of `demo`.
    pub(crate) private: Uuid,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Cloud {
    /// With one public image, whose id is `image`.
    pub(crate) async fn start() -> Self {
        let compute_settings = compute::Settings::default();
        Self::start_with(consoles(), compute_settings).await
    }

    pub(crate) async fn start_with(settings: console::Settings, compute_settings: compute::Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::in_memory().await.unwrap();
        let world: Arc<dyn World> = Arc::new(SystemWorld);
        let store = folder.path().join("images");
        let images = LocalImages::open(db.images(), store, world.clone())
            .await
            .unwrap();
        let image = upload(&images).await;
        let images: Arc<dyn ImageService> = Arc::new(images);
        let driver = FakeDriver::new("host1", db.deployment(), images.clone());
        let faults = driver.faults();
        let network = FakeNetwork::default();
        let private = network.add_network("0d", "private", &["10.0.0.0/24".parse().unwrap()]);
        let compute_settings = compute::Settings {
            host: "host1".to_owned(),
            ..compute_settings
        };
        let compute = Compute::open(compute::Parts {
            records: Arc::new(db),
            driver: Arc::new(driver),
            images,
            network: Arc::new(network.clone()),
            world: world.clone(),
            settings: compute_settings,
        });
        let compute = compute.await.unwrap();
        let consoles = Arc::new(settings);
        let ids = RequestIds::new(world.clone(), None);
        let doors = api::console::router(compute.clone(), consoles.clone(), ids);
        let router = api::compute::router(api::compute::Parts {
            compute: compute.clone(),
            identity: Arc::new(People),
            policy: Arc::new(Policy::open(&folder.path().join(POLICY)).unwrap()),
            world,
            links: LinkSettings::default(),
            consoles,
            max_limit: 1000,
            max_body: 114_688,
            health: HealthSettings::default(),
        });
        Self {
            router,
            consoles: doors,
            compute,
            image,
            folder,
            faults,
            network,
            private,
        }
    }

    /// What the operator's rules are from now on.
    pub(crate) fn set_policy(&self, text: &str) {
        std::fs::write(self.folder.path().join(POLICY), text).unwrap();
    }

    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        answer(self.router.clone(), request).await
    }

    /// Of the service that serves consoles.
    pub(crate) async fn ask_consoles(&self, request: Request<Body>) -> Answer {
        answer(self.consoles.clone(), request).await
    }

    /// As the token's user, at a microversion. Whatever comes back is held against the API's document.
    pub(crate) async fn call(
        &self,
        token: &str,
        version: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("Host", "cloud:8774")
            .header("X-Auth-Token", token)
            .header("OpenStack-API-Version", format!("compute {version}"))
            .header("Content-Type", "application/json");
        let sent = body
            .as_ref()
            .map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let answer = self.send(request.body(sent).unwrap()).await;
        // Below /v2 it is 2.1, whatever is asked for.
        let version = if path.starts_with("/v2/") { "2.1" } else { version };
        if let Ok(version) = version.parse() {
            let asked = Asked {
                version,
                method,
                path,
                body: body.as_ref(),
            };
            check(&asked, &answer);
        }
        answer
    }

    pub(crate) async fn get(&self, version: &str, path: &str) -> Answer {
        self.call("demo", version, "GET", path, None).await
    }

    /// As the administrator.
    pub(crate) async fn admin(&self, version: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call("admin", version, method, path, body).await
    }

    /// Waits until the server is gone.
    pub(crate) async fn delete(&self, id: &str) {
        let path = format!("/v2.1/servers/{id}");
        assert_eq!(self.call("demo", "2.1", "DELETE", &path, None).await.status, 204);
        for _ in 0..2000 {
            if self.get("2.1", &path).await.status == 404 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("server {id} is still there");
    }

    pub(crate) async fn post(&self, version: &str, path: &str, body: Value) -> Answer {
        self.call("demo", version, "POST", path, Some(body)).await
    }

    /// A server that has been asked for; its id.
    pub(crate) async fn create(&self, name: &str) -> String {
        let body = json!({"server": {"name": name, "imageRef": self.image, "flavorRef": "42"}});
        let answer = self.post("2.1", "/v2.1/servers", body).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        answer.body["server"]["id"].as_str().unwrap().to_owned()
    }

    /// A server that runs.
    pub(crate) async fn boot(&self, name: &str) -> String {
        let id = self.create(name).await;
        self.until(&id, "ACTIVE").await;
        id
    }

    /// Waits for a status with nothing under way, and answers the server as 2.100 shows it.
    pub(crate) async fn until(&self, id: &str, status: &str) -> Value {
        for _ in 0..2000 {
            let answer = self.get("2.100", &format!("/v2.1/servers/{id}")).await;
            let server = &answer.body["server"];
            if server["status"] == status && server["OS-EXT-STS:task_state"].is_null() {
                return server.clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("server {id} never became {status}");
    }

    pub(crate) async fn act(&self, version: &str, id: &str, action: Value) -> Answer {
        self.post(version, &format!("/v2.1/servers/{id}/action"), action)
            .await
    }
}

impl Answer {
    /// The one fault in the body: its name and message.
    pub(crate) fn fault(&self) -> (String, String) {
        let (name, fault) = self.body.as_object().unwrap().iter().next().unwrap();
        assert_eq!(fault["code"], self.status.as_u16());
        (name.clone(), fault["message"].as_str().unwrap().to_owned())
    }

    pub(crate) fn keys(&self, under: &str) -> Vec<String> {
        let mut keys: Vec<String> = self.body[under].as_object().unwrap().keys().cloned().collect();
        keys.sort_unstable();
        keys
    }
}

async fn answer(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: serde_json::from_slice(&bytes).unwrap_or(Value::String(text)),
    }
}

/// Where consoles are, as far as users are told.
pub(crate) fn consoles() -> console::Settings {
    console::Settings {
        serial_url: Some("ws://cloud:6083/".to_owned()),
        novnc_url: Some("http://cloud:6083/".to_owned()),
        host: "192.0.2.9".to_owned(),
        port: 6083,
        ..console::Settings::default()
    }
}

async fn upload(images: &LocalImages) -> String {
    let context = RequestContext {
        judge: None,
        request_id: RequestId::from("req-0"),
        global_request_id: None,
        user_id: UserId::from("admin"),
        project_id: ProjectId::from("0a"),
        roles: vec!["admin".to_owned()],
        token: None,
    };
    let new = NewImage {
        name: "busybox".to_owned(),
        container_format: "docker".to_owned(),
        disk_format: "raw".to_owned(),
        ..NewImage::default()
    };
    let image = images.create(&context, new).await.unwrap();
    let data = stream::iter([Ok(archive().into())]).boxed();
    images.upload(&context, image.id, data).await.unwrap();
    let public = nova_docker::image::local::Edit::Visibility(nova_docker::objects::Visibility::Public);
    images
        .update_image(&context, image.id, vec![public])
        .await
        .unwrap();
    image.id.to_string()
}

/// The least that `docker save` could write: a configuration with a command, and no layers.
fn archive() -> Vec<u8> {
    let config = json!({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["sh"]}, "rootfs": {"type": "layers", "diff_ids": []}});
    let manifest = json!([{"Config": "c0ffee.json", "RepoTags": ["busybox:latest"], "Layers": []}]);
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content) in [("c0ffee.json", config), ("manifest.json", manifest)] {
        let content = content.to_string();
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, content.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap()
}

//! A user who is logged in and speaks HTTP: for what the command line clients cannot say, and for polling.

use std::path::Path;

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::until;

/// New enough for everything, old enough for keypairs to be generated.
const VERSION: &str = "compute 2.90";

pub(crate) struct Session {
    http: reqwest::Client,
    pub(crate) token: String,
    pub(crate) project: String,
    pub(crate) identity: String,
    pub(crate) compute: String,
    pub(crate) image: String,
    pub(crate) network: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Null when it is no JSON.
    pub(crate) body: Value,
}

/// A cloud in `clouds.yaml`.
pub(super) fn cloud_of(clouds: &Path, cloud: &str) -> Value {
    let text = std::fs::read_to_string(clouds).unwrap();
    let clouds: Value = serde_yaml::from_str(&text).unwrap();
    clouds["clouds"][cloud].clone()
}

/// How one logs in there.
pub(super) fn auth_of(clouds: &Path, cloud: &str) -> Value {
    cloud_of(clouds, cloud)["auth"].clone()
}

impl Session {
    pub(crate) async fn of_cloud(clouds: &Path, cloud: &str) -> Self {
        let auth = auth_of(clouds, cloud);
        let text = |name: &str| auth[name].as_str().unwrap();
        Self::log_in(
            text("auth_url"),
            text("username"),
            text("password"),
            text("project_name"),
        )
        .await
    }

    pub(crate) async fn log_in(auth_url: &str, user: &str, password: &str, project: &str) -> Self {
        let http = reqwest::Client::new();
        let domain = json!({"id": "default"});
        let login = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {"name": user, "domain": domain, "password": password}}},
            "scope": {"project": {"name": project, "domain": domain}},
        }});
        let answer = http
            .post(format!("{auth_url}/auth/tokens"))
            .json(&login)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201, "login of {user}");
        let token = answer.headers()["x-subject-token"].to_str().unwrap().to_owned();
        let body: Value = answer.json().await.unwrap();
        let at = |kind| endpoint(&body["token"]["catalog"], kind);
        Self {
            http,
            token,
            project: body["token"]["project"]["id"].as_str().unwrap().to_owned(),
            identity: auth_url.to_owned(),
            compute: at("compute"),
            image: at("image"),
            network: at("network"),
        }
    }

    pub(crate) fn to(&self, method: Method, url: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, url);
        request
            .header("X-Auth-Token", &self.token)
            .header("OpenStack-API-Version", VERSION)
    }

    /// What compute answers, or why it did not.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> reqwest::Result<Answer> {
        let request = self.to(method, &format!("{}{path}", self.compute));
        let request = body.iter().fold(request, |request, body| request.json(body));
        read(request.send().await?).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await.unwrap()
    }

    /// What the network API answers.
    pub(crate) async fn ask_network(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = self.to(method, &format!("{}/v2.0{path}", self.network));
        let request = body.iter().fold(request, |request, body| request.json(body));
        read(request.send().await.unwrap()).await.unwrap()
    }

    /// Makes a network, a subnet, a rule...; answers it as the network API shows it.
    pub(crate) async fn make(&self, kind: &str, fields: &Value) -> Value {
        let path = format!("/{}s", kind.replace('_', "-"));
        let body = json!({kind: fields});
        let answer = self.ask_network(Method::POST, &path, Some(&body)).await;
        assert_eq!(answer.status, 201, "{body}: {answer:?}");
        answer.body[kind].clone()
    }

    /// An action that must be accepted.
    pub(crate) async fn act(&self, server: &str, action: Value) -> Value {
        let answer = self.post(&format!("/servers/{server}/action"), &action).await;
        assert!(answer.status.is_success(), "{action}: {answer:?}");
        answer.body
    }

    /// Asks for a server that must be accepted; answers its id.
    pub(crate) async fn boot(&self, body: &Value) -> String {
        let answer = self.post("/servers", body).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        answer.body["server"]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn server(&self, id: &str) -> Option<Value> {
        let answer = self.get(&format!("/servers/{id}")).await;
        match answer.status.as_u16() {
            200 => Some(answer.body["server"].clone()),
            404 => None,
            _ => panic!("{answer:?}"),
        }
    }

    /// Until the server has that status and nothing is being done to it. One in ERROR fails the test at once.
    pub(crate) async fn reaches(&self, id: &str, status: &str) -> Value {
        until(&format!("server {id} is {status}"), async || {
            let server = self.server(id).await.expect("the server is there");
            let failed = server["status"] == "ERROR" && server["OS-EXT-STS:task_state"].is_null();
            assert!(!failed || status == "ERROR", "{}", server["fault"]);
            (server["status"] == status && server["OS-EXT-STS:task_state"].is_null()).then_some(server)
        })
        .await
    }

    pub(crate) async fn delete(&self, id: &str) {
        let answer = self
            .ask(Method::DELETE, &format!("/servers/{id}"), None)
            .await
            .unwrap();
        assert_eq!(answer.status, 204, "{answer:?}");
        until("the server is gone", async || {
            self.server(id).await.is_none().then_some(())
        })
        .await;
    }

    pub(crate) async fn images(&self, query: &str) -> Vec<Value> {
        let answer = self
            .to(Method::GET, &format!("{}/v2/images?{query}", self.image))
            .send()
            .await
            .unwrap();
        let body: Value = answer.json().await.unwrap();
        body["images"].as_array().unwrap().clone()
    }

    pub(crate) async fn image(&self, id: &str) -> Option<Value> {
        let answer = self
            .to(Method::GET, &format!("{}/v2/images/{id}", self.image))
            .send()
            .await
            .unwrap();
        match answer.status().as_u16() {
            404 => None,
            _ => Some(answer.json().await.unwrap()),
        }
    }

    pub(crate) async fn upload(&self, name: &str, data: Vec<u8>) -> String {
        let id = self.describe(&json!({"name": name})).await;
        let answer = self.send_data(&id, data).await;
        assert_eq!(answer.status, 204, "{answer:?}");
        id
    }

    /// An image without its data; answers the id.
    pub(crate) async fn describe(&self, fields: &Value) -> String {
        let mut image = json!({"container_format": "docker", "disk_format": "raw"});
        image
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let url = format!("{}/v2/images", self.image);
        let answer = read(self.to(Method::POST, &url).json(&image).send().await.unwrap())
            .await
            .unwrap();
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn send_data(&self, id: &str, data: Vec<u8>) -> Answer {
        let url = format!("{}/v2/images/{id}/file", self.image);
        let request = self
            .to(Method::PUT, &url)
            .header("Content-Type", "application/octet-stream");
        read(request.body(data).send().await.unwrap()).await.unwrap()
    }

    pub(crate) async fn delete_image(&self, id: &str) {
        let answer = self
            .to(Method::DELETE, &format!("{}/v2/images/{id}", self.image))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 204);
    }
}

async fn read(answer: reqwest::Response) -> reqwest::Result<Answer> {
    Ok(Answer {
        status: answer.status(),
        headers: answer.headers().clone(),
        body: serde_json::from_slice(&answer.bytes().await?).unwrap_or_default(),
    })
}

fn endpoint(catalog: &Value, kind: &str) -> String {
    let mut services = catalog.as_array().unwrap().iter();
    let service = services
        .find(|service| service["type"] == kind)
        .expect("the catalog has the service");
    let mut endpoints = service["endpoints"].as_array().unwrap().iter();
    let public = endpoints
        .find(|endpoint| endpoint["interface"] == "public")
        .unwrap();
    public["url"].as_str().unwrap().trim_end_matches('/').to_owned()
}

impl Answer {
    /// The sentence of a fault, whatever it is called.
    pub(crate) fn message(&self) -> &str {
        let mut faults = self.body.as_object().expect("a fault has a body").values();
        faults.next().unwrap()["message"].as_str().unwrap()
    }

    pub(crate) fn is(&self, status: u16, sentence: &str) {
        assert_eq!((self.status.as_u16(), self.message()), (status, sentence));
    }
}

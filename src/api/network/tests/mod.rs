//! What clients of Neutron's API see.

mod asking;
mod bodies;
mod lists;
mod others;
mod rights;

use std::sync::Arc;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use http::Request;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::identity::{self, Named, ValidToken};
use crate::network::local::Founding;
use crate::network::local::tests::empty;
use crate::objects::{ProjectId, SystemWorld};

/// Tokens are names of projects; "admin" and "reader" are what they say, and "bad" is not valid.
#[derive(Debug)]
struct ByName;

#[async_trait]
impl Validate for ByName {
    async fn validate(&self, token: &str) -> Result<Arc<ValidToken>, identity::Error> {
        if token == "bad" {
            return Err(identity::Error::Unauthorized);
        }
        let named = |id: &str| Named {
            id: id.to_owned(),
            name: id.to_owned(),
            domain_id: "default".to_owned(),
            domain_name: "Default".to_owned(),
        };
        let role = match token {
            "admin" | "reader" => token,
            _ => "member",
        };
        Ok(Arc::new(ValidToken {
            user: named("u"),
            project: Some(named(token)),
            roles: vec![role.to_owned()],
            expires_at: "2999-01-01T00:00:00Z".parse().unwrap(),
        }))
    }

    fn uri(&self) -> &str {
        "http://keystone/v3"
    }
}

struct Cloud {
    door: Router,
    networks: LocalNetworks,
}

type Answer = (u16, Value);

impl Cloud {
    async fn new() -> Self {
        let (networks, _) = empty().await;
        Self {
            door: router(Parts {
                networks: networks.clone(),
                identity: Arc::new(ByName),
                ids: RequestIds::new(Arc::new(SystemWorld), None),
                zone: "nova".to_owned(),
            }),
            networks,
        }
    }

    /// With the networks of a first start.
    async fn founded() -> Self {
        let cloud = Self::new().await;
        let founding = Founding {
            private: "10.0.0.0/24".parse().unwrap(),
            public: "172.24.4.0/24".parse().unwrap(),
            admin_project: ProjectId::from("admin"),
        };
        cloud.networks.found(&founding).await.unwrap();
        cloud
    }

    async fn ask(&self, token: &str, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "cloud:9696")
            .header("x-auth-token", token);
        let response = self
            .door
            .clone()
            .oneshot(request.body(body.into()).unwrap())
            .await
            .unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask("demo", "GET", path, Body::empty()).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("demo", "POST", path, body.to_string()).await
    }

    async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask("demo", "PUT", path, body.to_string()).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.ask("demo", "DELETE", path, Body::empty()).await
    }

    /// Made by "demo", as it is shown.
    async fn made(&self, path: &str, name: &str, fields: Value) -> Value {
        let (status, mut body) = self.post(path, json!({ name: fields })).await;
        assert_eq!(status, 201, "{body}");
        body[name].take()
    }

    async fn network(&self, fields: Value) -> Value {
        self.made("/v2.0/networks", "network", fields).await
    }

    /// A network with a subnet: the ids of both.
    async fn place(&self, cidr: &str) -> (String, String) {
        let network = id(&self.network(json!({})).await);
        let subnet = json!({ "network_id": network, "ip_version": 4, "cidr": cidr });
        let subnet = self.made("/v2.0/subnets", "subnet", subnet).await;
        (network, id(&subnet))
    }
}

fn id(shown: &Value) -> String {
    shown["id"].as_str().unwrap().to_owned()
}

fn refused(status: u16, kind: &str, message: impl Into<String>) -> Answer {
    let told = json!({ "type": kind, "message": message.into(), "detail": "" });
    (status, json!({ "NeutronError": told }))
}

/// One field of each that is listed.
fn each(answer: &Answer, list: &str, field: &str) -> Vec<String> {
    assert_eq!(answer.0, 200, "{answer:?}");
    let all = answer.1[list].as_array().unwrap();
    all.iter()
        .map(|one| one[field].as_str().unwrap_or("null").to_owned())
        .collect()
}

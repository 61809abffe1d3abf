//! What clients of Neutron's API see of routers and floating IPs.

mod floating_ips;
mod routers;

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::api::RequestIds;
use crate::api::network::{Parts, router};
use crate::db::Db;
use crate::identity::{self, Named, ValidToken, Validate};
use crate::network::local::LocalNetworks;
use crate::objects::SystemWorld;

/// Tokens are names of projects, of which "admin" is the administrators'.
#[derive(Debug)]
struct ByName;

#[async_trait]
impl Validate for ByName {
    async fn validate(&self, token: &str) -> Result<Arc<ValidToken>, identity::Error> {
        let named = |id: &str| Named {
            id: id.to_owned(),
            name: id.to_owned(),
            domain_id: "default".to_owned(),
            domain_name: "Default".to_owned(),
        };
        let role = if token == "admin" { "admin" } else { "member" };
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
}

impl Cloud {
    async fn new() -> Self {
        let db = Db::in_memory().await.unwrap();
        let world = Arc::new(SystemWorld);
        let parts = Parts {
            networks: LocalNetworks::open(db.networks(), world.clone()).await.unwrap(),
            identity: Arc::new(ByName),
            ids: RequestIds::new(world, None),
            zone: "nova".to_owned(),
        };
        Self { door: router(parts) }
    }

    async fn ask(&self, who: &str, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/v2.0/{path}"))
            .header("x-auth-token", who)
            .body(Body::from(body.to_string()))
            .unwrap();
        let response = self.door.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// What was made, without the word around it.
    async fn make(&self, who: &str, path: &str, name: &str, wanted: Value) -> Value {
        let (status, mut made) = self.ask(who, "POST", path, json!({ name: wanted })).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made[name].take()
    }

    async fn network(&self, who: &str, cidr: &str, wanted: Value) -> (String, String) {
        let network = id(&self.make(who, "networks", "network", wanted).await);
        let version = if cidr.contains(':') { 6 } else { 4 };
        let subnet = json!({ "network_id": network, "cidr": cidr, "ip_version": version });
        let subnet = id(&self.make(who, "subnets", "subnet", subnet).await);
        (network, subnet)
    }

    async fn public(&self) -> (String, String) {
        self.network("admin", "203.0.113.0/24", json!({ "router:external": true }))
            .await
    }

    async fn router(&self, who: &str, wanted: Value) -> String {
        id(&self.make(who, "routers", "router", wanted).await)
    }

    async fn put(&self, who: &str, path: &str, body: Value) -> (StatusCode, Value) {
        self.ask(who, "PUT", path, body).await
    }

    async fn join(&self, who: &str, router: &str, subnet: &str) -> (StatusCode, Value) {
        let path = format!("routers/{router}/add_router_interface");
        self.put(who, &path, json!({ "subnet_id": subnet })).await
    }

    async fn part(&self, who: &str, router: &str, subnet: &str) -> (StatusCode, Value) {
        let path = format!("routers/{router}/remove_router_interface");
        self.put(who, &path, json!({ "subnet_id": subnet })).await
    }

    async fn port(&self, who: &str, network: &str) -> Value {
        self.make(who, "ports", "port", json!({ "network_id": network }))
            .await
    }
}

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

fn refused(status: u16, kind: &str, message: &str) -> (StatusCode, Value) {
    let body = json!({ "NeutronError": { "type": kind, "message": message, "detail": "" } });
    (StatusCode::from_u16(status).unwrap(), body)
}

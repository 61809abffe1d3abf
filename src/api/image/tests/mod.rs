//! What clients of Glance's API see.

mod callers;
mod data;
mod descriptions;
mod glance_client;

use std::io;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use http::header::{CONTENT_TYPE, LOCATION, WWW_AUTHENTICATE};
use http::{Request, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;

use super::*;
use crate::identity::{self, Credentials, Domain, Named, Session, ValidToken};
use crate::image::glance::{Glance, Settings};
use crate::image::local::tests::empty;
use crate::image::{self, ImageService, NewImage};
use crate::objects::{
    ImageId, ImageStatus, ProjectId, RequestContext, RequestId, Secret, SystemWorld, UserId,
};

const PATCH: &str = "application/openstack-images-v2.1-json-patch";
const OCTETS: &str = "application/octet-stream";

/// Tokens are names of projects; "admin", "reader" and "unscoped" are what they say, and "bad" is not valid.
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
        Ok(Arc::new(ValidToken {
            user: named("u"),
            project: (token != "unscoped").then(|| named(token)),
            roles: match token {
                "unscoped" => Vec::new(),
                "admin" | "reader" => vec![token.to_owned()],
                _ => vec!["member".to_owned()],
            },
            expires_at: "2999-01-01T00:00:00Z".parse().unwrap(),
        }))
    }

    fn uri(&self) -> &str {
        "http://keystone/v3"
    }
}

struct Cloud {
    door: Router,
    _folder: TempDir,
}

impl Cloud {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let world = Arc::new(SystemWorld);
        let images = empty(&folder).await;
        Self {
            door: router(images, Arc::new(ByName), RequestIds::new(world, None)),
            _folder: folder,
        }
    }

    async fn send(&self, request: Request<Body>) -> Response {
        self.door.clone().oneshot(request).await.unwrap()
    }

    async fn ask(&self, method: &str, path: &str, kind: &str, body: impl Into<Body>) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("x-auth-token", "demo");
        let response = self
            .send(request.header(CONTENT_TYPE, kind).body(body.into()).unwrap())
            .await;
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.ask("GET", path, "application/json", Body::empty()).await
    }

    async fn create(&self, image: Value) -> Value {
        let (status, image) = self
            .ask("POST", "/v2/images", "application/json", image.to_string())
            .await;
        assert_eq!(status, StatusCode::CREATED, "{image}");
        image
    }
}

fn refused(message: &str, status: u16, name: &str) -> (StatusCode, Value) {
    let body = json!({ name: { "code": status, "message": message } });
    (StatusCode::from_u16(status).unwrap(), body)
}

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
use crate::db::Db;
use crate::identity::{self, Credentials, Domain, Named, Session, ValidToken};
use crate::image::glance::{Glance, Settings};
use crate::image::{self, ImageService, NewImage};
use crate::objects::{
    ImageId, ImageStatus, ProjectId, RequestContext, RequestId, Secret, SystemWorld, UserId,
};

const PATCH: &str = "application/openstack-images-v2.1-json-patch";
const OCTETS: &str = "application/octet-stream";

/// Tokens are names of projects; "admin" is what it says, and "bad" is not valid.
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
            project: Some(named(token)),
            roles: vec![if token == "admin" { "admin" } else { "member" }.to_owned()],
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
        let records = Db::in_memory().await.unwrap().images();
        let images = LocalImages::open(records, folder.path().join("images"), world.clone())
            .await
            .unwrap();
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

#[tokio::test]
async fn an_image_is_shown_as_glance_shows_it() {
    let cloud = Cloud::new().await;
    let id = "0eee2688-f57e-465c-8b00-5d019089594a";
    let image = json!({ "id": id, "name": "bb", "container_format": "docker", "disk_format": "raw", "tags": ["t"],
                        "min_ram": 64, "os_distro": "busybox" });
    let mut created = cloud.create(image).await;
    assert_eq!(
        cloud.get(&format!("/v2/images/{id}")).await,
        (StatusCode::OK, created.clone())
    );
    for time in ["created_at", "updated_at"] {
        let time = created.as_object_mut().unwrap().shift_remove(time).unwrap();
        assert_eq!(time.as_str().unwrap().len(), "2026-11-21T08:00:00Z".len());
    }
    let expected = json!({
        "os_distro": "busybox", "name": "bb", "disk_format": "raw", "container_format": "docker",
        "visibility": "shared", "size": null, "virtual_size": null, "status": "queued", "checksum": null,
        "protected": false, "min_ram": 64, "min_disk": 0, "owner": "demo", "os_hidden": false, "os_hash_algo": null,
        "os_hash_value": null, "id": id, "tags": ["t"], "self": format!("/v2/images/{id}"),
        "file": format!("/v2/images/{id}/file"), "schema": "/v2/schemas/image",
    });
    assert_eq!(created, expected);
}

#[tokio::test]
async fn a_new_image_says_where_it_is() {
    let cloud = Cloud::new().await;
    let request = Request::post("/v2/images")
        .header("x-auth-token", "demo")
        .header("host", "cloud:9292");
    let response = cloud.send(request.body(Body::from("{}")).unwrap()).await;
    let location = response.headers()[LOCATION].to_str().unwrap().to_owned();
    let id: Uuid = location
        .strip_prefix("http://cloud:9292/v2/images/")
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(cloud.get(&format!("/v2/images/{id}")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn data_goes_in_once_and_comes_out() {
    let cloud = Cloud::new().await;
    let image = cloud
        .create(json!({ "name": "a", "container_format": "bare", "disk_format": "raw" }))
        .await;
    let file = image["file"].as_str().unwrap();
    assert_eq!(cloud.get(file).await.0, StatusCode::NO_CONTENT);
    let wrong = cloud.ask("PUT", file, "application/json", "hello").await;
    let message = "The data of an image is sent with Content-Type: application/octet-stream";
    assert_eq!(wrong, refused(message, 415, "badMediaType"));
    assert_eq!(
        cloud.ask("PUT", file, OCTETS, "hello").await,
        (StatusCode::NO_CONTENT, Value::Null)
    );
    let again = cloud.ask("PUT", file, OCTETS, "hello").await;
    let message = "Image status transition from active to saving is not allowed";
    assert_eq!(again, refused(message, 409, "conflictingRequest"));

    let request = Request::get(file)
        .header("x-auth-token", "demo")
        .body(Body::empty())
        .unwrap();
    let response = cloud.send(request).await;
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-length"), "5");
    assert_eq!(header("content-md5"), "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(header("content-type"), OCTETS);
    assert_eq!(to_bytes(response.into_body(), 9).await.unwrap(), "hello");
}

#[tokio::test]
async fn a_truncated_archive_is_refused_and_leaves_the_image_queued() {
    let cloud = Cloud::new().await;
    let image = cloud
        .create(json!({ "name": "a", "container_format": "docker", "disk_format": "raw" }))
        .await;
    let mut header = tar::Header::new_ustar();
    header.set_path("l1/layer.tar").unwrap();
    header.set_size(1_000_000);
    header.set_cksum();
    let sent = [header.as_bytes().as_slice(), &[0; 5000]].concat();
    let answer = cloud
        .ask("PUT", image["file"].as_str().unwrap(), OCTETS, sent)
        .await;
    let message = "the docker save archive is truncated: it ends in the middle; upload it again, whole";
    assert_eq!(answer, refused(message, 400, "badRequest"));
    assert_eq!(
        cloud.get(image["self"].as_str().unwrap()).await.1["status"],
        "queued"
    );
}

#[tokio::test]
async fn a_patch_changes_whole_attributes() {
    let cloud = Cloud::new().await;
    let image = cloud.create(json!({ "name": "a", "colour": "red" })).await;
    let path = image["self"].as_str().unwrap();
    let patch = json!([
        { "op": "replace", "path": "/name", "value": "b" },
        { "op": "add", "path": "/a~1b", "value": "1" },
        { "op": "remove", "path": "/colour" },
        { "op": "replace", "path": "/tags", "value": ["x", "x"] },
    ]);
    let (status, changed) = cloud.ask("PATCH", path, PATCH, patch.to_string()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&changed["name"], &changed["a/b"], &changed["tags"]),
        (&json!("b"), &json!("1"), &json!(["x"]))
    );
    assert!(changed.get("colour").is_none());
}

#[tokio::test]
async fn a_patch_that_is_refused_changes_nothing() {
    let cloud = Cloud::new().await;
    let image = cloud.create(json!({ "name": "a" })).await;
    let path = image["self"].as_str().unwrap();
    let cases = [
        (
            json!([{ "op": "replace", "path": "/size", "value": 1 }]),
            403,
            "Attribute 'size' is read-only.",
        ),
        (
            json!([{ "op": "remove", "path": "/name" }]),
            403,
            "Property name may not be removed.",
        ),
        (
            json!([{ "op": "replace", "path": "/no", "value": "1" }]),
            409,
            "Property no does not exist.",
        ),
        (
            json!([{ "op": "replace", "path": "name", "value": "1" }]),
            400,
            "Pointer `name` does not start with \"/\".",
        ),
        (
            json!({}),
            400,
            "Request body must be a JSON array of operation objects.",
        ),
        (
            json!([{ "op": "add", "path": "/x" }]),
            400,
            "Operation \"add\" requires a member named \"value\".",
        ),
    ];
    for (patch, status, message) in cases {
        let (got, body) = cloud.ask("PATCH", path, PATCH, patch.to_string()).await;
        let told = body.as_object().unwrap().values().next().unwrap();
        assert_eq!(
            (got.as_u16(), told["message"].as_str().unwrap()),
            (status, message)
        );
    }
    assert_eq!(
        cloud.ask("PATCH", path, "application/json", "[]").await.0,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    assert_eq!(cloud.get(path).await.1, image);
}

#[tokio::test]
async fn a_list_has_links_to_its_pages() {
    let cloud = Cloud::new().await;
    for name in ["a", "b", "c"] {
        cloud.create(json!({ "name": name, "tags": ["x y"] })).await;
    }
    let (_, first) = cloud.get("/v2/images?sort=name:asc&limit=2&tag=x%20y").await;
    assert_eq!(first["first"], "/v2/images?sort=name%3Aasc&limit=2&tag=x%20y");
    let (_, second) = cloud.get(first["next"].as_str().unwrap()).await;
    let names = |page: &Value| -> Vec<String> {
        page["images"]
            .as_array()
            .unwrap()
            .iter()
            .map(|image| image["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        (names(&first), names(&second)),
        (vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()])
    );
    assert_eq!(second.get("next"), None);
    let (_, some) = cloud
        .get("/v2/images?name=in:a,%22c%22&sort_key=name&sort_dir=desc")
        .await;
    assert_eq!(names(&some), ["c", "a"]);
    let (_, none) = cloud.get("/v2/images?created_at=lt:2020-01-01T00:00:00Z").await;
    assert!(names(&none).is_empty());
    for bad in [
        "limit=x",
        "limit=-1",
        "sort=colour",
        "visibility=x",
        "size_min=x",
        "created_at=near:2020",
        "os_hidden=1x",
    ] {
        assert_eq!(
            cloud.get(&format!("/v2/images?{bad}")).await.0,
            StatusCode::BAD_REQUEST,
            "{bad}"
        );
    }
}

#[tokio::test]
async fn tags_and_members_are_what_they_can_be() {
    let cloud = Cloud::new().await;
    let image = cloud.create(json!({})).await;
    let path = image["self"].as_str().unwrap();
    let tag = format!("{path}/tags/blue");
    assert_eq!(
        cloud.ask("PUT", &tag, "", Body::empty()).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(cloud.get(path).await.1["tags"], json!(["blue"]));
    assert_eq!(
        cloud.ask("DELETE", &tag, "", Body::empty()).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        cloud.ask("DELETE", &tag, "", Body::empty()).await.0,
        StatusCode::NOT_FOUND
    );
    let members = format!("{path}/members");
    let none = json!({ "members": [], "schema": "/v2/schemas/members" });
    assert_eq!(cloud.get(&members).await, (StatusCode::OK, none));
    let body = json!({ "member": "p" }).to_string();
    assert_eq!(
        cloud.ask("POST", &members, "application/json", body).await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        cloud
            .ask("DELETE", &format!("{members}/p"), "", Body::empty())
            .await
            .0,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn callers_need_a_valid_token_but_for_versions_and_health() {
    let cloud = Cloud::new().await;
    for (path, status) in [
        ("/", 300),
        ("/versions", 200),
        ("/healthcheck", 200),
        ("/v2/images", 401),
        ("/nothing", 404),
    ] {
        let response = cloud.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
    }
    let request = Request::get("/v2/images")
        .header("x-auth-token", "bad")
        .body(Body::empty())
        .unwrap();
    let response = cloud.send(request).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        response.headers()[WWW_AUTHENTICATE],
        "Keystone uri=\"http://keystone/v3\""
    );
    for schema in ["image", "images", "member", "members"] {
        assert_eq!(
            cloud.get(&format!("/v2/schemas/{schema}")).await.0,
            StatusCode::OK
        );
    }
    let none = cloud.get("/v2/images/nope").await;
    assert_eq!(
        none,
        refused(
            "Failed to find image nope to show: No image found with ID nope",
            404,
            "itemNotFound"
        )
    );
}

/// Our own client of Glance, at this door over a real connection.
async fn client(cloud: &Cloud) -> (Glance, RequestContext) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v2/", listener.local_addr().unwrap());
    let door = cloud.door.clone();
    tokio::spawn(async move { axum::serve(listener, door).await });
    let nobody = Credentials {
        auth_url: "http://127.0.0.1:1".to_owned(),
        username: String::new(),
        password: Secret::new(""),
        user_domain: Domain::Id("default".to_owned()),
        project_name: String::new(),
        project_domain: Domain::Id("default".to_owned()),
        cafile: None,
        insecure: false,
    };
    let session = Session::new(nobody, Arc::new(SystemWorld)).unwrap();
    let settings = Settings {
        endpoints: vec![url],
        num_retries: 1,
        ..Settings::default()
    };
    let context = RequestContext {
        request_id: RequestId::from("req-1"),
        global_request_id: None,
        user_id: UserId::from("u"),
        project_id: ProjectId::from("demo"),
        roles: Vec::new(),
        token: Some(Secret::new("demo")),
    };
    (Glance::new(session, settings).unwrap(), context)
}

fn snapshot() -> NewImage {
    NewImage {
        name: "snap".to_owned(),
        container_format: "bare".to_owned(),
        disk_format: "raw".to_owned(),
        properties: [("image_type".to_owned(), "snapshot".to_owned())].into(),
        ..NewImage::default()
    }
}

#[tokio::test]
async fn glances_client_makes_fills_reads_and_deletes_an_image() {
    let cloud = Cloud::new().await;
    let (glance, context) = client(&cloud).await;
    let image = glance.create(&context, snapshot()).await.unwrap();
    assert_eq!(
        (image.status, image.properties["image_type"].as_str()),
        (ImageStatus::Queued, "snapshot")
    );
    assert_eq!(image.properties.len(), 1);
    let data = stream::iter([Ok(Bytes::from_static(b"hel")), Ok(Bytes::from_static(b"lo"))]).boxed();
    glance.upload(&context, image.id, data).await.unwrap();
    let shown = glance.show(&context, image.id).await.unwrap();
    assert_eq!((shown.status, shown.size), (ImageStatus::Active, Some(5)));
    let download = glance.download(&context, image.id).await.unwrap();
    assert_eq!(download.size, Some(5));
    assert_eq!(
        download.stream.try_collect::<Vec<_>>().await.unwrap().concat(),
        b"hello"
    );
    glance.delete(&context, image.id).await.unwrap();
    assert!(matches!(
        glance.show(&context, image.id).await,
        Err(image::Error::NotFound(_))
    ));
}

#[tokio::test]
async fn an_upload_whose_source_fails_never_becomes_active() {
    let cloud = Cloud::new().await;
    let (glance, context) = client(&cloud).await;
    let image = glance.create(&context, snapshot()).await.unwrap();
    let broken = stream::iter([Ok(Bytes::from_static(b"hel")), Err(io::Error::other("gone"))]).boxed();
    assert!(glance.upload(&context, image.id, broken).await.is_err());
    let left = loop {
        let image = glance.show(&context, image.id).await.unwrap();
        if image.status != ImageStatus::Saving {
            break image;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((left.status, left.size), (ImageStatus::Queued, None));
}

#[tokio::test]
async fn glances_words_reach_the_user() {
    let cloud = Cloud::new().await;
    let (glance, context) = client(&cloud).await;
    let odd = NewImage {
        container_format: "box".to_owned(),
        ..snapshot()
    };
    let error = glance.create(&context, odd).await.unwrap_err();
    assert!(matches!(error, image::Error::Invalid(_)));
    assert!(
        error
            .to_string()
            .starts_with("Invalid container_format 'box' for image"),
        "{error}"
    );
    let nobody = ImageId(Uuid::nil());
    let error = glance.download(&context, nobody).await.unwrap_err();
    assert_eq!(error.to_string(), format!("Image {nobody} could not be found."));
}

//! What Prometheus reads.

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Request, StatusCode};
use nova_docker::api::metrics::Metrics;
use tower::ServiceExt;

use crate::cloud::Cloud;

async fn text(service: &Router, path: &str) -> (StatusCode, String) {
    let ask = Request::get(path)
        .header("X-Auth-Token", "demo")
        .body(Body::empty());
    let answer = service.clone().oneshot(ask.unwrap()).await.unwrap();
    let status = answer.status();
    let body = to_bytes(answer.into_body(), 1_000_000).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn answers_are_counted_by_route_and_servers_by_state() {
    let cloud = Cloud::start().await;
    let metrics = Metrics::default();
    let (service, page) = (
        metrics.around("compute", cloud.router()),
        metrics.clone().router(cloud.compute.clone()),
    );
    cloud.boot("one").await;
    let two = cloud.boot("two").await;
    cloud.act("2.1", &two, serde_json::json!({"os-stop": null})).await;
    cloud.until(&two, "SHUTOFF").await;
    for path in [
        format!("/v2.1/servers/{two}"),
        "/v2.1/servers/nowhere".to_owned(),
        "/v2.1/servers/elsewhere".to_owned(),
        "/wrong".to_owned(),
    ] {
        text(&service, &path).await;
    }
    let (status, said) = text(&page, "/metrics").await;
    assert_eq!(status, StatusCode::OK);
    let count = "nova_docker_http_request_duration_seconds_count";
    let route = |route: &str, status: u16| {
        format!(r#"{count}{{service="compute",method="GET",route="{route}",status="{status}"}}"#)
    };
    for line in [
        format!("{} 1", route("/v2.1/servers/{id}", 200)),
        format!("{} 2", route("/v2.1/servers/{id}", 404)),
        format!("{} 1", route("none", 404)),
        r#"nova_docker_servers{vm_state="active"} 1"#.to_owned(),
        r#"nova_docker_servers{vm_state="stopped"} 1"#.to_owned(),
        "nova_docker_engine_up 1".to_owned(),
    ] {
        assert!(said.lines().any(|other| other == line), "{line} in\n{said}");
    }
    cloud.delete(&two).await;
    let (_, said) = text(&page, "/metrics").await;
    assert!(!said.contains("stopped"), "{said}");
}

//! Neutron tells the compute service of the catalog what happens to ports.

use axum::extract::State;
use axum::{Json, Router};
use nova_docker::network::NetworkService;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::stage::{SOON, Stage};

#[tokio::test]
async fn compute_is_told_when_a_port_works_inside_a_cloud() {
    let stage = Stage::set().await;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", stage.compute_port()))
        .await
        .unwrap();
    let (tell, mut told) = mpsc::unbounded_channel();
    let door = Router::new()
        .route("/v2.1/os-server-external-events", axum::routing::post(hear))
        .with_state(tell);
    tokio::spawn(async move { axum::serve(listener, door).await.unwrap() });
    let network = stage.network_on("late").await;
    let wanted = stage.wanted(network);
    let port = stage.neutron.create_port(&wanted).await.unwrap();
    stage
        .agent
        .change("port", port.id, json!({"binding:profile": {"wired": true}}))
        .await;
    let expected = json!({
        "server_uuid": wanted.binding.instance, "name": "network-vif-plugged", "status": "completed", "tag": port.id,
    });
    let heard = async {
        while let Some(event) = told.recv().await {
            if event == expected {
                return;
            }
        }
    };
    tokio::time::timeout(SOON, heard).await.unwrap();
    assert!(stage.neutron.vifs(&[port.id]).await.unwrap()[0].active);
}

async fn hear(State(tell): State<mpsc::UnboundedSender<Value>>, Json(body): Json<Value>) -> Json<Value> {
    for event in body["events"].as_array().unwrap() {
        let _ = tell.send(event.clone());
    }
    Json(json!({"events": []}))
}

//! Neutron goes away and comes back.

use futures_util::StreamExt;
use nova_docker::network::{Changed, Error, NetworkService};

use crate::stage::{SOON, Stage};

#[tokio::test]
async fn a_neutron_that_was_away_is_asked_for_everything_inside_a_cloud() {
    let stage = Stage::set().await;
    let (network, _) = stage.network(&["10.7.0.0/24"]).await;
    let port = stage.neutron.create_port(&stage.wanted(network)).await.unwrap();
    let mut changes = stage.neutron.changes();
    assert_eq!(changes.next().await, Some(Changed::Ports(vec![port.id])));
    stage.tool("stop");
    let refused = stage
        .neutron
        .create_port(&stage.wanted(network))
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::Unreachable { .. }), "{refused:?}");
    let silence = tokio::time::timeout(std::time::Duration::from_secs(2), changes.next()).await;
    assert!(silence.is_err(), "{silence:?}");
    stage.tool("start");
    let told = tokio::time::timeout(SOON, changes.next()).await.unwrap();
    assert_eq!(told, Some(Changed::Everything));
    assert_eq!(stage.neutron.vifs(&[port.id]).await.unwrap()[0].id, port.id);
}

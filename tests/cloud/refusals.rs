//! What Neutron refuses, in its own sentence, leaves nothing behind.

use nova_docker::network::{Error, NetworkService, NewPort, PortChange};
use serde_json::json;
use uuid::Uuid;

use crate::stage::Stage;

/// The kind of a refusal and its sentence.
fn told(error: &Error) -> (&'static str, String) {
    let kind = match error {
        Error::NotFound(_) => "not found",
        Error::Invalid(_) => "invalid",
        Error::Conflict(_) => "conflict",
        Error::OverQuota(_) => "over quota",
        Error::Exhausted(_) => "exhausted",
        _ => "another",
    };
    (kind, error.to_string())
}

#[tokio::test]
async fn refusals_are_neutrons_own_sentences_inside_a_cloud() {
    let stage = Stage::set().await;
    let (network, subnets) = stage.network(&["10.7.0.0/30"]).await;
    let at = |address: &str| NewPort {
        fixed_ip: Some(address.parse().unwrap()),
        ..stage.wanted(network)
    };
    let refused = async |port: NewPort| {
        let instance = port.binding.instance;
        let refused = stage.neutron.create_port(&port).await.unwrap_err();
        assert_eq!(stage.neutron.ports_of(instance).await.unwrap(), []);
        told(&refused)
    };
    stage.neutron.create_port(&at("10.7.0.2")).await.unwrap();
    assert_eq!(
        refused(at("10.7.0.2")).await,
        (
            "conflict",
            format!("IP address 10.7.0.2 already allocated in subnet {}", subnets[0])
        )
    );
    assert_eq!(
        refused(stage.wanted(network)).await,
        (
            "exhausted",
            format!("No more IP addresses available on network {network}.")
        )
    );
    let check = async |address: &str| {
        let context = stage.context();
        let checked = stage
            .neutron
            .check_address(&context, network, address.parse().unwrap());
        checked.await.as_ref().err().map(told)
    };
    let (taken, outside) = (check("10.7.0.2").await.unwrap(), check("10.8.0.2").await.unwrap());
    assert_eq!(taken.0, "conflict");
    assert!(
        taken
            .1
            .starts_with("Fixed IP address 10.7.0.2 is already in use on instance "),
        "{taken:?}"
    );
    let nobodys = format!("Fixed IP 10.8.0.2 is not a valid ip address for network {network}.");
    assert_eq!(outside, ("invalid", nobodys));
    assert_eq!(check("10.7.0.3").await, None);
    let outside = "IP address 10.8.0.2 is not a valid IP for any of the subnets on the specified network.";
    assert_eq!(refused(at("10.8.0.2")).await, ("invalid", outside.to_owned()));
    let nowhere = Uuid::from_u128(1);
    assert_eq!(
        refused(stage.wanted(nowhere)).await,
        ("not found", format!("Network {nowhere} could not be found."))
    );
    let missing = stage.neutron.port(&stage.context(), nowhere).await.unwrap_err();
    assert_eq!(
        told(&missing),
        ("not found", format!("Port {nowhere} could not be found."))
    );
}

#[tokio::test]
async fn a_port_over_the_quota_is_refused_inside_a_cloud() {
    let stage = Stage::set().await;
    let (network, _) = stage.network(&["10.7.0.0/24"]).await;
    let context = stage.context();
    assert_eq!(stage.neutron.ports_left(&context).await.unwrap(), None);
    let path = format!("quotas/{}", stage.project);
    stage
        .admin
        .network(reqwest::Method::PUT, &path, json!({"quota": {"port": 1}}))
        .await;
    assert_eq!(stage.neutron.ports_left(&context).await.unwrap(), Some(1));
    let port = stage.neutron.create_port(&stage.wanted(network)).await.unwrap();
    assert_eq!(stage.neutron.ports_left(&context).await.unwrap(), Some(0));
    let refused = stage
        .neutron
        .create_port(&stage.wanted(network))
        .await
        .unwrap_err();
    let sentence = "Quota exceeded for resources: ['port'].".to_owned();
    assert_eq!(told(&refused), ("over quota", sentence));
    stage.neutron.delete_port(port.id).await.unwrap();
    assert_eq!(stage.neutron.ports_left(&context).await.unwrap(), Some(1));
}

#[tokio::test]
async fn a_port_that_nobody_can_bind_is_not_left_behind_inside_a_cloud() {
    let stage = Stage::set().await;
    let network = stage.network_on("none").await;
    let wanted = stage.wanted(network);
    let (kind, sentence) = told(&stage.neutron.create_port(&wanted).await.unwrap_err());
    assert_eq!(kind, "invalid");
    assert!(sentence.starts_with("Binding failed for port "), "{sentence}");
    assert_eq!(stage.neutron.ports_of(wanted.binding.instance).await.unwrap(), []);
    let port = crate::stage::id(&stage.user.make("port", json!({"network_id": network})).await);
    let bind = PortChange::Bind {
        binding: stage.binding(),
        dns_name: None,
    };
    let (_, sentence) = told(&stage.neutron.update_port(port, &bind).await.unwrap_err());
    assert_eq!(
        sentence,
        format!("Binding failed for port {port}, please check neutron logs for more information.")
    );
    let kept = stage.neutron.port(&stage.context(), port).await.unwrap();
    assert_eq!((kept.device_id, kept.device_owner.as_str()), (None, ""));
}

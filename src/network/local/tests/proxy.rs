//! The service as the Compute API passes things on to it.

use super::*;
use crate::network::firewall::Ethertype;
use crate::network::{Admission, Error as Refused, FloatingIps, Groups, NetworkProxy, NetworkService};

async fn founded() -> LocalNetworks {
    let (networks, _) = empty().await;
    let founding = Founding {
        private: "10.0.0.0/24".parse().unwrap(),
        public: "172.24.4.0/24".parse().unwrap(),
        admin_project: ProjectId::from("admin"),
    };
    networks.found(&founding).await.unwrap();
    networks
}

async fn network(networks: &LocalNetworks, external: bool) -> Uuid {
    let seen = networks.seen_networks(&caller("p"), external).await.unwrap();
    let fits = seen.iter().find(|network| network.external == external);
    fits.unwrap().id
}

#[tokio::test]
async fn groups_and_their_rules_are_the_services_own() {
    let networks = founded().await;
    let (ours, theirs) = (caller("p"), caller("q"));
    let made = networks.create_group(&ours, "web", "of a test").await.unwrap();
    let own = networks.groups(&ours, Groups::Own).await.unwrap();
    let mut names: Vec<&str> = own.iter().map(|group| group.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["default", "web"]);
    assert_eq!(
        networks.groups(&ours, Groups::These(&[made.id])).await.unwrap(),
        std::slice::from_ref(&made)
    );
    assert_eq!(
        networks.groups(&theirs, Groups::These(&[made.id])).await.unwrap(),
        []
    );
    let admits = Admission {
        ethertype: Ethertype::V6,
        protocol: Some("tcp".to_owned()),
        min: Some(80),
        max: Some(80),
        remote_group: None,
        remote_prefix: Some("2001:db8::/32".parse().unwrap()),
    };
    let rule = networks.create_rule(&ours, made.id, &admits).await.unwrap();
    assert_eq!((rule.group, &rule.admits), (made.id, &admits));
    assert_eq!(
        networks.rules(&ours, &[made.id]).await.unwrap(),
        std::slice::from_ref(&rule)
    );
    let twice = networks.create_rule(&ours, made.id, &admits).await;
    assert!(matches!(twice, Err(Refused::Conflict(_))), "{twice:?}");
    let strange = networks.delete_rule(&theirs, rule.id).await;
    assert!(matches!(strange, Err(Refused::NotFound(_))), "{strange:?}");
    networks.delete_rule(&ours, rule.id).await.unwrap();
    let renamed = networks.update_group(&ours, made.id, "front", "").await.unwrap();
    assert_eq!(
        (renamed.name.as_str(), renamed.description.as_str()),
        ("front", "")
    );
    networks.delete_group(&ours, made.id).await.unwrap();
}

#[tokio::test]
async fn a_floating_ip_is_taken_led_to_a_server_and_given_back() {
    let networks = founded().await;
    let ours = caller("p");
    let (private, public) = (network(&networks, false).await, network(&networks, true).await);
    let server = super::seam::new_port(private, 7);
    let port = networks.create_port(&server).await.unwrap();
    let fixed = port.fixed_ips[0].1;
    let taken = networks.create_floating_ip(&ours, public).await.unwrap();
    assert_eq!((taken.network_name.as_str(), taken.port), ("public", None));
    networks
        .lead_floating_ip(&ours, taken.id, Some((port.id, fixed)))
        .await
        .unwrap();
    let by_address = networks
        .floating_ips(&ours, FloatingIps::Address(taken.address))
        .await;
    let led = by_address.unwrap().remove(0);
    assert_eq!((led.port, led.fixed), (Some(port.id), Some(fixed)));
    assert_eq!(led.device, Some(server.binding.instance.to_string()));
    let vif = networks.vifs(&[port.id]).await.unwrap().remove(0);
    assert_eq!(vif.floating_ips[0].floating, taken.address);
    assert_eq!(
        networks
            .floating_ips(&caller("q"), FloatingIps::Id(taken.id))
            .await
            .unwrap(),
        []
    );
    networks.lead_floating_ip(&ours, taken.id, None).await.unwrap();
    assert_eq!(
        networks.floating_ips(&ours, FloatingIps::Own).await.unwrap(),
        std::slice::from_ref(&taken)
    );
    networks.delete_floating_ip(&ours, taken.id).await.unwrap();
    assert_eq!(networks.floating_ips(&ours, FloatingIps::Own).await.unwrap(), []);
    let inner = networks.create_floating_ip(&ours, private).await;
    assert!(matches!(inner, Err(Refused::Invalid(_))), "{inner:?}");
}

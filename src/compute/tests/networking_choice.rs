//! Which networks a server gets, and what is refused before anything is written.

use base64::Engine as _;
use uuid::Uuid;

use super::stage::*;
use crate::compute::{Boot, Compute, Error, ServerFilter};
use crate::network::NetworkService;
use crate::objects::*;

const NOWHERE: Uuid = Uuid::from_u128(404);

/// The kind of the refusal and its words; nothing may have been written.
pub(super) async fn refusal(compute: &Compute, boot: Boot) -> (&'static str, String) {
    let error = compute.boot(&user(), boot).await.unwrap_err();
    let all = compute.list(&user(), &ServerFilter::default()).await.unwrap();
    assert!(all.iter().all(|i| i.name != "refused"), "{error}");
    let kind = match &error {
        Error::Invalid(_) => "400",
        Error::Forbidden(_) | Error::OverQuota { .. } => "403",
        Error::Conflict(_) => "409",
        Error::Unavailable { .. } => "503",
        _ => "500",
    };
    (kind, error.to_string())
}

pub(super) fn refused(boot: Boot) -> Boot {
    Boot {
        name: "refused".to_owned(),
        ..boot
    }
}

fn with_address(network: Uuid, address: &str) -> Boot {
    Boot {
        network: NetworkChoice::These(vec![WantedNetwork {
            network: Some(network),
            fixed_ip: Some(address.parse().unwrap()),
            ..WantedNetwork::default()
        }]),
        ..boot("web")
    }
}

#[tokio::test]
async fn without_a_wish_a_server_is_on_the_projects_only_network_or_on_none() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let lonely = stage.active(&compute).await;
    assert_eq!(stage.until(lonely, |_| true).await.vifs, []);
    let cidr = "10.9.0.0/24".parse().unwrap();
    let shared = stage.network.add_network("other", "shared", &[cidr]);
    stage
        .network
        .change_network(shared, |network| network.shared = true);
    let guest = stage.active(&compute).await;
    assert_eq!(stage.until(guest, |_| true).await.vifs[0].network.id, shared);
    let own = stage.network("private");
    let id = stage.active(&compute).await;
    let vifs = stage.until(id, |_| true).await.vifs.clone();
    assert_eq!(
        (
            vifs[0].network.id,
            vifs[0].network.label.as_str(),
            vifs[0].device()
        ),
        (own, "private", "eth0".to_owned())
    );
    stage.network("second");
    let (kind, words) = refusal(&compute, refused(boot("web"))).await;
    assert_eq!(
        (kind, words.as_str()),
        (
            "409",
            "Multiple possible networks found, use a Network ID to be more specific."
        )
    );
    let none = Boot {
        network: NetworkChoice::None,
        ..boot("web")
    };
    let id = compute.boot(&user(), none).await.unwrap().instances[0].id;
    let active = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(active.vifs, []);
}

#[tokio::test]
async fn a_port_is_bound_to_this_host_before_the_server_is_up() {
    let stage = Stage::new().await;
    let network = stage.network("private");
    let compute = stage.open().await;
    let request = Boot {
        network: NetworkChoice::These(vec![WantedNetwork {
            network: Some(network),
            tag: Some("front".to_owned()),
            ..WantedNetwork::default()
        }]),
        ..boot("web")
    };
    let id = compute.boot(&user(), request).await.unwrap().instances[0].id;
    let active = stage.until(id, |i| is(i, VmState::Active)).await;
    let port = &stage.network.ports()[0];
    assert_eq!(
        (
            port.device_id.as_deref(),
            port.device_owner.as_str(),
            port.host.as_deref()
        ),
        (Some(id.to_string().as_str()), "compute:nova", Some("edge-1"))
    );
    assert_eq!(port.project, ProjectId::from("demo"));
    let vif = &active.vifs[0];
    assert_eq!(
        (vif.id, vif.tag.as_deref(), vif.preserve_on_delete, vif.active),
        (port.id, Some("front"), false, true)
    );
    let connected = stage.faults().network(id).unwrap();
    assert_eq!(connected.vifs, active.vifs);
    assert_eq!(connected.guards, stage.network.guards(&[port.id]).await.unwrap());
    assert_eq!(active.wiring.guards, connected.guards);
    assert!(!active.wiring.unsettled);
}

#[tokio::test]
async fn networks_that_a_server_cannot_have_are_refused_in_novas_words() {
    let stage = Stage::new().await;
    let own = stage.network("private");
    let secret = stage
        .network
        .add_network("other", "secret", &["10.8.0.0/24".parse().unwrap()]);
    let bare = stage.network.add_network("demo", "bare", &[]);
    let outside = stage
        .network
        .add_network("other", "public", &["192.0.2.0/24".parse().unwrap()]);
    stage
        .network
        .change_network(outside, |network| network.external = true);
    let compute = stage.open().await;
    for (boot, kind, words) in [
        (
            boot_on(&[NOWHERE]),
            "400",
            format!("Network {NOWHERE} could not be found."),
        ),
        (
            boot_on(&[own, secret]),
            "400",
            format!("Network {secret} could not be found."),
        ),
        (
            boot_on(&[bare]),
            "400",
            format!("Network {bare} requires a subnet in order to boot instances on."),
        ),
        (
            boot_on(&[outside]),
            "403",
            format!("It is not allowed to create an interface on external network {outside}"),
        ),
        (
            with_address(own, "10.1.1.1"),
            "400",
            format!("Invalid input received: Fixed IP 10.1.1.1 is not a valid ip address for network {own}."),
        ),
        (
            Boot {
                max_count: 2,
                ..with_address(own, "10.0.0.9")
            },
            "400",
            "Failed to launch instances: max_count cannot be greater than 1 if an fixed_ip is specified."
                .to_owned(),
        ),
    ] {
        assert_eq!(refusal(&compute, refused(boot)).await, (kind, words));
    }
    assert_eq!(stage.network.ports(), []);
}

#[tokio::test]
async fn an_address_is_for_one_server() {
    let stage = Stage::new().await;
    let own = stage.network("private");
    let compute = stage.open().await;
    let held = stage
        .network
        .faults()
        .hold(crate::network::fake::Verb::CreatePort)
        .await;
    let id = compute
        .boot(&user(), with_address(own, "10.0.0.9"))
        .await
        .unwrap()
        .instances[0]
        .id;
    let taken = format!("Fixed IP address 10.0.0.9 is already in use on instance {id}.");
    let again = || refused(with_address(own, "10.0.0.9"));
    assert_eq!(
        refusal(&compute, again()).await,
        ("409", taken.clone()),
        "before there is a port"
    );
    drop(held);
    let active = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(
        active.vifs[0].fixed_ips().next().unwrap().0.to_string(),
        "10.0.0.9"
    );
    assert_eq!(refusal(&compute, again()).await, ("409", taken));
}

#[tokio::test]
async fn ports_that_a_server_cannot_have_are_refused_in_novas_words() {
    let stage = Stage::new().await;
    let own = stage.network("private");
    let compute = stage.open().await;
    let port = stage.network.add_port("demo", own).unwrap();
    let bare = stage.network.add_port("demo", own).unwrap();
    stage.network.change_port(bare, |port| port.fixed_ips.clear());
    let foreign = stage.network.add_port("other", own).unwrap();
    let twice = match boot_with_port(port).network {
        NetworkChoice::These(wanted) => [wanted.clone(), wanted].concat(),
        _ => Vec::new(),
    };
    for (boot, kind, words) in [
        (boot_with_port(NOWHERE), "400", format!("Port id {NOWHERE} could not be found.")),
        (boot_with_port(foreign), "400", format!("Port id {foreign} could not be found.")),
        (
            boot_with_port(bare),
            "400",
            format!("Port {bare} requires a FixedIP in order to be used."),
        ),
        (
            Boot {
                network: NetworkChoice::These(twice),
                ..boot("web")
            },
            "400",
            format!("Port ID '{port}' was specified twice: you cannot attach a port multiple times."),
        ),
        (
            Boot {
                max_count: 2,
                ..boot_with_port(port)
            },
            "400",
            "Failed to launch instances: Unable to launch multiple instances with a single configured port ID. \
             Please launch your instance one by one with different ports."
                .to_owned(),
        ),
    ] {
        assert_eq!(refusal(&compute, refused(boot)).await, (kind, words));
    }
}

#[tokio::test]
async fn a_users_port_is_for_one_server() {
    let stage = Stage::new().await;
    let own = stage.network("private");
    let compute = stage.open().await;
    let port = stage.network.add_port("demo", own).unwrap();
    let held = stage
        .network
        .faults()
        .hold(crate::network::fake::Verb::UpdatePort)
        .await;
    let id = compute
        .boot(&user(), boot_with_port(port))
        .await
        .unwrap()
        .instances[0]
        .id;
    let in_use = ("409", format!("Port {port} is still in use."));
    assert_eq!(
        refusal(&compute, refused(boot_with_port(port))).await,
        in_use,
        "before the port says so"
    );
    drop(held);
    let active = stage.until(id, |i| is(i, VmState::Active)).await;
    assert!(active.vifs[0].preserve_on_delete);
    assert_eq!(refusal(&compute, refused(boot_with_port(port))).await, in_use);
}

#[tokio::test]
async fn as_many_servers_are_made_as_there_may_be_ports() {
    let stage = Stage::new().await;
    let (one, two) = (stage.network("one"), stage.network("two"));
    stage.network.limit_ports("demo", 5);
    let compute = stage.open().await;
    let request = Boot {
        min_count: 1,
        max_count: 4,
        ..boot_on(&[one, two])
    };
    let booted = compute.boot(&user(), request.clone()).await.unwrap().instances;
    assert_eq!(booted.len(), 2);
    for instance in booted {
        let active = stage.until(instance.id, |i| is(i, VmState::Active)).await;
        let devices: Vec<_> = active
            .vifs
            .iter()
            .map(|vif| (vif.network.id, vif.device()))
            .collect();
        assert_eq!(devices, [(one, "eth0".to_owned()), (two, "eth1".to_owned())]);
    }
    assert_eq!(
        refusal(&compute, refused(request)).await,
        ("403", "Maximum number of ports exceeded".to_owned())
    );
}

#[tokio::test]
async fn security_groups_are_found_by_name_or_id_and_put_on_ports_that_are_made() {
    let stage = Stage::new().await;
    let network = stage.network("private");
    let web = stage.network.add_security_group("demo", "web");
    let db = stage.network.add_security_group("demo", "db");
    let lent = stage.network.add_port("demo", network).unwrap();
    let compute = stage.open().await;
    let grouped = |names: &[&str], boot: Boot| Boot {
        security_groups: names.iter().map(|name| (*name).to_owned()).collect(),
        ..boot
    };
    let request = grouped(&["web", &db.to_string(), "web"], boot_on(&[network]));
    let id = compute.boot(&user(), request).await.unwrap().instances[0].id;
    stage.until(id, |i| is(i, VmState::Active)).await;
    let groups = |device: InstanceId| {
        let ports = stage.network.ports();
        let port = ports
            .into_iter()
            .find(|port| port.device_id == Some(device.to_string()));
        port.unwrap().security_groups
    };
    assert_eq!(groups(id), [web, db]);
    let request = grouped(&["web"], boot_with_port(lent));
    let id = compute.boot(&user(), request).await.unwrap().instances[0].id;
    stage.until(id, |i| is(i, VmState::Active)).await;
    assert!(!groups(id).contains(&web), "a user's port keeps its own groups");
    assert_eq!(
        refusal(&compute, refused(grouped(&["nope"], boot_on(&[network])))).await,
        (
            "400",
            "Security group nope not found for project demo.".to_owned()
        )
    );
    stage.network.add_security_group("demo", "web");
    assert_eq!(
        refusal(&compute, refused(grouped(&["web"], boot_on(&[network])))).await,
        (
            "409",
            "Multiple security_group matches found for name 'web', use an ID to be more specific.".to_owned()
        )
    );
    stage
        .network
        .change_network(network, |network| network.port_security_enabled = false);
    assert_eq!(
        refusal(&compute, refused(grouped(&["db"], boot_on(&[network])))).await,
        (
            "400",
            "Network requires port_security_enabled and subnet associated in order to apply security groups."
                .to_owned()
        )
    );
}

#[tokio::test]
async fn a_container_that_joins_another_network_has_none_of_its_own() {
    let stage = Stage::new().await;
    let network = stage.network("private");
    let compute = stage.open().await;
    let data =
        base64::engine::general_purpose::STANDARD.encode("{\"HostConfig\": {\"NetworkMode\": \"host\"}}");
    let user_data = Some(UserData::new(data).unwrap());
    let wish = |network| Boot {
        network,
        user_data: user_data.clone(),
        ..boot("web")
    };
    let words = "The network_mode 'host' of the user_data is for a server without networks: ask for `networks: none`.";
    let operator = RequestContext {
        roles: vec!["admin".to_owned()],
        ..user()
    };
    for choice in [NetworkChoice::Unspecified, boot_on(&[network]).network] {
        let error = compute.boot(&operator, refused(wish(choice))).await.unwrap_err();
        assert!(matches!(error, Error::Invalid(_)), "{error:?}");
        assert_eq!(error.to_string(), words);
    }
    let id = compute
        .boot(&operator, wish(NetworkChoice::None))
        .await
        .unwrap()
        .instances[0]
        .id;
    stage.until(id, |i| is(i, VmState::Active)).await;
}

#[tokio::test]
async fn while_nobody_answers_a_boot_is_not_accepted() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    stage.network.faults().down(true);
    let (kind, words) = refusal(&compute, refused(boot("web"))).await;
    assert_eq!(kind, "503");
    assert!(
        words.starts_with("the network service is not available at the moment"),
        "{words}"
    );
}

//! Interfaces, addresses and groups of a server that is there.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::stage::*;
use crate::compute::{Compute, Error};
use crate::network::fake::Verb as Net;
use crate::network::{self, PortStatus};
use crate::objects::*;
use crate::virt::fake::Verb;

fn to(network: Uuid) -> WantedNetwork {
    WantedNetwork {
        network: Some(network),
        ..WantedNetwork::default()
    }
}

fn by(port: Uuid) -> WantedNetwork {
    WantedNetwork {
        port: Some(port),
        ..WantedNetwork::default()
    }
}

async fn server(stage: &Stage, compute: &Compute, network: Uuid) -> InstanceId {
    let id = compute
        .boot(&user(), boot_on(&[network]))
        .await
        .unwrap()
        .instances[0]
        .id;
    stage.until(id, |i| is(i, VmState::Active)).await;
    id
}

fn ends(stage: &Stage, id: InstanceId) -> BTreeSet<Uuid> {
    stage.faults().host_ends(id)
}

#[tokio::test]
async fn an_interface_comes_and_goes_while_the_server_runs() {
    let stage = Stage::new().await;
    let (one, two) = (stage.network("one"), stage.network("two"));
    let compute = stage.open().await;
    let id = server(&stage, &compute, one).await;
    let context = user();
    let attached = compute.attach_interface(&context, id, to(two)).await.unwrap();
    assert_eq!(
        (attached.vif.network.id, attached.vif.device(), attached.status),
        (two, "eth1".to_owned(), PortStatus::Active)
    );
    let record = stage.db_instance(id).await;
    let connected = stage.faults().network(id).unwrap();
    assert_eq!((&connected.vifs, connected.guards.len()), (&record.vifs, 2));
    assert_eq!(connected.guards, record.wiring.guards);
    assert!(!record.wiring.unsettled);
    let listed = compute.interfaces(&context, id).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(
        compute.interface(&context, id, attached.vif.id).await.unwrap(),
        attached
    );
    let action = compute.action(&context, id, &context.request_id).await.unwrap();
    assert_eq!(
        (
            action.action.as_str(),
            action.events[0].event.as_str(),
            action.events[0].result.as_deref()
        ),
        ("attach_interface", "compute_attach_interface", Some("Success"))
    );

    let first = record.vifs[0].id;
    let context = user();
    compute.detach_interface(&context, id, first).await.unwrap();
    let record = stage
        .until(id, |i| i.vifs.len() == 1 && !i.wiring.unsettled)
        .await;
    assert_eq!(record.vifs[0].device(), "eth1", "the other keeps its name");
    assert_eq!(stage.bound_ports(), [attached.vif.id]);
    assert_eq!(stage.faults().network(id).unwrap().vifs, record.vifs);
    assert_eq!(ends(&stage, id), BTreeSet::from([attached.vif.id]));
    let action = compute.action(&context, id, &context.request_id).await.unwrap();
    assert_eq!(action.events[0].event, "compute_detach_interface");
    let again = compute.attach_interface(&user(), id, to(one)).await.unwrap();
    assert_eq!(again.vif.device(), "eth0", "the free name is used again");
    assert_eq!(
        words(compute.detach_interface(&user(), id, first).await),
        format!("Port {first} is not attached")
    );
    assert_eq!(
        words(compute.interface(&user(), id, first).await),
        format!("Instance {id} does not have a port with id {first}")
    );
}

#[tokio::test]
async fn a_users_port_is_lent_and_given_back() {
    let stage = Stage::new().await;
    let one = stage.network("one");
    let compute = stage.open().await;
    let id = server(&stage, &compute, one).await;
    let other = server(&stage, &compute, one).await;
    let port = stage.network.add_port("demo", one).unwrap();
    let attached = compute.attach_interface(&user(), id, by(port)).await.unwrap();
    assert!(attached.vif.preserve_on_delete);
    let refused = compute
        .attach_interface(&user(), other, by(port))
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::Conflict(_)));
    assert_eq!(refused.to_string(), format!("Port {port} is still in use."));
    compute.detach_interface(&user(), id, port).await.unwrap();
    stage.until(id, |i| i.wiring.lent_ports.is_empty()).await;
    let ports = stage.network.ports();
    let kept = ports.iter().find(|kept| kept.id == port).unwrap();
    assert_eq!((kept.device_id.as_ref(), kept.host.as_ref()), (None, None));
    compute.attach_interface(&user(), other, by(port)).await.unwrap();
}

fn kind_and_words(error: Error) -> (&'static str, String) {
    match error {
        Error::NotFound(words) => ("404", words),
        Error::Conflict(words) => ("409", words),
        Error::Invalid(words) => ("400", words),
        Error::Forbidden(words) => ("403", words),
        Error::OverQuota { message } => ("403", message),
        other => ("500", other.to_string()),
    }
}

#[tokio::test]
async fn what_cannot_be_attached_is_refused_in_novas_words() {
    let stage = Stage::new().await;
    let (one, two) = (stage.network("one"), stage.network("two"));
    let outside = stage
        .network
        .add_network("other", "public", &["192.0.2.0/24".parse().unwrap()]);
    stage
        .network
        .change_network(outside, |network| network.external = true);
    let compute = stage.open().await;
    let id = server(&stage, &compute, one).await;
    let nowhere = Uuid::from_u128(404);
    let taken = stage.db_instance(id).await.vifs[0].fixed_ips().next().unwrap().0;
    let with_address = WantedNetwork {
        fixed_ip: Some(taken),
        ..to(one)
    };
    let refusal =
        async |wanted| kind_and_words(compute.attach_interface(&user(), id, wanted).await.unwrap_err());
    for (wanted, kind, words) in [
        (
            to(nowhere),
            "404",
            format!("Network {nowhere} could not be found."),
        ),
        (
            by(nowhere),
            "404",
            format!("Port id {nowhere} could not be found."),
        ),
        (
            with_address,
            "409",
            format!("Fixed IP address {taken} is already in use on instance {id}."),
        ),
        (
            WantedNetwork::default(),
            "400",
            "Multiple possible networks found, use a Network ID to be more specific.".to_owned(),
        ),
        (
            to(outside),
            "403",
            format!("It is not allowed to create an interface on external network {outside}"),
        ),
    ] {
        assert_eq!(refusal(wanted).await, (kind, words));
    }
    stage.network.limit_ports("demo", 1);
    assert_eq!(
        refusal(to(two)).await,
        ("403", "Maximum number of ports exceeded".to_owned())
    );
}

#[tokio::test]
async fn a_server_that_is_locked_or_busy_keeps_the_interfaces_it_has() {
    let stage = Stage::new().await;
    let (one, two) = (stage.network("one"), stage.network("two"));
    let compute = stage.open().await;
    let id = server(&stage, &compute, one).await;
    compute.lock(&user(), id, None).await.unwrap();
    let locked = compute.attach_interface(&user(), id, to(two)).await;
    assert_eq!(words(locked), format!("Instance {id} is locked"));
    let port = stage.db_instance(id).await.vifs[0].id;
    let locked = compute.detach_interface(&user(), id, port).await;
    assert_eq!(words(locked), format!("Instance {id} is locked"));
    compute.unlock(&user(), id).await.unwrap();
    let held = stage.faults().hold(Verb::PowerOff).await;
    compute.stop(&user(), id).await.unwrap();
    assert_eq!(
        words(compute.attach_interface(&user(), id, to(two)).await),
        format!("Cannot 'attach_interface' instance {id} while it is in task_state powering-off")
    );
    drop(held);
    assert_eq!(stage.network.ports().len(), 1);
}

#[tokio::test]
async fn an_attach_that_fails_leaves_nothing() {
    let stage = Stage::new().await;
    let (one, two) = (stage.network("one"), stage.network("two"));
    let compute = stage.open().await;
    let id = server(&stage, &compute, one).await;
    let port = stage.bound_ports();
    for verb in [Net::CreatePort, Net::Vifs, Net::Guards] {
        let error = network::Error::Exhausted(format!("No more IP addresses available on network {two}."));
        stage.network.faults().fail_next(verb, error);
        let refused = compute.attach_interface(&user(), id, to(two)).await.unwrap_err();
        assert!(
            refused
                .to_string()
                .ends_with(&format!("No more IP addresses available on network {two}."))
        );
        assert_eq!(stage.bound_ports(), port, "{verb:?}");
    }
    stage.faults().fail_next(Verb::PlugVifs, "there is no bridge");
    assert_eq!(
        words(compute.attach_interface(&user(), id, to(two)).await),
        format!(
            "Failed to attach network adapter device to {id}: the Docker engine refused: there is no bridge"
        )
    );
    let record = stage.db_instance(id).await;
    assert!(is(&record, VmState::Active) && !record.wiring.unsettled);
    assert_eq!((record.vifs.len(), record.wiring.guards.len()), (1, 1));
    assert_eq!(stage.network.ports().len(), 1);
    assert_eq!(ends(&stage, id), BTreeSet::from([port[0]]));
}

#[tokio::test]
async fn an_attach_killed_at_any_step_is_whole_or_was_never() {
    for verb in [Net::CreatePort, Net::Vifs, Net::Guards] {
        let stage = Stage::new().await;
        let (one, two) = (stage.network("one"), stage.network("two"));
        let first = stage.open().await;
        let id = server(&stage, &first, one).await;
        let held = stage.network.faults().hold(verb).await;
        let asked = tokio::spawn({
            let first = first.clone();
            async move { first.attach_interface(&user(), id, to(two)).await.map(drop) }
        });
        stage.until(id, |i| i.wiring.unsettled).await;
        eventually(|| async { stage.network.faults().is_awaited(verb).then_some(()) }).await;
        drop(first);
        asked.abort();
        drop(held);
        let _second = stage.open().await;
        let settled = stage.until(id, |i| !i.wiring.unsettled).await;
        eventually(|| async {
            let vifs: BTreeSet<Uuid> = stage
                .db_instance(id)
                .await
                .vifs
                .iter()
                .map(|vif| vif.id)
                .collect();
            let bound: BTreeSet<Uuid> = stage.bound_ports().into_iter().collect();
            let connected = stage.faults().network(id).unwrap();
            let plugged: BTreeSet<Uuid> = connected.vifs.iter().map(|vif| vif.id).collect();
            (vifs == bound && plugged == vifs && ends(&stage, id) == vifs).then_some(())
        })
        .await;
        assert!(is(&settled, VmState::Active), "{verb:?}");
    }
}

#[tokio::test]
async fn a_stopped_server_gets_its_new_interface_when_it_starts() {
    let stage = Stage::new().await;
    let (one, two) = (stage.network("one"), stage.network("two"));
    let compute = stage.open().await;
    let id = server(&stage, &compute, one).await;
    compute.stop(&user(), id).await.unwrap();
    stage.until(id, |i| is(i, VmState::Stopped)).await;
    compute.attach_interface(&user(), id, to(two)).await.unwrap();
    compute.start(&user(), id).await.unwrap();
    let active = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(active.vifs.len(), 2);
    assert_eq!(stage.faults().network(id).unwrap().vifs, active.vifs);
}

#[tokio::test]
async fn addresses_come_and_go_while_the_server_runs() {
    let stage = Stage::new().await;
    let (one, two) = (stage.network("one"), stage.network("two"));
    let compute = stage.open().await;
    let id = server(&stage, &compute, one).await;
    compute.add_fixed_ip(&user(), id, one).await.unwrap();
    let record = stage.db_instance(id).await;
    let addresses: Vec<_> = record.vifs[0].fixed_ips().map(|(ip, _)| ip).collect();
    assert_eq!(addresses.len(), 2);
    assert_eq!(stage.faults().network(id).unwrap().vifs, record.vifs);
    compute.remove_fixed_ip(&user(), id, addresses[0]).await.unwrap();
    let record = stage.db_instance(id).await;
    let left: Vec<_> = record.vifs[0].fixed_ips().map(|(ip, _)| ip).collect();
    assert_eq!(left, [addresses[1]]);
    let connected = stage.faults().network(id).unwrap();
    assert_eq!(
        (&connected.vifs, &connected.guards),
        (&record.vifs, &record.wiring.guards)
    );
    assert_eq!(
        words(compute.remove_fixed_ip(&user(), id, addresses[0]).await),
        format!("Instance {id} does not have fixed IP '{}'.", addresses[0])
    );
    assert_eq!(
        words(compute.add_fixed_ip(&user(), id, two).await),
        format!("Network could not be found for instance {id}.")
    );
}

#[tokio::test]
async fn groups_come_and_go_on_all_ports_of_a_server() {
    let stage = Stage::new().await;
    let (one, two) = (stage.network("one"), stage.network("two"));
    let web = stage.network.add_security_group("demo", "web");
    let compute = stage.open().await;
    let id = compute
        .boot(&user(), boot_on(&[one, two]))
        .await
        .unwrap()
        .instances[0]
        .id;
    stage.until(id, |i| is(i, VmState::Active)).await;
    let names = async || {
        let groups = compute.security_groups(&user(), id).await.unwrap();
        groups.into_iter().map(|group| group.name).collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["default"]);
    compute.add_security_group(&user(), id, "web").await.unwrap();
    assert_eq!(names().await, ["web", "default"]);
    assert!(
        stage
            .network
            .ports()
            .iter()
            .all(|port| port.security_groups.contains(&web))
    );
    assert_eq!(
        words(compute.add_security_group(&user(), id, "web").await),
        format!("Security group web is already associated with the instance {id}")
    );
    compute
        .remove_security_group(&admin(), id, &web.to_string())
        .await
        .unwrap();
    assert_eq!(names().await, ["default"]);
    assert_eq!(
        words(compute.remove_security_group(&user(), id, "web").await),
        format!("Security group web not associated with the instance {id}")
    );
    assert_eq!(
        words(compute.add_security_group(&user(), id, "nope").await),
        "Security group nope is not found for project demo"
    );
    let hidden = compute.add_security_group(&stranger(), id, "web").await;
    assert!(matches!(hidden, Err(Error::NoSuchInstance(_))));
}

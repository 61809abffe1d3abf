//! Servers on the engine's own networks, for where we may not reach into their namespaces.

use std::collections::HashMap;

use bollard::models::{EndpointSettings, NetworkInspect};
use bollard::query_parameters::{InspectNetworkOptions, ListNetworksOptionsBuilder};
use nova_docker::network::vif::Plugging;
use nova_docker::objects::{Instance, Vif};
use nova_docker::virt::{ComputeDriver, RebootType};

use crate::networks::{PATIENCE, STAYS, boot, network, reaches, try_boot, vif};
use crate::stage::{Stage, instance};

async fn stage() -> Stage {
    Stage::set_with(|settings| settings.plugging = Plugging::Engine).await
}

/// Networks of a test's own: the engine has one address space for all.
fn vif_in(stage: &Stage, network: u8, n: u8) -> Vif {
    let mut vif = vif(network, n);
    let own = stage.deployment.0.as_bytes();
    let prefix = format!("10.{}.{}", own[0], own[1].wrapping_add(network));
    let subnet = &mut vif.network.subnets[0];
    subnet.cidr = format!("{prefix}.0/24").parse().unwrap();
    subnet.gateway = Some(format!("{prefix}.254").parse().unwrap());
    subnet.ips = vec![format!("{prefix}.{n}").parse().unwrap()];
    vif
}

fn address(vif: &Vif) -> String {
    vif.fixed_ips().next().unwrap().0.to_string()
}

fn name(stage: &Stage, vif: &Vif) -> String {
    format!(
        "nova-docker-{}-{}",
        &stage.deployment.to_string()[..8],
        vif.network.id
    )
}

async fn endpoint(stage: &Stage, server: &Instance, vif: &Vif) -> Option<EndpointSettings> {
    let found = stage.inspect(server.id).await.unwrap();
    let mut networks = found.network_settings.unwrap().networks.unwrap();
    networks.remove(&name(stage, vif))
}

async fn inspect(stage: &Stage, vif: &Vif) -> NetworkInspect {
    let api = stage.api().await;
    api.inspect_network(&name(stage, vif), None::<InspectNetworkOptions>)
        .await
        .unwrap()
}

async fn networks(stage: &Stage) -> Vec<String> {
    let label = format!("org.openstack.nova.deployment={}", stage.deployment);
    let filters = HashMap::from([("label", vec![label])]);
    let options = ListNetworksOptionsBuilder::default().filters(&filters).build();
    let found = stage.api().await.list_networks(Some(options)).await.unwrap();
    let mut names: Vec<String> = found.into_iter().filter_map(|network| network.name).collect();
    names.sort();
    names
}

#[tokio::test]
async fn servers_have_their_addresses_and_find_each_other_by_name() {
    let stage = stage().await;
    let (first, second) = (vif_in(&stage, 1, 7), vif_in(&stage, 1, 8));
    let one = boot(&stage, STAYS, &network(std::slice::from_ref(&first))).await;
    let mut two = instance(
        "command: [sh, -c, 'until ping -c1 -W1 my-server; do sleep 0.1; done; echo reached; sleep 1000']\n",
    );
    two.hostname = "other".to_owned();
    try_boot(&stage, &two, &network(std::slice::from_ref(&second)))
        .await
        .unwrap();
    let found = endpoint(&stage, &one, &first).await.unwrap();
    assert_eq!(found.ip_address, Some(address(&first)));
    assert_eq!(found.mac_address, Some(first.mac.to_string()));
    assert!(reaches(&stage, &one, &address(&second)).await);
    let told = stage.console_with(two.id, "reached").await;
    assert!(told.contains(&address(&first)), "{told}");

    let made = inspect(&stage, &first).await;
    assert_eq!(
        (made.driver.as_deref(), made.internal),
        (Some("bridge"), Some(false))
    );
    let ipam = made.ipam.unwrap().config.unwrap().remove(0);
    let subnet = &first.network.subnets[0];
    assert_eq!(ipam.subnet, Some(subnet.cidr.to_string()));
    assert_eq!(ipam.gateway, subnet.gateway.map(|gateway| gateway.to_string()));

    stage
        .driver
        .reboot(
            &one,
            &network(std::slice::from_ref(&first)),
            RebootType::Hard,
            PATIENCE,
        )
        .await
        .unwrap();
    assert_eq!(
        endpoint(&stage, &one, &first).await.unwrap().ip_address,
        Some(address(&first))
    );
}

#[tokio::test]
async fn the_last_server_takes_the_network_with_it_and_one_that_is_off_counts() {
    let stage = stage().await;
    let (first, second) = (vif_in(&stage, 1, 7), vif_in(&stage, 1, 8));
    let one = boot(&stage, STAYS, &network(std::slice::from_ref(&first))).await;
    let two = boot(&stage, STAYS, &network(std::slice::from_ref(&second))).await;
    stage.driver.power_off(two.id, PATIENCE).await.unwrap();
    stage.driver.destroy(one.id).await.unwrap();
    stage
        .driver
        .unplug_vifs(&one, std::slice::from_ref(&first))
        .await
        .unwrap();
    assert_eq!(networks(&stage).await, [name(&stage, &first)]);
    stage
        .driver
        .power_on(&two, &network(std::slice::from_ref(&second)))
        .await
        .unwrap();
    stage.driver.destroy(two.id).await.unwrap();
    for _ in 0..2 {
        stage
            .driver
            .unplug_vifs(&two, std::slice::from_ref(&second))
            .await
            .unwrap();
        assert_eq!(networks(&stage).await, [""; 0]);
    }
}

#[tokio::test]
async fn networks_are_added_and_taken_while_a_server_runs() {
    let stage = stage().await;
    let both = [vif_in(&stage, 1, 7), vif_in(&stage, 2, 7)];
    // It begins with none, on which nothing else may be.
    let server = boot(&stage, STAYS, &network(&[])).await;
    for _ in 0..2 {
        stage.driver.prepare_vifs(&server, &both).await.unwrap();
        stage.driver.plug_vifs(&server, &network(&both)).await.unwrap();
    }
    for vif in &both {
        assert_eq!(
            endpoint(&stage, &server, vif).await.unwrap().ip_address,
            Some(address(vif))
        );
    }
    for _ in 0..2 {
        stage.driver.detach_vif(&server, &both[0]).await.unwrap();
        assert_eq!(endpoint(&stage, &server, &both[0]).await, None);
        assert_eq!(networks(&stage).await, [name(&stage, &both[1])]);
    }
    stage.driver.destroy(server.id).await.unwrap();
    stage.driver.unplug_vifs(&server, &both).await.unwrap();

    let server = boot(&stage, STAYS, &network(&both)).await;
    for vif in &both {
        assert_eq!(
            endpoint(&stage, &server, vif).await.unwrap().ip_address,
            Some(address(vif))
        );
    }
    stage.driver.destroy(server.id).await.unwrap();
    stage.driver.unplug_vifs(&server, &both).await.unwrap();
    assert_eq!(networks(&stage).await, [""; 0]);
}

#[tokio::test]
async fn an_address_that_is_taken_is_the_engines_refusal_and_nothing_is_left() {
    let stage = stage().await;
    let taken = vif_in(&stage, 1, 7);
    let mut inner = taken.clone();
    inner.network.subnets[0].gateway = None;
    let wanted = network(std::slice::from_ref(&inner));
    let one = boot(&stage, STAYS, &wanted).await;
    assert_eq!(inspect(&stage, &inner).await.internal, Some(true));
    let two = instance(STAYS);
    let refused = try_boot(&stage, &two, &wanted).await.unwrap_err();
    assert!(
        refused.to_string().contains("Address already in use"),
        "{refused}"
    );
    assert_eq!(stage.containers().await, [format!("nova-{}", one.id)]);
    stage.driver.destroy(one.id).await.unwrap();
    stage.driver.unplug_vifs(&one, &wanted.vifs).await.unwrap();
    assert_eq!(networks(&stage).await, [""; 0]);
}

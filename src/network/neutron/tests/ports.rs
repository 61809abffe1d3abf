//! Ports that are refused, not bound, or changed by two at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::network::{Error, NetworkService, PortChange};

fn extensions(aliases: &[&str]) -> Reply {
    let aliases: Vec<Value> = aliases.iter().map(|alias| json!({"alias": alias})).collect();
    found(json!({"extensions": aliases}))
}

fn bind() -> PortChange {
    PortChange::Bind {
        binding: binding(),
        dns_name: None,
    }
}

fn failed(id: Uuid) -> Value {
    let mut port = port(id);
    port["binding:vif_type"] = json!("binding_failed");
    port
}

#[tokio::test]
async fn a_new_port_that_cannot_be_bound_is_deleted_again() {
    let fake = Fake::start(|asked| match asked.line.split(' ').next() {
        Some("POST") => Reply::Json(201, json!({"port": failed(id(5))})),
        _ => Reply::Text(204, ""),
    })
    .await;
    let refused = fake.neutron().create_port(&wanted()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!(
            "Binding failed for port {}, please check neutron logs for more information.",
            id(5)
        )
    );
    assert_eq!(
        fake.lines(),
        ["POST ports".to_owned(), format!("DELETE ports/{}", id(5))]
    );
    let sent = json!({"port": {
        "device_id": id(0xabc), "device_owner": "compute:nova", "binding:host_id": "here", "network_id": NETWORK,
        "tenant_id": "p", "admin_state_up": true,
    }});
    assert_eq!(fake.asked()[0].body, sent);
}

#[tokio::test]
async fn a_users_port_that_cannot_be_bound_is_given_back() {
    let fake = Fake::start(|asked| match asked.line.split(' ').next() {
        Some("PUT") => found(json!({"port": failed(id(5))})),
        _ if asked.line == "GET extensions?fields=alias" => extensions(&[]),
        _ => found(json!({"port": port(id(5))})),
    })
    .await;
    let refused = fake.neutron().update_port(id(5), &bind()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!(
            "Binding failed for port {}, please check neutron logs for more information.",
            id(5)
        )
    );
    let last = fake.asked().pop().unwrap();
    assert_eq!(last.line, format!("PUT ports/{}", id(5)));
    assert_eq!(
        last.body,
        json!({"port": {"device_id": "", "device_owner": "", "binding:host_id": ""}})
    );
}

#[tokio::test]
async fn of_two_servers_that_take_a_port_one_gets_it() {
    let looks = AtomicUsize::new(0);
    let fake = Fake::start(move |asked| match asked.line.split(' ').next() {
        Some("PUT") => refused(
            412,
            "RevisionNumberConstraintFailed",
            "Constrained to 7, but current revision is 8",
        ),
        _ => {
            let mut port = port(id(5));
            if looks.fetch_add(1, Ordering::SeqCst) > 0 {
                port["device_id"] = json!(id(0xdef));
            }
            found(json!({"port": port}))
        }
    })
    .await;
    let refused = fake.neutron().update_port(id(5), &bind()).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Conflict(message) if *message == format!("Port {} is still in use.", id(5))),
        "{refused:?}"
    );
    let revisions: Vec<_> = fake
        .asked()
        .into_iter()
        .filter_map(|asked| asked.revision)
        .collect();
    assert_eq!(revisions, ["revision_number=7"]);
}

#[tokio::test]
async fn names_go_to_a_neutron_that_keeps_them_itself() {
    for (aliases, domain, sent) in [
        (&["dns-integration"][..], "", json!("web")),
        (&["dns-integration"], "example.org.", Value::Null),
        (&["router"], "", Value::Null),
    ] {
        let fake = Fake::start(move |asked| match asked.line.as_str() {
            "GET extensions?fields=alias" => extensions(aliases),
            "POST ports" => Reply::Json(201, json!({"port": port(id(5))})),
            _ => found(json!({"network": {"dns_domain": domain}})),
        })
        .await;
        let named = NewPort {
            dns_name: Some("web".to_owned()),
            ..wanted()
        };
        let neutron = fake.neutron();
        neutron.create_port(&named).await.unwrap();
        neutron.create_port(&named).await.unwrap();
        assert_eq!(fake.asked().pop().unwrap().body["port"]["dns_name"], sent);
        let asked = fake
            .lines()
            .iter()
            .filter(|line| line.contains("extensions"))
            .count();
        assert_eq!(asked, 1);
    }
}

#[tokio::test]
async fn one_more_address_comes_from_the_first_subnet_that_has_room() {
    let fake = Fake::start(|asked| {
        let full = asked.body["port"]["fixed_ips"] == json!([{"subnet_id": id(1)}]);
        match asked.line.split(' ').next() {
            Some("PUT") if full => refused(
                409,
                "IpAddressGenerationFailure",
                "No more IP addresses available.",
            ),
            Some("PUT") => found(json!({"port": port(id(5))})),
            _ if asked.line.contains("subnets") => found(json!({"subnets": [{"id": id(1)}, {"id": id(2)}]})),
            _ => found(json!({"port": port(id(5))})),
        }
    })
    .await;
    fake.neutron()
        .update_port(id(5), &PortChange::AddFixedIp)
        .await
        .unwrap();
    assert_eq!(
        fake.asked().pop().unwrap().body,
        json!({"port": {"fixed_ips": [{"subnet_id": id(2)}]}})
    );
}

#[tokio::test]
async fn deleting_what_is_gone_succeeds() {
    let fake = Fake::start(|_| refused(404, "PortNotFound", "Port x could not be found.")).await;
    fake.neutron().delete_port(id(5)).await.unwrap();
    let refused = fake
        .neutron()
        .update_port(id(5), &PortChange::Release)
        .await
        .unwrap_err();
    assert!(matches!(&refused, Error::NotFound(message) if message == "Port x could not be found."));
}

#[tokio::test]
async fn a_neutron_without_routers_has_no_floating_addresses() {
    let fake = Fake::start(|asked| match asked.line.split(['?', ' ']).nth(1) {
        Some("ports") => found(json!({"ports": [port(id(5))]})),
        Some("networks") => found(json!({"networks": [{"id": NETWORK, "name": "n", "project_id": "p"}]})),
        _ => Reply::Text(404, "The resource could not be found."),
    })
    .await;
    let vifs = fake.neutron().vifs(&[id(4), id(5)]).await.unwrap();
    assert_eq!(vifs.len(), 1);
    assert_eq!((vifs[0].id, vifs[0].floating_ips.len()), (id(5), 0));
    assert_eq!(vifs[0].network.bridge.as_deref(), Some("brq00000000-00"));
}

//! What is served, beside what Nova serves of the same server (`answers.json`, which `answers.py` writes).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Answer, ContentType, Facts, config_drive, lookup};
use crate::objects::vif::{Details, FloatingIp, HostRoute, Network, Subnet};
use crate::objects::*;

const USER_DATA: &[u8] = b"#cloud-config\nhostname: x\n";

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// With all that a server can have.
fn full() -> Facts {
    Facts {
        instance: Arc::new(Instance {
            key_name: Some("key".to_owned()),
            key_data: Some("ssh-ed25519 AAAA me".to_owned()),
            metadata: [("role".to_owned(), "web".to_owned())].into(),
            user_data: Some(UserData::new(STANDARD.encode(USER_DATA)).unwrap()),
            security_groups: vec!["default".to_owned(), "web".to_owned()],
            vifs: vec![first_vif(), second_vif()],
            ..record()
        }),
        ..bare()
    }
}

/// With nothing that a server can be without.
fn bare() -> Facts {
    Facts {
        instance: Arc::new(record()),
        domain: "novalocal".to_owned(),
        random_seed: vec![0; 3],
    }
}

fn first_vif() -> Vif {
    let v4 = Subnet {
        routes: vec![HostRoute {
            destination: "192.0.2.0/24".parse().unwrap(),
            gateway: "10.0.0.9".parse().unwrap(),
        }],
        ..subnet("10.0.0.0/24", Some("10.0.0.1"), "10.0.0.5", &["9.9.9.9"])
    };
    let v6 = subnet("fd00::/64", Some("fd00::1"), "fd00::5", &["9.9.9.9", "fd00::53"]);
    let mut vif = vif(0xb, "fa:16:3e:00:00:01", "bridge", 0xa, vec![v4, v6]);
    vif.tag = Some("front".to_owned());
    vif.network.mtu = Some(1400);
    vif.floating_ips = vec![FloatingIp {
        fixed: "10.0.0.5".parse().unwrap(),
        floating: "198.51.100.7".parse().unwrap(),
    }];
    vif
}

fn second_vif() -> Vif {
    let subnets = vec![subnet("10.1.0.0/16", None, "10.1.0.9", &[])];
    vif(0xc, "fa:16:3e:00:00:02", "macvtap", 0xd, subnets)
}

fn vif(number: u128, mac: &str, kind: &str, network: u128, subnets: Vec<Subnet>) -> Vif {
    Vif {
        id: id(number),
        mac: mac.parse().unwrap(),
        position: 0,
        preserve_on_delete: false,
        active: true,
        tag: None,
        floating_ips: Vec::new(),
        vif_type: Some(kind.to_owned()),
        details: Details::default(),
        ovs_interface_id: None,
        network: Network {
            id: id(network),
            label: "private".to_owned(),
            project: None,
            bridge: None,
            mtu: None,
            should_create_vlan: false,
            vlan: None,
            bridge_interface: None,
            subnets,
        },
    }
}

fn subnet(cidr: &str, gateway: Option<&str>, ip: &str, dns: &[&str]) -> Subnet {
    Subnet {
        id: None,
        cidr: cidr.parse().unwrap(),
        gateway: gateway.map(|gateway| gateway.parse().unwrap()),
        ips: vec![ip.parse().unwrap()],
        routes: Vec::new(),
        dns: dns.iter().map(|server| server.parse().unwrap()).collect(),
    }
}

fn record() -> Instance {
    Instance {
        id: InstanceId(id(1)),
        number: 7,
        reservation_id: "r-abcdefgh".to_owned(),
        launch_index: 0,
        project_id: "p".into(),
        user_id: "alice".into(),
        name: "Web 1".to_owned(),
        description: None,
        hostname: "web-1".to_owned(),
        image: Some(ImageId(id(9 << 96))),
        image_properties: [].into(),
        flavor: flavor(),
        key_name: None,
        key_data: None,
        metadata: [].into(),
        tags: [].into(),
        user_data: None,
        config_drive: false,
        disk_config_auto: true,
        access_ip_v4: None,
        access_ip_v6: None,
        security_groups: Vec::new(),
        scheduler_hints: SchedulerHints::default(),
        trusted_image_certificates: None,
        host: None,
        availability_zone: Some("nova".to_owned()),
        pinned_availability_zone: None,
        network: NetworkChoice::Unspecified,
        vifs: Vec::new(),
        wiring: Wiring::default(),
        vm_state: VmState::Active,
        task_state: None,
        power_state: PowerState::Running,
        exit_code: None,
        progress: 100,
        lock: None,
        fault: None,
        snapshot_image: None,
        detour: Detour::default(),
        licence: Default::default(),
        unprovisioned: false,
        password_data: None,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        launched_at: None,
        terminated_at: None,
    }
}

fn flavor() -> Flavor {
    Flavor {
        id: "1".into(),
        name: "m1.tiny".to_owned(),
        description: None,
        vcpus: 1,
        memory_mb: 512,
        root_gb: 1,
        ephemeral_gb: 0,
        swap_mb: 0,
        rxtx_factor: 1.0,
        is_public: true,
        disabled: false,
        extra_specs: [].into(),
        created_at: Timestamp::UNIX_EPOCH,
    }
}

fn answers(of: &str) -> Value {
    let answers: Value = serde_json::from_str(include_str!("answers.json")).unwrap();
    answers[of].clone()
}

/// Documents are compared as what they say: blanks are nobody's business.
fn read(path: &str, content: &[u8]) -> Value {
    let text = str::from_utf8(content).unwrap();
    match path.ends_with("json") {
        true => serde_json::from_str(text).unwrap(),
        false => text.into(),
    }
}

fn said(facts: &Facts, path: &str) -> Value {
    match lookup(facts, path) {
        None => Value::Null,
        Some(Answer::Password) => "password".into(),
        Some(Answer::Content(kind, content)) => {
            let kind = match kind {
                ContentType::Text => "text/plain",
                ContentType::Json => "application/json",
            };
            json!([kind, read(path, &content)])
        }
    }
}

#[track_caller]
fn assert_serves_what_nova_serves(facts: &Facts, of: &str) {
    let answers = answers(of);
    let answers = answers["served"].as_object().unwrap();
    assert!(answers.len() > 100);
    for (path, answer) in answers {
        let mut expected = answer.clone();
        if let Some(content) = answer[1].as_str() {
            expected[1] = read(path, content.as_bytes());
        }
        assert_eq!(said(facts, path), expected, "{path}");
    }
}

#[test]
fn under_every_path_is_what_nova_has_there() {
    assert_serves_what_nova_serves(&full(), "full");
    assert_serves_what_nova_serves(&bare(), "bare");
}

#[track_caller]
fn assert_drive_is_as_novas(facts: &Facts, of: &str) {
    let ours: Map<String, Value> = config_drive(facts)
        .into_iter()
        .map(|(path, content)| (path.clone(), read(&path, &content)))
        .collect();
    let novas: Map<String, Value> = answers(of)["drive"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(path, content)| (path.clone(), read(path, content.as_str().unwrap().as_bytes())))
        .collect();
    assert_eq!(Value::Object(ours), Value::Object(novas));
}

#[test]
fn a_config_drive_has_the_files_that_novas_has() {
    assert_drive_is_as_novas(&full(), "full");
    assert_drive_is_as_novas(&bare(), "bare");
}

#[test]
fn below_a_text_there_is_nothing() {
    for path in [
        "/latest/meta-data/hostname/0",
        "/latest/meta-data/security-groups/default",
        "/latest/user-data/x",
    ] {
        assert_eq!(lookup(&full(), path), None, "{path}");
    }
}

#[test]
fn user_data_are_the_users_own_bytes() {
    let bytes = [0xff, 0x00, 0x1f];
    let mut facts = bare();
    Arc::make_mut(&mut facts.instance).user_data = Some(UserData::new(STANDARD.encode(bytes)).unwrap());
    for path in ["/openstack/latest/user_data", "/latest/user-data"] {
        let expected = Answer::Content(ContentType::Text, bytes.to_vec());
        assert_eq!(lookup(&facts, path), Some(expected), "{path}");
    }
    let drive = config_drive(&facts);
    let on_drive = drive.iter().filter(|(path, _)| path.ends_with("user_data"));
    assert!(on_drive.clone().count() == 11 && on_drive.clone().all(|(_, content)| *content == bytes));
}

#[test]
fn without_a_domain_a_host_name_stands_alone() {
    let facts = Facts {
        domain: String::new(),
        ..full()
    };
    let hostname = Answer::Content(ContentType::Text, b"web-1".to_vec());
    assert_eq!(lookup(&facts, "/latest/meta-data/hostname"), Some(hostname));
}

//! Reads the sample files as oslo.config does: `answers.py` wrote down what it makes of each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use nova_docker::conf::environment::Environment;
use nova_docker::conf::{Conf, Sources};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// A user's machine about which the answers say nothing.
struct Root;

impl Environment for Root {
    fn var(&self, _: &str) -> Option<String> {
        None
    }

    fn host_name(&self) -> Option<String> {
        None
    }

    fn is_root(&self) -> bool {
        true
    }
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conf")
}

fn answer(file: PathBuf) -> Value {
    let sources = Sources {
        files: vec![file],
        dirs: Vec::new(),
    };
    match Conf::load(&sources, &Root) {
        Ok(conf) => told(&conf),
        Err(_) => json!("error"),
    }
}

fn told(conf: &Conf) -> Value {
    let (base, authtoken) = (&conf.default, &conf.keystone_authtoken);
    json!({
        "DEFAULT": {
            "state_path": base.state_path,
            "instances_path": base.instances_path,
            "my_ip": base.my_ip,
            "instance_name_template": base.instance_name_template,
            "default_availability_zone": base.default_availability_zone,
            "log_file": base.log_file,
            "debug": base.debug,
            "ram_allocation_ratio": base.ram_allocation_ratio,
            "osapi_compute_listen_port": base.osapi_compute_listen_port,
            "sync_power_state_interval": base.sync_power_state_interval,
            "shutdown_timeout": base.shutdown_timeout,
        },
        "docker": {
            "host_url": conf.docker.host_url,
            "snapshots_directory": conf.docker.snapshots_directory,
            "ca_file": conf.docker.ca_file,
            "privileged": conf.docker.privileged,
        },
        "api": { "max_limit": conf.api.max_limit },
        "glance": {
            "api_servers": conf.glance.api_servers,
            "valid_interfaces": conf.glance.valid_interfaces,
            "region_name": conf.glance.region_name,
        },
        "keystone_authtoken": {
            "username": authtoken.auth.username,
            "password": authtoken.auth.password.as_ref().map(|password| password.expose_secret()),
            "www_authenticate_uri": authtoken.www_authenticate_uri,
            "interface": authtoken.interface,
        },
    })
}

#[test]
fn every_sample_means_what_it_means_to_oslo_config() {
    let answers = std::fs::read_to_string(here().join("answers.json")).unwrap();
    let mut theirs: BTreeMap<String, Value> = serde_json::from_str(&answers).unwrap();
    for answer in theirs.values_mut().filter(|answer| answer.get("error").is_some()) {
        *answer = json!("error");
    }
    let samples = std::fs::read_dir(here().join("samples"))
        .unwrap()
        .map(|entry| entry.unwrap());
    let ours: BTreeMap<String, Value> = samples
        .map(|entry| (entry.file_name().into_string().unwrap(), answer(entry.path())))
        .collect();
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    let different: Vec<String> = ours
        .iter()
        .filter(|(name, answer)| theirs[*name] != **answer)
        .map(|(name, answer)| format!("{name}: ours {answer}\n  oslo.config's {}", theirs[name]))
        .collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
}

//! The service inside a real cloud: the Keystone, Glance and Neutron that `tools/cloud` brought up.

use std::fs::{self, File};
use std::path::PathBuf;

use serde_json::Value;

use super::alone::free_ports;
use super::{Clouds, Seed, Service, Stage};

impl Stage {
    pub(crate) async fn in_cloud() -> Self {
        Self::in_cloud_with(Seed::planted().await, "").await
    }

    /// One at a time: the catalog has one compute endpoint. `more` is added to `nova.conf`.
    pub(crate) async fn in_cloud_with(seed: Seed, more: &str) -> Self {
        let folder = std::env::var_os("NOVA_DOCKER_TEST_CLOUD").map(PathBuf::from).expect(
            "NOVA_DOCKER_TEST_CLOUD names no cloud: tools/test brings up a Keystone, a Glance and a Neutron and names their folder",
        );
        let turn = File::create(folder.join("compute.lock")).unwrap();
        let turn = tokio::task::spawn_blocking(move || turn.lock().map(|()| turn))
            .await
            .unwrap()
            .unwrap();
        let cloud: Value = serde_json::from_slice(&fs::read(folder.join("cloud.json")).unwrap()).unwrap();
        let port = u16::try_from(cloud["compute_port"].as_u64().unwrap()).unwrap();
        let [console] = free_ports();
        let config = config(&cloud, &seed, port, console) + more;
        let mut stage = Self {
            service: Service::new(tempfile::tempdir().unwrap(), &config, &[port, console], &[]),
            seed,
            clouds: Clouds {
                file: folder.join("clouds.yaml"),
                member: "demo",
                admin: "admin",
            },
            _turn: Some(turn),
        };
        stage.service.start().await;
        stage
    }
}

fn config(cloud: &Value, seed: &Seed, port: u16, console: u16) -> String {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    format!(
        "[DEFAULT]\nstate_path = %/state\nhost = {}\nosapi_compute_listen_port = {port}\nshutdown_timeout = 5\n\
         sync_power_state_interval = 1\n\
         [keystone_authtoken]\nauth_type = password\nauth_url = {auth}\nwww_authenticate_uri = {auth}\nusername = nova\n\
         password = {}\nproject_name = service\nuser_domain_name = Default\nproject_domain_name = Default\n\
         [image_cache]\nmanager_interval = 1\nremove_unused_original_minimum_age_seconds = 0\n\
         [serial_console]\nserialproxy_port = {console}\n\
         [docker]\ninject_key = true\n",
        seed.name("host"),
        text(&cloud["users"]["nova"]["password"]),
        auth = text(&cloud["auth_url"]),
    )
}

//! The service alone: its own identities, its own images, ports that nobody else has.

use std::net::TcpListener;

use super::{Clouds, Seed, Service, Stage};

/// How the service is started; the default is what most stories want.
#[derive(Default)]
pub(crate) struct Alone {
    /// More lines of `[DEFAULT]`.
    pub(crate) base: String,
    /// More lines of `[docker]`.
    pub(crate) docker: String,
    /// More arguments after `serve`.
    pub(crate) words: &'static [&'static str],
    /// What starts it as somebody else.
    pub(crate) before: Vec<String>,
}

impl Alone {
    /// Running and ready.
    pub(crate) async fn up(self) -> Stage {
        let seed = Seed::planted().await;
        let mut stage = self.set(seed);
        stage.service.start().await;
        stage
    }

    /// Not started yet.
    pub(crate) fn set(self, seed: Seed) -> Stage {
        let files = tempfile::tempdir().unwrap();
        let clouds = Clouds {
            file: files.path().join("state/clouds.yaml"),
            member: "nova-docker",
            admin: "nova-docker-admin",
        };
        let ports = free_ports::<5>();
        let config = format!(
            "[DEFAULT]\nstate_path = %/state\nhost = {}\nosapi_compute_listen_port = {}\nshutdown_timeout = 5\n{}\n\
             [standalone]\nidentity_listen_port = {}\nimage_listen_port = {}\nnetwork_listen_port = {}\n\
             [serial_console]\nserialproxy_port = {}\n\
             [docker]\ninject_key = true\n{}\n",
            seed.name("host"),
            ports[0],
            self.base,
            ports[1],
            ports[2],
            ports[3],
            ports[4],
            self.docker,
        );
        Stage {
            service: Service::new(files, &config, &ports, self.words).started_by(self.before),
            seed,
            clouds,
            _turn: None,
        }
    }
}

/// No two of them are the same.
pub(crate) fn free_ports<const N: usize>() -> [u16; N] {
    let probes = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    probes.map(|probe| probe.local_addr().unwrap().port())
}

//! The ports: bound before anything else is done, so that a taken one is known at once.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::consoles;
use super::parts::Doors;
use crate::conf::Conf;

/// How long requests that are under way may take to end once the service is told to.
const LAST_ORDERS: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Listeners {
    compute: TcpListener,
    console: Option<TcpListener>,
    identity: Option<TcpListener>,
    image: Option<TcpListener>,
    network: Option<TcpListener>,
    metrics: Option<TcpListener>,
}

/// Services that answer, each in a task of its own.
#[derive(Debug)]
pub(super) struct Served {
    tasks: JoinSet<()>,
    end: watch::Sender<bool>,
}

impl Listeners {
    pub(super) async fn bind(conf: &Conf) -> anyhow::Result<Self> {
        let base = &conf.default;
        let alone = &conf.standalone;
        let compute = bind(
            "[DEFAULT] osapi_compute_listen",
            &base.osapi_compute_listen,
            base.osapi_compute_listen_port,
        );
        let mut console = None;
        if consoles::are_served(conf) {
            let (host, port) = (
                &conf.serial_console.serialproxy_host,
                conf.serial_console.serialproxy_port,
            );
            console = Some(bind("[serial_console] serialproxy_host", host, port).await?);
        }
        let (mut identity, mut image, mut network) = (None, None, None);
        if conf.is_standalone() {
            let (host, port) = (&alone.identity_listen, alone.identity_listen_port);
            identity = Some(bind("[standalone] identity_listen", host, port).await?);
            let (host, port) = (&alone.image_listen, alone.image_listen_port);
            image = Some(bind("[standalone] image_listen", host, port).await?);
            let (host, port) = (&alone.network_listen, alone.network_listen_port);
            network = Some(bind("[standalone] network_listen", host, port).await?);
        }
        let metrics = match conf.prometheus.port {
            Some(port) => Some(bind("[prometheus] listen", &conf.prometheus.listen, port).await?),
            None => None,
        };
        Ok(Self {
            compute: compute.await?,
            console,
            identity,
            image,
            network,
            metrics,
        })
    }

    pub(super) fn serve(self, doors: Doors) -> Served {
        let (end, told) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let all = [
            (Some(self.compute), Some(doors.compute)),
            (self.console, doors.console),
            (self.identity, doors.identity),
            (self.image, doors.image),
            (self.network, doors.network),
            (self.metrics, doors.metrics),
        ];
        for (listener, router) in all {
            if let (Some(listener), Some(router)) = (listener, router) {
                tasks.spawn(serve(listener, router, told.clone()));
            }
        }
        Served { tasks, end }
    }
}

impl Served {
    /// Takes no more connections, and waits a little for the requests that are under way.
    pub(super) async fn end(mut self) {
        self.end.send_replace(true);
        let all_ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(LAST_ORDERS, all_ended).await.is_err() {
            tracing::info!("requests that were still under way are cut off");
        }
    }
}

/// Two services cannot share a port.
pub(super) fn check(conf: &Conf) -> anyhow::Result<()> {
    let (base, alone) = (&conf.default, &conf.standalone);
    let mut ports = vec![base.osapi_compute_listen_port];
    if consoles::are_served(conf) {
        ports.push(conf.serial_console.serialproxy_port);
    }
    if conf.is_standalone() {
        ports.extend([
            alone.identity_listen_port,
            alone.image_listen_port,
            alone.network_listen_port,
        ]);
    }
    ports.extend(conf.prometheus.port);
    let all = ports.len();
    ports.sort_unstable();
    ports.dedup();
    anyhow::ensure!(
        ports.len() == all,
        "[DEFAULT] osapi_compute_listen_port, [serial_console] serialproxy_port, [prometheus] port, \
         [standalone] identity_listen_port, image_listen_port and network_listen_port must differ"
    );
    Ok(())
}

async fn bind(option: &str, host: &str, port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind((host, port)).await.with_context(|| {
        format!(
            "{option}: {host}:{port} cannot be listened on; is another service there? \
             {} chooses another port",
            port_option(option)
        )
    })
}

/// The option beside the one of the host.
fn port_option(option: &str) -> String {
    match option.strip_suffix("_host") {
        Some(service) => format!("{service}_port"),
        None => format!("{option}_port"),
    }
}

async fn serve(listener: TcpListener, router: Router, mut told: watch::Receiver<bool>) {
    if let Ok(address) = listener.local_addr() {
        tracing::info!(%address, "listening");
    }
    // Small answers must not wait for each other (Nagle), and not being able to say so is no reason to hang up.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let until = async move { drop(told.wait_for(|end| *end).await) };
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(until);
    if let Err(error) = served.into_future().await {
        tracing::error!(%error, "a port is no longer served");
    }
}

//! The listening sockets of all servers, each served until its server goes. No server can keep another from its answers.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::handlers;
use crate::compute::Compute;
use crate::network::guest::MetadataListener;

/// How many connections one server may have; more of them wait.
const CONNECTIONS: usize = 16;
/// How long a request may take to arrive: it is a few hundred bytes.
const PATIENCE: Duration = Duration::from_secs(10);
/// A connection is over then, whatever it does: who reads slowly begins anew.
const LIFETIME: Duration = Duration::from_secs(120);
/// After an error of a listening socket, so as not to run hot.
const PAUSE: Duration = Duration::from_millis(100);
/// Requests have short paths and no cookies.
const HEAD_SIZE: usize = 16 << 10;

/// Serves every server whose listener comes, until no more can come and all have gone.
pub async fn serve(compute: Compute, mut listeners: mpsc::UnboundedReceiver<MetadataListener>) {
    let mut servers = JoinSet::new();
    loop {
        tokio::select! {
            Some(MetadataListener { instance, listener, end }) = listeners.recv() => {
                let router = handlers::router(compute.clone(), instance);
                let served = async move {
                    if let Err(error) = serve_one(listener, router).await {
                        tracing::error!(instance.id = %instance, %error, "a server gets no metadata");
                    }
                };
                servers.spawn(end.run_until_cancelled_owned(served));
            }
            Some(_) = servers.join_next() => {}
            else => return,
        }
    }
}

/// Dropped, it leaves nothing behind: the socket and all connections are within.
async fn serve_one(listener: std::net::TcpListener, router: Router) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let turns = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    // It is never closed.
    while let Ok(turn) = turns.clone().acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let router = router.clone();
        connections.spawn(async move {
            // However it ends, there is nobody left to tell.
            let _ = timeout(LIFETIME, converse(stream, router)).await;
            drop(turn);
        });
    }
    Ok(())
}

async fn converse(stream: TcpStream, router: Router) -> hyper::Result<()> {
    // Not being able to send at once is no reason to hang up.
    let _ = stream.set_nodelay(true);
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(HEAD_SIZE)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .await
}

//! A way to the engine that can be cut: for nova-docker the engine is then away, and for nobody else.

use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const ENGINE: &str = "/var/run/docker.sock";

pub(crate) struct Proxy {
    socket: PathBuf,
    open: Option<CancellationToken>,
}

impl Proxy {
    pub(crate) fn at(socket: &Path) -> Self {
        Self {
            socket: socket.to_owned(),
            open: None,
        }
    }

    pub(crate) fn join(&mut self) {
        let listener = UnixListener::bind(&self.socket).unwrap();
        let end = CancellationToken::new();
        tokio::spawn(end.clone().run_until_cancelled_owned(serve(listener)));
        self.open = Some(end);
    }

    /// Connections that are open end in the middle of what they say.
    pub(crate) fn cut(&mut self) {
        self.open.take().expect("it is joined").cancel();
        std::fs::remove_file(&self.socket).unwrap();
    }
}

async fn serve(listener: UnixListener) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(pass_on(client));
    }
}

async fn pass_on(mut client: UnixStream) {
    if let Ok(mut engine) = UnixStream::connect(ENGINE).await {
        tokio::io::copy_bidirectional(&mut client, &mut engine).await.ok();
    }
}

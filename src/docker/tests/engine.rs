//! An engine of a few lines: knows its version, answers a ping, has nothing else, and writes down every request.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

pub(super) struct Engine {
    pub(super) url: String,
    asked: Arc<Mutex<Vec<String>>>,
    gone: Arc<AtomicBool>,
    wake: Box<dyn Fn()>,
    _directory: Option<tempfile::TempDir>,
}

impl Engine {
    pub(super) fn on_unix(version: &'static str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut engine = Self::at_socket(&directory.path().join("docker.sock"), version);
        engine._directory = Some(directory);
        engine
    }

    pub(super) fn at_socket(path: &Path, version: &'static str) -> Self {
        let listener = UnixListener::bind(path).unwrap();
        let path = path.to_owned();
        let url = format!("unix://{}", path.display());
        let wake = move || drop(std::os::unix::net::UnixStream::connect(&path));
        Self::start(url, version, wake, move || {
            listener.accept().map(|(stream, _)| stream)
        })
    }

    pub(super) fn on_tcp(version: &'static str) -> Self {
        Self::on_port(version, |stream| stream)
    }

    pub(super) fn on_tls(version: &'static str) -> Self {
        let config = Arc::new(tls());
        Self::on_port(version, move |stream| {
            StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream)
        })
    }

    fn on_port<S: Read + Write + Send + 'static>(
        version: &'static str,
        wrap: impl Fn(std::net::TcpStream) -> S + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let wake = move || drop(std::net::TcpStream::connect(("127.0.0.1", port)));
        Self::start(format!("tcp://127.0.0.1:{port}"), version, wake, move || {
            listener.accept().map(|(stream, _)| wrap(stream))
        })
    }

    fn start<S: Read + Write + Send + 'static>(
        url: String,
        version: &'static str,
        wake: impl Fn() + 'static,
        accept: impl Fn() -> std::io::Result<S> + Send + 'static,
    ) -> Self {
        let (asked, gone) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicBool>::default());
        let (notes, over) = (asked.clone(), gone.clone());
        thread::spawn(move || {
            while let Ok(stream) = accept() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let notes = notes.clone();
                thread::spawn(move || answer(stream, version, &notes));
            }
        });
        Self {
            url,
            asked,
            gone,
            wake: Box::new(wake),
            _directory: None,
        }
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::SeqCst);
        (self.wake)();
    }
}

/// A connection carries one request; one that breaks off before is nobody's.
fn answer(stream: impl Read + Write, version: &str, asked: &Mutex<Vec<String>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut first = String::new();
    stream.read_line(&mut first).ok()?;
    let mut line = String::new();
    while stream.read_line(&mut line).ok()? > 2 {
        line.clear();
    }
    let mut words = first.split_whitespace();
    let (method, path) = (words.next()?, words.next()?);
    asked.lock().unwrap().push(format!("{method} {path}"));
    let (status, body) = match path {
        "/version" => ("200 OK", format!(r#"{{"ApiVersion": "{version}"}}"#)),
        path if path.ends_with("/_ping") => ("200 OK", "OK".to_owned()),
        path if path.ends_with("/images/slow/json") => {
            thread::sleep(Duration::from_secs(30));
            return None;
        }
        path => (
            "404 Not Found",
            format!(r#"{{"message": "No such thing: {path}"}}"#),
        ),
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    let stream = stream.get_mut();
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    stream.flush().ok()
}

fn tls() -> ServerConfig {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/docker/tests");
    let certificate = CertificateDer::from_pem_file(folder.join("engine.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("engine-key.pem")).unwrap();
    ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

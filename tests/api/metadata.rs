//! What a server reads about itself, through a listening socket as its namespace would have it.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use http::{Method, StatusCode};
use nova_docker::api;
use nova_docker::network::guest::MetadataListener;
use nova_docker::objects::InstanceId;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use crate::cloud::Cloud;

struct Door {
    cloud: Cloud,
    listeners: UnboundedSender<MetadataListener>,
}

struct Said {
    status: StatusCode,
    kind: String,
    text: String,
}

impl Door {
    async fn open() -> Self {
        let cloud = Cloud::start().await;
        let (listeners, incoming) = unbounded_channel();
        tokio::spawn(api::metadata::serve(cloud.compute.clone(), incoming));
        Self { cloud, listeners }
    }

    /// Where this server asks, and what ends it.
    fn of(&self, server: &str) -> (SocketAddr, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let (address, end) = (listener.local_addr().unwrap(), CancellationToken::new());
        let sent = self.listeners.send(MetadataListener {
            instance: server.parse::<InstanceId>().unwrap(),
            listener,
            end: end.clone(),
        });
        sent.unwrap();
        (address, end)
    }
}

async fn send(method: Method, address: SocketAddr, path: &str, body: &str) -> Said {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.request(method, format!("http://{address}{path}"));
    let answer = request.body(body.to_owned()).send().await.unwrap();
    Said {
        status: answer.status(),
        kind: answer.headers()["content-type"].to_str().unwrap().to_owned(),
        text: answer.text().await.unwrap(),
    }
}

async fn get(address: SocketAddr, path: &str) -> Said {
    send(Method::GET, address, path, "").await
}

#[tokio::test]
async fn a_server_reads_about_itself_alone() {
    let door = Door::open().await;
    let (one, two) = (door.cloud.boot("one").await, door.cloud.boot("two").await);
    let ((at_one, _), (at_two, _)) = (door.of(&one), door.of(&two));
    for (address, id, name) in [(at_one, &one, "one"), (at_two, &two, "two")] {
        let said = get(address, "/openstack/latest/meta_data.json").await;
        assert_eq!(
            (said.status, said.kind.as_str()),
            (StatusCode::OK, "application/json")
        );
        let document: Value = serde_json::from_str(&said.text).unwrap();
        assert_eq!(
            (&document["uuid"], &document["name"]),
            (&Value::from(id.as_str()), &Value::from(name))
        );
        assert_eq!(document["random_seed"].as_str().unwrap().len(), 684);
        let said = get(address, "/latest/meta-data/hostname").await;
        assert_eq!(
            (said.status, said.kind.as_str(), said.text),
            (
                StatusCode::OK,
                "text/plain; charset=UTF-8",
                format!("{name}.novalocal")
            )
        );
    }
    let seed = async || get(at_one, "/openstack/latest/meta_data.json").await.text;
    assert_ne!(
        seed().await,
        seed().await,
        "nobody is given the same randomness twice"
    );
}

#[tokio::test]
async fn what_is_not_there_is_answered_by_novas_page() {
    let door = Door::open().await;
    let (address, _) = door.of(&door.cloud.boot("web").await);
    let said = get(address, "/openstack/latest/user_data").await;
    assert_eq!(
        (said.status, said.kind.as_str()),
        (StatusCode::NOT_FOUND, "text/html; charset=utf-8")
    );
    assert_eq!(
        said.text,
        "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  \
         The resource could not be found.<br /><br />\n\n\n\n </body>\n</html>"
    );
}

#[tokio::test]
async fn a_password_is_left_once() {
    let door = Door::open().await;
    let (address, _) = door.of(&door.cloud.boot("windows").await);
    let path = "/openstack/latest/password";
    let call = async |method: Method, body: &str| {
        let said = send(method, address, path, body).await;
        (said.status.as_u16(), said.text)
    };
    assert_eq!(call(Method::GET, "").await, (200, String::new()));
    let (status, page) = call(Method::POST, &"x".repeat(1021)).await;
    assert!(status == 400 && page.contains("Request is too large."), "{page}");
    let (status, page) = call(Method::PUT, "x").await;
    assert!(
        status == 400 && page.contains("GET and POST only are supported."),
        "{page}"
    );
    let password = "p".repeat(1020);
    assert_eq!(call(Method::POST, &password).await, (200, String::new()));
    assert_eq!(call(Method::GET, "").await, (200, password.clone()));
    let (status, page) = call(Method::POST, "another").await;
    let words = "There was a conflict when trying to complete your request.";
    assert!(status == 409 && page.contains(words), "{page}");
    assert_eq!(call(Method::GET, "").await, (200, password));
}

#[tokio::test]
async fn who_says_nothing_or_too_much_is_in_nobodys_way() {
    let door = Door::open().await;
    let (one, two) = (door.cloud.boot("one").await, door.cloud.boot("two").await);
    let ((greedy, _), (modest, _)) = (door.of(&one), door.of(&two));
    let mut held = Vec::new();
    for _ in 0..17 {
        let mut stream = TcpStream::connect(greedy).await.unwrap();
        stream.write_all(b"GET / HT").await.unwrap();
        held.push(stream);
    }
    assert_eq!(
        get(modest, "/latest/meta-data/instance-action").await.text,
        "none"
    );
    // Those who were taken in are hung up on in the end, and the next come in.
    assert_eq!(
        get(greedy, "/latest/meta-data/instance-action").await.text,
        "none"
    );
    drop(held);
    let mut endless = TcpStream::connect(modest).await.unwrap();
    let line = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(1 << 20));
    // It may hang up before all of it was said.
    drop(endless.write_all(line.as_bytes()).await);
    let mut said = Vec::new();
    drop(endless.read_to_end(&mut said).await);
    assert!(
        !said.starts_with(b"HTTP/1.1 2"),
        "{}",
        String::from_utf8_lossy(&said)
    );
}

#[tokio::test]
async fn a_server_that_goes_takes_its_socket_along() {
    let door = Door::open().await;
    let id = door.cloud.boot("web").await;
    let (address, end) = door.of(&id);
    let mut open = TcpStream::connect(address).await.unwrap();
    assert_eq!(
        get(address, "/latest/meta-data/hostname").await.text,
        "web.novalocal"
    );
    let path = format!("/v2.1/servers/{id}");
    assert_eq!(
        door.cloud.call("demo", "2.1", "DELETE", &path, None).await.status,
        204
    );
    while get(address, "/").await.status != StatusCode::NOT_FOUND {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    end.cancel();
    let mut rest = Vec::new();
    // Reset or ended, it is over.
    drop(open.read_to_end(&mut rest).await);
    while TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

//! Many clients at the same time: nobody gets an error of ours, nobody waits for ever, and the records add up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Alone, Session, until};

const CLIENTS: u64 = 64;
/// Servers that the project may have: so few that many clients are refused.
const QUOTA: usize = 40;
/// How long they go on, unless `NOVA_DOCKER_TEST_CROWD_SECONDS` says how long.
const SECONDS: u64 = 10;
/// Whoever waits longer for an answer gets none.
const PATIENCE: Duration = Duration::from_secs(60);

/// What all clients were answered.
#[derive(Debug, Default)]
struct Ledger {
    created: AtomicUsize,
    refused: AtomicUsize,
    answers: AtomicUsize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_records_of_many_busy_clients_add_up() {
    let setting = Alone {
        base: format!("compute_driver = fake.FakeDriver\n[quota]\ninstances = {QUOTA}\ncores = -1\nram = -1"),
        ..Alone::default()
    };
    let stage = setting.up().await;
    let session = Arc::new(stage.member().await);
    let image = stage.upload(&session, &stage.seed.name("busybox")).await;
    let ledger = Arc::new(Ledger::default());
    let seconds = std::env::var("NOVA_DOCKER_TEST_CROWD_SECONDS");
    let seconds = seconds.map_or(SECONDS, |text| text.parse().unwrap());
    let end = Instant::now() + Duration::from_secs(seconds);
    let clients = (0..CLIENTS).map(|number| {
        let client = Client {
            session: session.clone(),
            ledger: ledger.clone(),
            image: image.clone(),
            dice: Rng::with_seed(number),
        };
        tokio::spawn(client.until(end))
    });
    for client in join_all(clients).await {
        client.unwrap();
    }
    let [created, refused, answers] = [&ledger.created, &ledger.refused, &ledger.answers];
    let [created, refused, answers] = [created, refused, answers].map(|count| count.load(Ordering::Relaxed));
    let left = settled(&session).await;
    let gone = gone(&stage.admin().await).await;
    eprintln!("{answers} calls: {created} created, {refused} refused, {gone} gone, {left} left");
    assert!(
        refused > 0 && gone > 0,
        "they were not busy enough to mean anything"
    );
    assert_eq!(created, gone + left);
    assert_eq!(used(&session).await, left);
    // To the last one that the quota leaves.
    for _ in left..QUOTA {
        assert_eq!(create(&session, &image).await, 202);
    }
    assert_eq!(create(&session, &image).await, 403);
}

struct Client {
    session: Arc<Session>,
    ledger: Arc<Ledger>,
    image: String,
    dice: Rng,
}

impl Client {
    async fn until(mut self, end: Instant) {
        while Instant::now() < end {
            match self.dice.u32(0..10) {
                0..3 => self.create().await,
                3 => assert!(used(&self.session).await <= QUOTA),
                4 => drop(servers(&self.session).await),
                5..8 => self.act().await,
                _ => self.delete().await,
            }
            self.ledger.answers.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn create(&self) {
        let count = match create(&self.session, &self.image).await {
            202 => &self.ledger.created,
            403 => &self.ledger.refused,
            other => panic!("a server was asked for: {other}"),
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Whatever it is in the midst of.
    async fn act(&mut self) {
        let actions = ["pause", "unpause", "os-stop", "os-start", "lock", "unlock"];
        let action = actions[self.dice.usize(..actions.len())];
        let Some(id) = self.some_server().await else {
            return;
        };
        let path = format!("/servers/{id}/action");
        let (status, body) = ask(&self.session, Method::POST, &path, Some(json!({ action: null }))).await;
        assert!(matches!(status, 202 | 404 | 409), "{action}: {status} {body}");
    }

    async fn delete(&mut self) {
        let Some(id) = self.some_server().await else {
            return;
        };
        let (status, body) = ask(&self.session, Method::DELETE, &format!("/servers/{id}"), None).await;
        assert!(matches!(status, 204 | 404 | 409), "{status} {body}");
    }

    async fn some_server(&mut self) -> Option<String> {
        let servers = servers(&self.session).await;
        let one = self.dice.choice(&servers)?;
        Some(one["id"].as_str().unwrap().to_owned())
    }
}

/// Any answer, but in time and no fault of ours.
async fn ask(session: &Session, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
    let asked = session.ask(method.clone(), path, body.as_ref());
    let answer = tokio::time::timeout(PATIENCE, asked).await;
    let answer = answer
        .unwrap_or_else(|_| panic!("{method} {path} was not answered"))
        .unwrap();
    assert!(!answer.status.is_server_error(), "{method} {path}: {answer:?}");
    (answer.status.as_u16(), answer.body)
}

async fn create(session: &Session, image: &str) -> u16 {
    let body =
        json!({"server": {"name": "one of many", "imageRef": image, "flavorRef": "42", "networks": "none"}});
    ask(session, Method::POST, "/servers", Some(body)).await.0
}

async fn servers(session: &Session) -> Vec<Value> {
    let (_, body) = ask(session, Method::GET, "/servers/detail", None).await;
    let servers = body["servers"].as_array().unwrap().clone();
    assert!(servers.len() <= QUOTA, "{} servers", servers.len());
    servers
}

/// As the quota counts them.
async fn used(session: &Session) -> usize {
    let (_, body) = ask(session, Method::GET, "/limits", None).await;
    let used = &body["limits"]["absolute"]["totalInstancesUsed"];
    usize::try_from(used.as_u64().unwrap()).unwrap()
}

/// How many servers there are when nothing is done to any of them.
async fn settled(session: &Session) -> usize {
    until("all servers are left alone", async || {
        let servers = servers(session).await;
        let idle = servers
            .iter()
            .all(|server| server["OS-EXT-STS:task_state"].is_null());
        idle.then_some(servers.len())
    })
    .await
}

/// How many servers are remembered that are no more.
async fn gone(admin: &Session) -> usize {
    let mut count = 0;
    let mut marker = String::new();
    loop {
        let path = format!("/servers?all_tenants=1&deleted=true&limit=1000{marker}");
        let (_, body) = ask(admin, Method::GET, &path, None).await;
        let page = body["servers"].as_array().unwrap();
        let Some(last) = page.last() else { return count };
        count += page.len();
        marker = format!("&marker={}", last["id"].as_str().unwrap());
    }
}

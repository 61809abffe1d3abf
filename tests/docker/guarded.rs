//! What may reach a server, and what it is told when it asks: the firewall and the guest services in its namespace.

use std::io::{Read, Write};
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use nova_docker::network::firewall::{Direction, Ethertype, Guard, Rule, Sender};
use nova_docker::network::guest::{Directory, Guests, MetadataListener};
use nova_docker::objects::{InstanceId, Vif};
use nova_docker::virt::{ComputeDriver, NetworkInfo, RebootType};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::networks::{PATIENCE, STAYS, boot, links, network, reaches, reaches_at_once, vif};
use crate::stage::Stage;

fn rule(direction: Direction, protocol: Option<u8>) -> Rule {
    Rule {
        direction,
        ethertype: Ethertype::V4,
        protocol,
        min: None,
        max: None,
        remote: None,
    }
}

/// Everything out, and in only what `rules` let in.
fn guarded(vif: Vif, rules: &[Rule]) -> NetworkInfo {
    let mut network = network(&[vif]);
    let vif = &network.vifs[0];
    let senders = vif.fixed_ips().map(|(ip, _)| Sender {
        mac: vif.mac,
        address: format!("{ip}/32").parse().unwrap(),
    });
    network.guards = vec![Guard {
        port: vif.id,
        enabled: true,
        senders: senders.collect(),
        rules: [&[rule(Direction::Egress, None)], rules].concat(),
    }];
    network
}

#[tokio::test]
async fn only_what_a_guard_lets_in_comes_in_and_guards_change_while_a_server_runs() {
    const ICMP: u8 = 1;
    let stage = Stage::set().await;
    let closed = guarded(vif(1, 1), &[]);
    let open = guarded(vif(1, 1), &[rule(Direction::Ingress, Some(ICMP))]);
    let server = boot(&stage, STAYS, &closed).await;
    let other = boot(&stage, STAYS, &network(&[vif(1, 2)])).await;
    assert!(!reaches_at_once(&stage, &other, "10.0.1.1").await);
    assert!(reaches(&stage, &server, "10.0.1.2").await);
    stage.driver.guard(&server, &open).await.unwrap();
    assert!(reaches(&stage, &other, "10.0.1.1").await);
    stage.driver.plug_vifs(&server, &closed).await.unwrap();
    assert!(!reaches_at_once(&stage, &other, "10.0.1.1").await);
    stage
        .driver
        .reboot(&server, &open, RebootType::Hard, PATIENCE)
        .await
        .unwrap();
    assert!(reaches(&stage, &other, "10.0.1.1").await);
}

/// Knows one name.
#[derive(Debug)]
struct Book;

#[async_trait]
impl Directory for Book {
    async fn addresses(&self, _: InstanceId, name: &str) -> Vec<IpAddr> {
        let known = name == "neighbour";
        known.then(|| [10, 0, 1, 2].into()).into_iter().collect()
    }

    async fn name(&self, _: InstanceId, _: IpAddr) -> Option<String> {
        None
    }

    async fn upstream(&self, _: InstanceId) -> Vec<IpAddr> {
        Vec::new()
    }
}

type Seen = Arc<Mutex<Vec<MetadataListener>>>;

/// Answers each server with its id, once for each run of it.
fn answer(mut listeners: UnboundedReceiver<MetadataListener>) -> Seen {
    let seen = Seen::default();
    let kept = seen.clone();
    tokio::spawn(async move {
        while let Some(metadata) = listeners.recv().await {
            let listener = metadata.listener.try_clone().unwrap();
            listener.set_nonblocking(false).unwrap();
            let id = metadata.instance;
            std::thread::spawn(move || {
                let (mut asker, _) = listener.accept().unwrap();
                drop(listener);
                let mut question = [0; 1024];
                let _ = asker.read(&mut question);
                let body = format!("you are {id}\n");
                write!(
                    asker,
                    "HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                )
                .unwrap();
            });
            let end = metadata.end.clone();
            kept.lock().unwrap().push(MetadataListener {
                listener: metadata.listener.try_clone().unwrap(),
                ..metadata
            });
            let kept = kept.clone();
            tokio::spawn(async move {
                end.cancelled().await;
                kept.lock()
                    .unwrap()
                    .retain(|metadata| !metadata.end.is_cancelled());
            });
        }
    });
    seen
}

#[tokio::test]
async fn a_server_learns_who_it_is_in_each_of_its_runs_and_is_let_go_when_it_ends() {
    let (sender, listeners) = unbounded_channel();
    let seen = answer(listeners);
    let guests = Guests::new(Arc::new(Book), sender);
    let stage = Stage::set_with(|settings| settings.guests = Some(guests)).await;
    let asks = "command: [sh, -c, 'until wget -q -O - http://169.254.169.254/; do sleep 0.1; done; nslookup neighbour; echo asked; sleep 1000']\n";
    for wanted in [guarded(vif(1, 1), &[]), network(&[])] {
        let server = boot(&stage, asks, &wanted).await;
        let you_are = format!("you are {}", server.id);
        let written = stage.console_with(server.id, "asked").await;
        assert!(written.contains(&you_are), "{written}");
        assert!(written.contains("10.0.1.2"), "{written}");
        stage
            .driver
            .reboot(&server, &wanted, RebootType::Hard, PATIENCE)
            .await
            .unwrap();
        // What it said before it was connected stands between.
        for _ in 0..100 {
            let written = stage.driver.console_output(server.id, None).await.unwrap();
            if written.matches(&you_are).count() == 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let written = stage.driver.console_output(server.id, None).await.unwrap();
        assert_eq!(written.matches(&you_are).count(), 2, "{written}");
        assert_eq!(seen.lock().unwrap().len(), 1);
        stage.driver.power_off(server.id, PATIENCE).await.unwrap();
        for _ in 0..100 {
            if seen.lock().unwrap().is_empty()
                && !links(&stage.home)
                    .await
                    .iter()
                    .any(|name| name.starts_with("tap"))
            {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(seen.lock().unwrap().len(), 0);
        let left = links(&stage.home).await;
        assert!(!left.iter().any(|name| name.starts_with("tap")), "{left:?}");
        stage.driver.destroy(server.id).await.unwrap();
    }
}

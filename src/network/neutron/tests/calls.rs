//! Requests when all is not well.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use super::*;
use crate::network::{Error, NetworkService, Port};

fn nothing(_: &Asked) -> Reply {
    found(json!({"ports": []}))
}

async fn ports(neutron: &Neutron) -> Result<Vec<Port>, Error> {
    neutron.ports_of(InstanceId(id(1))).await
}

#[tokio::test]
async fn a_token_that_has_ended_is_renewed_once() {
    let fake = Fake::start(|asked| match asked.token.as_str() {
        "own-2" => nothing(asked),
        _ => Reply::Json(401, json!({"error": {"code": 401, "message": "Log in."}})),
    })
    .await;
    let neutron = fake.neutron();
    assert_eq!(ports(&neutron).await.unwrap(), []);
    assert_eq!(ports(&neutron).await.unwrap(), []);
    let tokens: Vec<String> = fake.asked().into_iter().map(|asked| asked.token).collect();
    assert_eq!(tokens, ["own-1", "own-2", "own-2"]);
}

#[tokio::test]
async fn who_is_not_let_in_with_a_new_token_either_is_told_so() {
    let fake = Fake::start(|_| Reply::Json(401, json!({"error": {"code": 401, "message": "Log in."}}))).await;
    let refused = ports(&fake.neutron()).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Forbidden(message) if message == "Log in."),
        "{refused:?}"
    );
    assert_eq!(fake.asked().len(), 2);
}

#[tokio::test]
async fn what_is_for_the_caller_is_asked_in_their_name() {
    let fake = Fake::start(|_| found(json!({"networks": []}))).await;
    let with_ours = Settings {
        send_service_user_token: true,
        ..Fake::settings()
    };
    let resumed = RequestContext {
        judge: None,
        token: None,
        global_request_id: None,
        ..user()
    };
    fake.neutron().networks(&user(), Some(&[id(1)])).await.unwrap();
    fake.neutron_with(with_ours)
        .networks(&user(), Some(&[id(1)]))
        .await
        .unwrap();
    fake.neutron().networks(&resumed, Some(&[id(1)])).await.unwrap();
    let signed: Vec<_> = fake
        .asked()
        .into_iter()
        .map(|asked| (asked.token, asked.service, asked.request_id))
        .collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        signed,
        [
            ("users".to_owned(), None, some("req-global")),
            ("users".to_owned(), some("own-2"), some("req-global")),
            ("own-3".to_owned(), None, some("req-own")),
        ]
    );
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for_longer_than_configured() {
    let fake = Fake::start(|_| Reply::Never).await;
    let impatient = Settings {
        timeout: Duration::from_millis(100),
        ..Fake::settings()
    };
    let silent = ports(&fake.neutron_with(impatient)).await.unwrap_err();
    assert_eq!(
        silent.to_string(),
        format!(
            "the network service at {} did not answer: nothing within 0.1 s",
            fake.url
        )
    );
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test]
async fn a_neutron_that_is_not_there_is_named() {
    let fake = Fake::start(nothing).await;
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let elsewhere = Settings {
        endpoint: Some(format!("{url}/v2.0/")),
        http_retries: 0,
        ..Fake::settings()
    };
    let missing = ports(&fake.neutron_with(elsewhere))
        .await
        .unwrap_err()
        .to_string();
    let expected = format!(
        "the network service at {url} did not answer: no connection: Connection refused (os error 111)"
    );
    assert_eq!(missing, expected);
}

/// Takes requests and hangs up; counts them.
async fn hangs_up() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            connection
                .read_buf(&mut Vec::with_capacity(1 << 16))
                .await
                .unwrap();
            counter.fetch_add(1, Ordering::SeqCst);
        }
    });
    (url, count)
}

#[tokio::test]
async fn only_what_may_be_done_twice_is_asked_twice() {
    let fake = Fake::start(nothing).await;
    let (url, count) = hangs_up().await;
    let cut_off = fake.neutron_with(Settings {
        endpoint: Some(url),
        ..Fake::settings()
    });
    let lost = ports(&cut_off).await.unwrap_err();
    assert!(matches!(lost, Error::Unreachable { .. }), "{lost:?}");
    assert_eq!(count.load(Ordering::SeqCst), 2);
    let lost = cut_off.create_port(&wanted()).await.unwrap_err();
    assert!(matches!(lost, Error::Unreachable { .. }), "{lost:?}");
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_proxy_whose_neutron_is_away_is_asked_again() {
    let away = AtomicUsize::new(1);
    let fake = Fake::start(move |asked| {
        match away.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
            Ok(_) => Reply::Text(503, "<h1>Service Unavailable</h1>"),
            Err(_) => nothing(asked),
        }
    })
    .await;
    assert_eq!(ports(&fake.neutron()).await.unwrap(), []);
    assert_eq!(fake.asked().len(), 2);
}

#[tokio::test]
async fn garbage_is_an_error_that_says_where() {
    for (garbage, reason) in [
        ("<html>", "expected value at line 1 column 1"),
        ("{}", "invalid type: null, expected a sequence"),
        (
            r#"{"ports": [{"id": 7}]}"#,
            "invalid type: integer `7`, expected a formatted UUID string",
        ),
    ] {
        let fake = Fake::start(move |_| Reply::Text(200, garbage)).await;
        let error = ports(&fake.neutron()).await.unwrap_err().to_string();
        let expected =
            format!("the network service answered 200: what it sent for ports is unreadable: {reason}");
        assert!(error.starts_with(&expected), "{error}");
    }
}

#[tokio::test]
async fn lists_are_read_to_the_last_page() {
    let fake = Fake::start(|asked| match asked.line.contains("marker") {
        false => found(json!({
            "ports": [port(id(1))],
            "ports_links": [{"rel": "next", "href": "http://outside/v2.0/ports?device_id=x&limit=1&marker=1"}],
        })),
        true => found(json!({"ports": [port(id(2))], "ports_links": [{"rel": "previous", "href": "x"}]})),
    })
    .await;
    let ports = ports(&fake.neutron()).await.unwrap();
    assert_eq!(
        ports.iter().map(|port| port.id).collect::<Vec<_>>(),
        [id(1), id(2)]
    );
    assert_eq!(fake.lines()[1], "GET ports?device_id=x&limit=1&marker=1");
}

#[tokio::test]
async fn many_ids_are_asked_in_addresses_of_a_bearable_length() {
    let fake = Fake::start(nothing).await;
    let ids: Vec<Uuid> = (0..200).map(id).collect();
    assert_eq!(fake.neutron().vifs(&ids).await.unwrap(), []);
    let lines = fake.lines();
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| line.len() < 4000));
    let asked: usize = lines.iter().map(|line| line.matches("id=").count()).sum();
    assert_eq!(asked, 200);
}

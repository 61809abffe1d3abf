//! What every answer has, whatever was asked.

use super::*;

#[tokio::test]
async fn the_version_in_force_is_told_in_both_headers() {
    let cases: [(&[(&str, &str)], &str); 7] = [
        (&[], "2.1"),
        (&[("openstack-api-version", "compute 2.10")], "2.10"),
        (
            &[("openstack-api-version", "volume 3.9, Compute  2.11,image 2.2")],
            "2.11",
        ),
        (&[("openstack-api-version", "volume 3.9")], "2.1"),
        (&[("x-openstack-nova-api-version", "2.12")], "2.12"),
        (
            &[
                ("x-openstack-nova-api-version", "2.12"),
                ("openstack-api-version", "compute 2.13"),
            ],
            "2.13",
        ),
        (
            &[("x-openstack-nova-api-version", "latest")],
            &super::super::MAX.to_string(),
        ),
    ];
    for (headers, version) in cases {
        for path in ["/v2.1/servers", "/nowhere"] {
            let answer = ask("GET", path, headers, "").await;
            assert_eq!(
                answer.header("openstack-api-version"),
                [format!("compute {version}")],
                "{headers:?}"
            );
            assert_eq!(answer.header("x-openstack-nova-api-version"), [version]);
            assert_eq!(
                answer.header("vary"),
                ["OpenStack-API-Version", "X-OpenStack-Nova-API-Version"]
            );
        }
    }
}

#[tokio::test]
async fn a_version_that_is_not_served_is_refused_in_novas_words() {
    let answer = ask(
        "GET",
        "/v2.1/servers",
        &[("openstack-api-version", "compute 2.9999")],
        "",
    )
    .await;
    assert_eq!(answer.header("openstack-api-version"), ["compute 2.9999"]);
    let message = format!(
        "Version 2.9999 is not supported by the API. Minimum is 2.1 and maximum is {}.",
        super::super::MAX
    );
    assert_eq!(answer.told(), fault("computeFault", 406, &message));
    let message = "API Version String two is of invalid format. Must be of format MajorNum.MinorNum.";
    assert_eq!(
        at("two", "GET", "/v2.1/servers", "").await,
        fault("badRequest", 400, message)
    );
}

#[tokio::test]
async fn what_is_not_there_is_a_fault_too() {
    let gone = fault("itemNotFound", 404, "The resource could not be found.");
    assert_eq!(at("2.1", "GET", "/nowhere", "").await, gone);
    let message = "The method DELETE is not allowed for this resource.";
    assert_eq!(
        at("2.1", "DELETE", "/v2.1/servers", "").await,
        fault("badMethod", 405, message)
    );
}

#[tokio::test]
async fn a_route_exists_only_within_its_range() {
    let gone = fault("itemNotFound", 404, "The resource could not be found.");
    let start = r#"{"os-start":null}"#;
    assert_eq!(at("2.25", "GET", "/v2.1/servers/7/tags", "").await, gone);
    assert_eq!(at("2.25", "POST", "/v2.1/servers/7/tags", start).await, gone);
    assert_eq!(
        at("2.79", "POST", "/v2.1/servers/7/tags", start).await,
        (202, String::new())
    );
    assert_eq!(at("2.80", "POST", "/v2.1/servers/7/tags", start).await, gone);
}

#[tokio::test]
async fn a_panic_is_an_error_without_its_cause() {
    let message = "The server has either erred or is incapable of performing the requested operation.";
    let answer = ask("GET", "/broken", &[], "").await;
    assert_eq!(answer.header("x-openstack-request-id"), [ID]);
    assert_eq!(answer.header("x-openstack-nova-api-version"), ["2.1"]);
    assert_eq!(answer.told(), fault("computeFault", 500, message));
}

#[tokio::test]
async fn a_request_has_an_id_and_a_well_formed_one_of_its_callers_is_kept() {
    let theirs = "req-11111111-2222-3333-4444-555555555555";
    let answer = ask("GET", "/identity", &[("x-openstack-request-id", theirs)], "").await;
    assert_eq!(answer.header("x-openstack-request-id"), [ID]);
    assert_eq!(answer.header("x-compute-request-id"), [ID]);
    assert_eq!(answer.body, format!("{ID} Some({theirs:?})"));
    for wrong in [
        "11111111-2222-3333-4444-555555555555",
        "req-1",
        "req-11111111222233334444555555555555",
    ] {
        let answer = ask("GET", "/identity", &[("x-openstack-request-id", wrong)], "").await;
        assert_eq!(answer.body, format!("{ID} None"));
    }
}

#[tokio::test]
async fn the_log_has_a_line_for_each_answer_and_no_secrets() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    ask(
        "GET",
        "/v2.1/servers?marker=hidden",
        &[("x-auth-token", "hidden")],
        "hidden",
    )
    .await;
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let (line, time) = log.trim_end().rsplit_once(" time: ").unwrap();
    let expected = format!(
        "request{{request_id=\"{ID}\"}}: nova_docker::api::access_log: - \"GET /v2.1/servers\" \
         status: 400 len: 65 microversion: 2.1"
    );
    assert!(
        line.ends_with(&expected) && time.parse::<f64>().is_ok() && !log.contains("hidden"),
        "{log}"
    );
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

//! `GET /healthcheck`: whether a load balancer should send anybody here, in the forms of oslo.middleware.

use std::path::PathBuf;

use axum::response::{IntoResponse, Response};
use http::header::ACCEPT;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

/// `[healthcheck]`
#[derive(Debug, Clone, Default)]
pub struct HealthSettings {
    pub detailed: bool,
    pub disable_by_file_path: Option<PathBuf>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// What it is: `DockerEngine`.
    pub class: &'static str,
    /// Why it is not well.
    pub trouble: Option<&'static str>,
}

impl HealthSettings {
    /// Text, JSON for who accepts it, and to `HEAD` a status alone.
    pub fn answer(&self, method: &Method, headers: &HeaderMap, checks: &[Check]) -> Response {
        let mut checks = checks.to_vec();
        if let Some(file) = &self.disable_by_file_path {
            checks.push(Check {
                class: "DisableByFile",
                trouble: file.exists().then_some("DISABLED BY FILE"),
            });
        }
        let well = checks.iter().all(|check| check.trouble.is_none());
        let status = match (well, method == Method::HEAD) {
            (true, true) => StatusCode::NO_CONTENT,
            (true, false) => StatusCode::OK,
            (false, _) => StatusCode::SERVICE_UNAVAILABLE,
        };
        if method == Method::HEAD {
            return status.into_response();
        }
        let accepted = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
        match accepted.is_some_and(|types| types.contains("application/json")) {
            true => (status, axum::Json(self.report(&checks))).into_response(),
            false => (status, text(&checks)).into_response(),
        }
    }

    fn report(&self, checks: &[Check]) -> Value {
        let reason = |check: &Check| match self.detailed {
            true => json!({"class": check.class, "details": "", "reason": check.trouble.unwrap_or("OK")}),
            false => json!(check.trouble.unwrap_or("OK")),
        };
        let reasons: Vec<Value> = checks.iter().map(reason).collect();
        json!({"detailed": self.detailed, "reasons": reasons})
    }
}

fn text(checks: &[Check]) -> String {
    let troubles: Vec<&str> = checks.iter().filter_map(|check| check.trouble).collect();
    match troubles[..] {
        [] => "OK".to_owned(),
        _ => troubles.join("\n"),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    const WELL: Check = Check {
        class: "DockerEngine",
        trouble: None,
    };
    const ILL: Check = Check {
        trouble: Some("it is away"),
        ..WELL
    };

    async fn asked(settings: &HealthSettings, method: Method, accept: &str, check: Check) -> (u16, String) {
        let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
        let answer = settings.answer(&method, &headers, &[check]);
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), 10_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn it_is_said_in_the_form_that_is_asked_for() {
        let (brief, detailed) = (
            HealthSettings::default(),
            HealthSettings {
                detailed: true,
                ..HealthSettings::default()
            },
        );
        for (settings, method, accept, check, status, body) in [
            (&brief, Method::GET, "*/*", WELL, 200, "OK"),
            (&brief, Method::GET, "*/*", ILL, 503, "it is away"),
            (&brief, Method::HEAD, "*/*", WELL, 204, ""),
            (&brief, Method::HEAD, "*/*", ILL, 503, ""),
            (
                &brief,
                Method::GET,
                "application/json",
                WELL,
                200,
                r#"{"detailed":false,"reasons":["OK"]}"#,
            ),
            (
                &detailed,
                Method::GET,
                "text/html, application/json",
                ILL,
                503,
                r#"{"detailed":true,"reasons":[{"class":"DockerEngine","details":"","reason":"it is away"}]}"#,
            ),
        ] {
            let answer = asked(settings, method, accept, check).await;
            assert_eq!(answer, (status, body.to_owned()));
        }
    }

    #[tokio::test]
    async fn a_file_takes_the_service_out() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("out");
        let settings = HealthSettings {
            detailed: false,
            disable_by_file_path: Some(file.clone()),
        };
        let ask = || asked(&settings, Method::GET, "*/*", WELL);
        assert_eq!(ask().await, (200, "OK".to_owned()));
        std::fs::write(file, "").unwrap();
        assert_eq!(ask().await, (503, "DISABLED BY FILE".to_owned()));
    }
}

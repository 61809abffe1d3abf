//! Web pages of other origins: what browsers are told they may do.

use std::time::Duration;

use axum::Router;
use http::{HeaderName, HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// oslo.middleware's `[cors]`.
#[derive(Debug, Clone, Default)]
pub struct Cors {
    /// `*` is all of them.
    pub origins: Vec<String>,
    pub credentials: bool,
    pub expose_headers: Vec<String>,
    pub max_age: Duration,
    pub methods: Vec<String>,
    pub headers: Vec<String>,
}

/// A setting that no browser could make sense of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("[cors] {option}: '{text}' is not one")]
pub struct NotOne {
    option: &'static str,
    text: String,
}

impl Cors {
    /// Around a whole service: browsers ask before they have a token. Without an origin nothing is added.
    pub fn around(&self, service: Router) -> Result<Router, NotOne> {
        if self.origins.is_empty() {
            return Ok(service);
        }
        let origins: Vec<HeaderValue> = all("allowed_origin", &self.origins)?;
        let any = self.origins.iter().any(|origin| origin == "*");
        let allowed = AllowOrigin::predicate(move |origin, _| any || origins.contains(origin));
        let layer = CorsLayer::new()
            .allow_origin(allowed)
            .allow_credentials(self.credentials)
            .expose_headers(all::<HeaderName>("expose_headers", &self.expose_headers)?)
            .max_age(self.max_age)
            .allow_methods(all::<Method>("allow_methods", &self.methods)?)
            .allow_headers(all::<HeaderName>("allow_headers", &self.headers)?);
        Ok(service.layer(layer))
    }
}

fn all<T: for<'a> TryFrom<&'a [u8]>>(option: &'static str, texts: &[String]) -> Result<Vec<T>, NotOne> {
    let read = |text: &String| {
        T::try_from(text.as_bytes()).map_err(|_| NotOne {
            option,
            text: text.clone(),
        })
    };
    texts.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use http::{Request, Response};
    use tower::ServiceExt;

    use super::*;

    fn cors(origin: &str) -> Cors {
        let words = |text: &str| text.split(',').map(str::to_owned).collect();
        Cors {
            origins: words(origin),
            credentials: true,
            expose_headers: words("X-Openstack-Request-Id"),
            max_age: Duration::from_secs(60),
            methods: words("GET,POST"),
            headers: words("X-Auth-Token"),
        }
    }

    async fn ask(cors: &Cors, method: &str, origin: &str) -> Response<Body> {
        let service = Router::new().route("/", get(|| async { "here" }));
        let mut request = Request::builder()
            .method(method)
            .uri("/")
            .header("origin", origin);
        if method == "OPTIONS" {
            request = request
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "x-auth-token");
        }
        let service = cors.around(service).unwrap();
        service
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap()
    }

    fn header<'a>(answer: &'a Response<Body>, name: &str) -> Option<&'a str> {
        answer.headers().get(name).map(|value| value.to_str().unwrap())
    }

    #[tokio::test]
    async fn a_page_of_a_known_origin_may_call_and_another_may_not() {
        let cors = cors("https://a.example,https://b.example");
        let asked = ask(&cors, "OPTIONS", "https://b.example").await;
        for (name, value) in [
            ("access-control-allow-origin", "https://b.example"),
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-methods", "GET,POST"),
            ("access-control-allow-headers", "x-auth-token"),
            ("access-control-max-age", "60"),
        ] {
            assert_eq!(header(&asked, name), Some(value), "{name}");
        }
        let got = ask(&cors, "GET", "https://a.example").await;
        assert_eq!(
            header(&got, "access-control-allow-origin"),
            Some("https://a.example")
        );
        assert_eq!(
            header(&got, "access-control-expose-headers"),
            Some("x-openstack-request-id")
        );
        let other = ask(&cors, "GET", "https://c.example").await;
        assert_eq!(
            (
                other.status().as_u16(),
                header(&other, "access-control-allow-origin")
            ),
            (200, None)
        );
    }

    #[tokio::test]
    async fn a_star_is_every_origin_and_none_is_none() {
        let all = ask(&cors("*"), "GET", "https://c.example").await;
        assert_eq!(
            header(&all, "access-control-allow-origin"),
            Some("https://c.example")
        );
        let none = ask(&Cors::default(), "GET", "https://c.example").await;
        assert_eq!(header(&none, "access-control-allow-origin"), None);
        assert_eq!(header(&none, "vary"), None);
    }

    #[test]
    fn what_is_no_header_is_said() {
        let wrong = Cors {
            headers: vec!["X Auth".to_owned()],
            ..cors("*")
        };
        let refused = wrong.around(Router::new()).unwrap_err();
        assert_eq!(refused.to_string(), "[cors] allow_headers: 'X Auth' is not one");
    }
}

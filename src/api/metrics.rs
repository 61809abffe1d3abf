//! What is measured, for Prometheus: how requests are answered, how many servers there are, whether the engine is there.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::compute::Compute;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// One set for the whole process; clones are the same.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    answers: Family<Answered, Histogram>,
    servers: Family<InState, Gauge>,
    engine: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    service: &'static str,
    method: String,
    /// As it stands in the reference, `/v2.1/servers/{id}`: paths as they come would be without number.
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InState {
    vm_state: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        // From a millisecond to half a minute.
        let answers = Family::new_with_constructor(
            (|| Histogram::new(exponential_buckets(0.001, 2.0, 16))) as fn() -> _,
        );
        let (servers, engine) = (Family::default(), Gauge::default());
        let mut registry = Registry::with_prefix("nova_docker");
        registry.register_with_unit(
            "http_request_duration",
            "How long requests took to be answered",
            Unit::Seconds,
            answers.clone(),
        );
        registry.register("servers", "Servers on this host by state", servers.clone());
        registry.register("engine_up", "Whether the Docker engine answers", engine.clone());
        Self {
            registry: Arc::new(registry),
            answers,
            servers,
            engine,
        }
    }
}

impl Metrics {
    /// Measures every answer of a service.
    pub fn around(&self, name: &'static str, service: Router) -> Router {
        service.layer(from_fn_with_state((self.clone(), name), measure))
    }

    /// `GET /metrics`
    pub fn router(self, compute: Compute) -> Router {
        Router::new()
            .route("/metrics", get(show))
            .with_state((self, compute))
    }
}

async fn measure(
    State((metrics, service)): State<(Metrics, &'static str)>,
    request: Request,
    next: Next,
) -> Response {
    let (begun, method) = (Instant::now(), request.method().to_string());
    let response = next.run(request).await;
    let route = response.extensions().get::<MatchedPath>();
    let labels = Answered {
        service,
        method,
        route: route.map_or_else(|| "none".to_owned(), |route| route.as_str().to_owned()),
        status: response.status().as_u16(),
    };
    let took = begun.elapsed().as_secs_f64();
    metrics.answers.get_or_create(&labels).observe(took);
    response
}

async fn show(State((metrics, compute)): State<(Metrics, Compute)>) -> Response {
    metrics.engine.set(compute.is_ready().await.into());
    let counts = match compute.counts_by_state().await {
        Ok(counts) => counts,
        Err(error) => {
            tracing::warn!(%error, "servers could not be counted");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    metrics.servers.clear();
    for (vm_state, count) in counts {
        metrics.servers.get_or_create(&InState { vm_state }).set(count);
    }
    let mut body = String::new();
    match text::encode(&mut body, &metrics.registry) {
        Ok(()) => ([(CONTENT_TYPE, OPEN_METRICS)], body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

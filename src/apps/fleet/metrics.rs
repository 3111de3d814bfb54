//! The fleet's metrics and the server for them.

use std::net::SocketAddr;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use seasense::apps::shared::shutdown::{self, Shutdown};
use seasense::apps::shared::wire::Answer;
use tokio::net::TcpListener;

/// The metrics of the fleet; clones share the counters.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    /// Readings measured.
    pub measured: Counter,
    /// Readings dropped because the outbox was full.
    pub dropped: Counter,
    /// Batches without an acknowledgement.
    pub failures: Counter,
    /// Readings not acknowledged yet.
    pub waiting: Gauge,
    /// Time of the last acknowledgement, Unix seconds.
    pub last_acknowledged: Gauge,
    accepted: Counter,
    duplicate: Counter,
    rejected: Counter,
}

impl Metrics {
    /// Counts the outcomes in an answer.
    pub fn count(&self, answer: &Answer) {
        self.accepted.inc_by(answer.accepted as u64);
        self.duplicate.inc_by(answer.duplicate as u64);
        self.rejected.inc_by(answer.rejected as u64);
    }

    /// Counts readings that were refused as a batch.
    pub fn count_refused(&self, count: usize) {
        self.rejected.inc_by(count as u64);
    }

    fn page(&self) -> Response {
        let mut registry = Registry::with_prefix("seasense_fleet");
        registry.register("readings_measured", "Readings measured", self.measured.clone());
        registry.register(
            "readings_dropped",
            "Readings dropped because the outbox was full",
            self.dropped.clone(),
        );
        registry.register("readings_accepted", "Readings acknowledged as new", self.accepted.clone());
        registry.register("readings_duplicate", "Readings acknowledged as known", self.duplicate.clone());
        registry.register("readings_rejected", "Readings rejected by the backend", self.rejected.clone());
        registry.register("send_failures", "Batches without an acknowledgement", self.failures.clone());
        registry.register("readings_waiting", "Readings not acknowledged yet", self.waiting.clone());
        registry.register(
            "last_acknowledged_seconds",
            "Last acknowledgement, Unix time",
            self.last_acknowledged.clone(),
        );
        let mut page = String::new();
        if text::encode(&mut page, &registry).is_err() {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], page)
            .into_response()
    }
}

/// Serves `/metrics` and `/healthz` until a shutdown is requested.
pub async fn serve(address: SocketAddr, metrics: Metrics, shutdown: Shutdown) -> std::io::Result<()> {
    let router = Router::new()
        .route("/metrics", get(async move || metrics.page()))
        .route("/healthz", get(async || "ok"));
    let listener = TcpListener::bind(address).await?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    axum::serve(listener, router).with_graceful_shutdown(shutdown::requested(shutdown)).await
}

//! Counters in Prometheus' text format, served on a separate port.

use std::fmt::Write as _;
use std::time::Duration;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use seasense::apps::shared::wire::Answer;

use super::database::Database;
use super::problem::Problem;

/// Upper bounds of the duration histogram, seconds.
const BUCKETS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReadingLabels {
    status: &'static str,
}

/// The metrics of the process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram>,
    readings: Family<ReadingLabels, Counter>,
}

impl Metrics {
    /// Creates all counters at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("seasense");
        let requests = Family::default();
        let durations = Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        let readings = Family::default();
        registry.register("http_requests", "Answered requests", requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time from the request to the head of the response",
            Unit::Seconds,
            durations.clone(),
        );
        registry.register("readings", "Received readings by outcome", readings.clone());
        Self { registry, requests, durations, readings }
    }

    /// Counts one finished request.
    pub fn count_request(&self, method: &str, route: &str, status: u16, elapsed: Duration) {
        let (method, route) = (method.to_owned(), route.to_owned());
        self.durations.get_or_create(&RouteLabels { route: route.clone() }).observe(elapsed.as_secs_f64());
        self.requests.get_or_create(&RequestLabels { method, route, status }).inc();
    }

    /// Counts the readings of one stored batch.
    pub fn count_readings(&self, answer: &Answer) {
        let outcomes = [
            ("accepted", answer.accepted),
            ("duplicate", answer.duplicate),
            ("kept", answer.kept),
            ("rejected", answer.rejected - answer.kept),
        ];
        for (status, count) in outcomes {
            self.readings.get_or_create(&ReadingLabels { status }).inc_by(count as u64);
        }
    }

    /// Returns the page for Prometheus.
    pub fn page(&self, database: &Database) -> Response {
        let mut page = String::new();
        let (open, idle) = database.connections();
        // Written before the registry's page, which ends with `# EOF`: the pool maintains these numbers itself.
        let gauges = writeln!(
            page,
            "# HELP seasense_database_connections Connections to the database.\n\
             # TYPE seasense_database_connections gauge\n\
             seasense_database_connections{{state=\"open\"}} {open}\n\
             seasense_database_connections{{state=\"idle\"}} {idle}"
        );
        if gauges.and_then(|()| text::encode(&mut page, &self.registry)).is_err() {
            return Problem::internal().into_response();
        }
        ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], page)
            .into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_contains_counted_readings_and_requests() {
        let metrics = Metrics::new();
        metrics.count_readings(&Answer {
            accepted: 3,
            duplicate: 1,
            rejected: 3,
            kept: 2,
            results: Vec::new(),
        });
        metrics.count_request("GET", "/api/v1/latest", 200, Duration::from_millis(7));
        let mut page = String::new();
        text::encode(&mut page, &metrics.registry).unwrap();
        assert!(page.contains("seasense_readings_total{status=\"accepted\"} 3"), "{page}");
        assert!(page.contains("seasense_readings_total{status=\"kept\"} 2"), "{page}");
        assert!(page.contains("seasense_readings_total{status=\"rejected\"} 1"), "{page}");
        assert!(
            page.contains(
                "seasense_http_requests_total{method=\"GET\",route=\"/api/v1/latest\",status=\"200\"} 1"
            ),
            "{page}"
        );
        assert!(
            page.contains(
                "seasense_http_request_duration_seconds_bucket{le=\"0.01\",route=\"/api/v1/latest\"} 1"
            ),
            "{page}"
        );
    }
}

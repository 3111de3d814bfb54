//! Counts responses and renders the counts in Prometheus' text format.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::http::StatusCode;

#[derive(Debug, Default)]
struct Counts {
    responses: BTreeMap<u16, u64>,
    time: Duration,
}

/// The counters of one process.
#[derive(Debug, Default)]
pub struct Metrics {
    counts: Mutex<Counts>,
}

impl Metrics {
    /// Counts one response and its duration.
    pub fn count(&self, status: StatusCode, duration: Duration) {
        let mut counts = self.counts();
        *counts.responses.entry(status.as_u16()).or_default() += 1;
        counts.time += duration;
    }

    /// Renders all counters as text.
    pub fn render(&self) -> String {
        let counts = self.counts();
        let mut text = String::from(
            "# HELP seasense_frontend_http_requests_total Responses by status code.\n\
             # TYPE seasense_frontend_http_requests_total counter\n",
        );
        // Writing into a String cannot fail.
        for (code, count) in &counts.responses {
            let _ = writeln!(text, "seasense_frontend_http_requests_total{{code=\"{code}\"}} {count}");
        }
        let _ = write!(
            text,
            "# HELP seasense_frontend_http_request_seconds_total Time spent on responses.\n\
             # TYPE seasense_frontend_http_request_seconds_total counter\n\
             seasense_frontend_http_request_seconds_total {}\n\
             # HELP seasense_frontend_build_info The running version.\n\
             # TYPE seasense_frontend_build_info gauge\n\
             seasense_frontend_build_info{{version=\"{}\"}} 1\n",
            counts.time.as_secs_f64(),
            env!("CARGO_PKG_VERSION"),
        );
        text
    }

    /// Counts stay usable after a panic, so a poisoned lock is ignored.
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

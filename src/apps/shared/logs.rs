//! Structured logs: one JSON object per line on stderr.

use tracing_subscriber::EnvFilter;

/// Starts logging for this process; `filter` has the syntax of `RUST_LOG`; an invalid one falls back to `info`.
pub fn start(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    // A second call, for example in a test, keeps the first subscriber.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .try_init();
}

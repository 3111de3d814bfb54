//! The state that all handlers share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::database::Database;
use super::metrics::Metrics;

/// The running application; clones share all state.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub database: Database,
    /// Counters for Prometheus.
    pub metrics: Arc<Metrics>,
    draining: Arc<AtomicBool>,
    ready: Arc<AtomicBool>,
}

impl App {
    /// Creates the application with this database.
    pub fn new(database: Database) -> Self {
        Self { database, metrics: Arc::new(Metrics::new()), draining: Arc::default(), ready: Arc::default() }
    }

    /// Makes the readiness probe fail from now on, so that no new requests are routed here.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Records that the process could serve.
    pub fn was_ready(&self) {
        self.ready.store(true, Ordering::Relaxed);
    }

    /// Whether the process could serve at any time.
    pub fn has_been_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

    /// Whether the process is shutting down.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

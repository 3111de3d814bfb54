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
}

impl App {
    /// Creates the application with this database.
    pub fn new(database: Database) -> Self {
        Self { database, metrics: Arc::new(Metrics::new()), draining: Arc::new(AtomicBool::new(false)) }
    }

    /// Makes the readiness probe fail from now on, so that no new requests are routed here.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the process is shutting down.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

//! What every handler can reach.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::database::Database;
use super::metrics::Metrics;

/// The running application; clones share everything.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub database: Database,
    /// Counters for Prometheus.
    pub metrics: Arc<Metrics>,
    draining: Arc<AtomicBool>,
}

impl App {
    /// An application over this database.
    pub fn new(database: Database) -> Self {
        Self { database, metrics: Arc::new(Metrics::new()), draining: Arc::new(AtomicBool::new(false)) }
    }

    /// From now on readiness is denied, so that no new connection is sent here.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the process is about to end.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

//! How a batch gets to the backend.

mod backoff;
mod https;

use std::time::Duration;

use seasense::apps::shared::wire::{Answer, Batch};

pub use backoff::Backoff;
pub use https::Https;

/// Carries batches; lossy and slow links take the same place later.
pub trait Transport: Clone + Send + Sync + 'static {
    /// Sends one batch with this buoy's token and waits for the acknowledgement.
    fn send(&self, token: &str, batch: &Batch) -> impl Future<Output = Result<Answer, Unsent>> + Send;
}

/// The batch is not acknowledged. It may be stored all the same, so it has to be sent again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unsent {
    /// Why, for the log.
    pub reason: String,
    /// The earliest next attempt that the backend asks for.
    pub retry_after: Option<Duration>,
}

impl Unsent {
    /// A failure without advice from the backend.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), retry_after: None }
    }
}

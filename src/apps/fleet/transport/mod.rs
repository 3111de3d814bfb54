//! Sends batches to the backend.

mod backoff;
mod https;

use std::time::Duration;

use seasense::apps::shared::wire::{Answer, Batch};

pub use backoff::Backoff;
pub use https::Https;

/// A connection to the backend.
pub trait Transport: Clone + Send + Sync + 'static {
    /// Sends one batch with this buoy's token and waits for the response.
    fn send(&self, token: &str, batch: &Batch) -> impl Future<Output = Result<Answer, SendError>> + Send;
}

/// The batch is not acknowledged. It may be stored nevertheless, so it has to be sent again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct SendError {
    /// The reason, for the log.
    pub reason: String,
    /// What a repetition needs to succeed.
    pub kind: SendFailure,
    /// The pause that the backend requests before the next attempt.
    pub retry_after: Option<Duration>,
}

/// What a repetition of a batch needs to succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendFailure {
    /// Time.
    Transient,
    /// Another token.
    Unauthorised,
    /// Nothing helps: the backend cannot read this batch, or it is too large.
    Refused,
}

impl SendError {
    /// Creates a transient error without `retry_after`.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), kind: SendFailure::Transient, retry_after: None }
    }
}

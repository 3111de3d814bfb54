//! Graceful shutdown: no new connections after the signal, and a time limit for the open ones.

use std::{future::Future, io, time::Duration};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::timeout,
};
use tracing::info;

/// Time limit for open connections after the signal.
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// Signals all tasks of the server to stop.
#[derive(Debug, Clone)]
pub struct Shutdown {
    requested: watch::Receiver<bool>,
    drain_time: Duration,
}

impl Shutdown {
    /// Listens for SIGTERM and SIGINT. Requires a Tokio runtime.
    pub fn on_signals() -> io::Result<Self> {
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let (sender, requested) = watch::channel(false);
        tokio::spawn(async move {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            };
            info!(signal = name, "shutdown requested");
            sender.send_replace(true);
        });
        Ok(Self { requested, drain_time: DRAIN_TIME })
    }

    /// Returns when the server must stop accepting connections.
    pub async fn requested(mut self) {
        // An error means that the sender is dropped, which is a shutdown as well.
        let _ = self.requested.wait_for(|requested| *requested).await;
    }

    /// Returns the outcome of `serving`, or `None` if it did not end in time after the signal.
    pub async fn limit<T>(&self, serving: impl Future<Output = T>) -> Option<T> {
        let requested = self.clone().requested();
        tokio::pin!(serving);
        tokio::select! {
            outcome = &mut serving => Some(outcome),
            () = requested => timeout(self.drain_time, serving).await.ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn completed_work_is_not_limited() {
        let (_sender, requested) = watch::channel(false);
        let shutdown = Shutdown { requested, drain_time: Duration::ZERO };
        assert_eq!(shutdown.limit(async { 7 }).await, Some(7));
    }

    #[tokio::test]
    async fn endless_work_is_aborted_after_the_signal() {
        let (_sender, requested) = watch::channel(true);
        let shutdown = Shutdown { requested, drain_time: Duration::from_millis(1) };
        assert_eq!(shutdown.limit(std::future::pending::<()>()).await, None);
    }
}

//! Converts the signals that stop a process into one future.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Becomes true when a shutdown is requested; clones share the value.
pub type Shutdown = watch::Receiver<bool>;

/// Starts listening for SIGTERM (from the cluster) and SIGINT (from a user).
pub fn listen() -> std::io::Result<Shutdown> {
    listen_for(None)
}

/// Like [`listen`], and also requests the shutdown when `limit` has passed.
pub fn listen_for(limit: Option<Duration>) -> std::io::Result<Shutdown> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
            () = passed(limit) => "the time limit",
        };
        tracing::info!(signal = name, "shutdown requested");
        let _ = sender.send(true);
        // The receivers would see an error instead of `true` if the sender were dropped now.
        sender.closed().await;
    });
    Ok(receiver)
}

async fn passed(limit: Option<Duration>) {
    let never = std::future::pending();
    match limit {
        Some(limit) => tokio::time::timeout(limit, never).await.unwrap_or_default(),
        None => never.await,
    }
}

/// Waits until a shutdown is requested.
pub async fn requested(mut shutdown: Shutdown) {
    let _ = shutdown.wait_for(|requested| *requested).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn shutdown_is_requested_after_the_limit_only() {
        let (limited, unlimited) = (listen_for(Some(Duration::from_millis(5))).unwrap(), listen().unwrap());
        requested(limited).await;
        assert!(!*unlimited.borrow());
    }
}

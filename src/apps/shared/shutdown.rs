//! Turns the signals that ask a process to end into one future.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Becomes true once the process has been asked to end; clones see the same value.
pub type Shutdown = watch::Receiver<bool>;

/// Listens for SIGTERM (the cluster) and SIGINT (a person) from now on.
pub fn listen() -> std::io::Result<Shutdown> {
    listen_for(None)
}

/// The same, and asks by itself when `limit` has passed.
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
        tracing::info!(signal = name, "asked to end");
        let _ = sender.send(true);
        // The receivers would see an error, not `true`, if the sender went away first.
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

/// Waits until the process has been asked to end.
pub async fn requested(mut shutdown: Shutdown) {
    let _ = shutdown.wait_for(|ended| *ended).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_limit_ends_it_and_without_one_nothing_does() {
        let (limited, endless) = (listen_for(Some(Duration::from_millis(5))).unwrap(), listen().unwrap());
        requested(limited).await;
        assert!(!*endless.borrow());
    }
}

//! Turns the signals that ask a process to end into one future.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Becomes true once the process has been asked to end; clones see the same value.
pub type Shutdown = watch::Receiver<bool>;

/// Listens for SIGTERM (the cluster) and SIGINT (a person) from now on.
pub fn listen() -> std::io::Result<Shutdown> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!(signal = name, "asked to end");
        let _ = sender.send(true);
        // The receivers would see an error, not `true`, if the sender went away first.
        sender.closed().await;
    });
    Ok(receiver)
}

/// Waits until the process has been asked to end.
pub async fn requested(mut shutdown: Shutdown) {
    let _ = shutdown.wait_for(|ended| *ended).await;
}

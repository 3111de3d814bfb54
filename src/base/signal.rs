//! Runs work until it ends or the process receives SIGINT or SIGTERM.

use tokio::signal::unix::{SignalKind, signal};

use super::failure::{Context as _, Kind, Result};

/// How work ended.
pub enum Ended<T> {
    /// It completed.
    Completed(Result<T>),
    /// The signal of this name arrived first, and the work was dropped.
    Interrupted(&'static str),
}

/// Runs `work` until it ends or a signal arrives.
pub async fn until_signal<T>(work: impl Future<Output = Result<T>>) -> Result<Ended<T>> {
    let listen = |kind| signal(kind).context(Kind::Internal, "listen for signals");
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    Ok(tokio::select! {
        result = work => Ended::Completed(result),
        _ = interrupt.recv() => Ended::Interrupted("Ctrl-C"),
        _ = terminate.recv() => Ended::Interrupted("SIGTERM"),
    })
}

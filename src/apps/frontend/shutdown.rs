//! Stopping without losing a visitor: no new connections after the signal, but the open ones may end.

use std::{future::Future, io, time::Duration};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::timeout,
};
use tracing::info;

/// How long open connections may take to end once no new ones are taken.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

/// Tells every part of the server when to stop.
#[derive(Debug, Clone)]
pub struct Shutdown {
    asked: watch::Receiver<bool>,
    last_answers: Duration,
}

impl Shutdown {
    /// Listens for SIGTERM and SIGINT. Call it inside a runtime.
    pub fn on_signals() -> io::Result<Self> {
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let (sender, asked) = watch::channel(false);
        tokio::spawn(async move {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            };
            info!(signal = name, "asked to stop");
            sender.send_replace(true);
        });
        Ok(Self { asked, last_answers: LAST_ANSWERS })
    }

    /// Comes back when no new connection is to be taken.
    pub async fn asked(mut self) {
        // An error means that nobody can ask any more; then nobody is left to serve for either.
        let _ = self.asked.wait_for(|asked| *asked).await;
    }

    /// The outcome of `serving`, or `None` when it did not end in time after the signal.
    pub async fn limit<T>(&self, serving: impl Future<Output = T>) -> Option<T> {
        let asked = self.clone().asked();
        tokio::pin!(serving);
        tokio::select! {
            outcome = &mut serving => Some(outcome),
            () = asked => timeout(self.last_answers, serving).await.ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_ends_by_itself_is_not_limited() {
        let (_sender, asked) = watch::channel(false);
        let shutdown = Shutdown { asked, last_answers: Duration::ZERO };
        assert_eq!(shutdown.limit(async { 7 }).await, Some(7));
    }

    #[tokio::test]
    async fn what_never_ends_is_cut_off_after_the_signal() {
        let (_sender, asked) = watch::channel(true);
        let shutdown = Shutdown { asked, last_answers: Duration::from_millis(1) };
        assert_eq!(shutdown.limit(std::future::pending::<()>()).await, None);
    }
}

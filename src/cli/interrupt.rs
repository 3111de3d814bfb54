//! Ctrl-C and SIGTERM: the first one stops the work at its next safe point and says how to go on.
//!
//! Every step is safe to cut (it looks at the world first and makes nothing under its final name before it is whole),
//! so the safe point is always "now": the work is dropped, which ends its child processes.

use std::{future::Future, process::ExitCode};

use tokio::signal::unix::{SignalKind, signal};

use crate::{
    failure::{Context as _, Failure, Kind, Result},
    ui::Ui,
};

/// Runs `work` until it ends or a signal comes.
pub async fn guard(ui: &Ui, work: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    let listen = |kind| signal(kind).context(Kind::Internal, "listen for signals");
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let name = tokio::select! {
        result = work => return result,
        _ = interrupt.recv() => "Ctrl-C",
        _ = terminate.recv() => "SIGTERM",
    };
    ui.events().emit(crate::event::Event::Warning { text: format!("{name}: stopped") });
    Err(Failure::new(Kind::Interrupted, format!("interrupted by {name}"))
        .because("what was made so far stays; nothing of it is half-written")
        .hint("`seasense dev` goes on from here")
        .hint("`seasense down` removes what exists"))
}

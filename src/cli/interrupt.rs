//! Ctrl-C and SIGTERM: the first one stops the work at its next safe point and says how to go on.
//!
//! Every step is safe to cut (it looks at the world first and makes nothing under its final name before it is whole),
//! so the safe point is always "now": the work is dropped, which ends its child processes.

use std::{
    future::Future,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::signal::unix::{SignalKind, signal};

use crate::{
    base::failure::{Context as _, Failure, Kind, Result},
    ui::Ui,
};

/// Whether a signal is how the work ends, as it is for what goes on until then, or what cuts it short; clones see the same.
#[derive(Debug, Clone, Default)]
pub struct Ending(Arc<AtomicBool>);

impl Ending {
    /// From now on a signal is the end that was meant.
    pub fn by_signal(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `work` until it ends or a signal comes.
pub async fn guard(
    ui: &Ui,
    ending: &Ending,
    hints: &[&str],
    work: impl Future<Output = Result<ExitCode>>,
) -> Result<ExitCode> {
    let name = match until_signal(work).await? {
        Ended::ByItself(result) => return result,
        Ended::By(name) => name,
    };
    if ending.0.load(Ordering::Relaxed) {
        ui.events().emit(crate::base::event::Event::Notice {
            text: format!("{name}: ended; the platform stays up"),
        });
        return Ok(ExitCode::SUCCESS);
    }
    ui.events().emit(crate::base::event::Event::Warning { text: format!("{name}: stopped") });
    let failure = Failure::new(Kind::Interrupted, format!("interrupted by {name}"))
        .because("what was made so far stays; nothing of it is half-written");
    Err(hints.iter().fold(failure, |failure, hint| failure.hint(*hint)))
}

/// What to do after an interruption of a verb that works on an environment of this machine.
pub const HERE: [&str; 2] = ["`seasense dev` goes on from here", "`seasense down` removes what exists"];
/// What to do after one of a verb that works on an attached environment.
pub const ELSEWHERE: [&str; 1] = ["run the same again: it goes on from here"];

/// How work ended that a signal may cut off.
pub enum Ended<T> {
    /// It came to its end.
    ByItself(Result<T>),
    /// The signal of this name came first.
    By(&'static str),
}

/// Runs `work` until it ends or a signal comes.
pub async fn until_signal<T>(work: impl Future<Output = Result<T>>) -> Result<Ended<T>> {
    let listen = |kind| signal(kind).context(Kind::Internal, "listen for signals");
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    Ok(tokio::select! {
        result = work => Ended::ByItself(result),
        _ = interrupt.recv() => Ended::By("Ctrl-C"),
        _ = terminate.recv() => Ended::By("SIGTERM"),
    })
}

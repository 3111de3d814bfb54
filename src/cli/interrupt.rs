//! Ctrl-C and SIGTERM: the first one stops the work and reports how to continue.
//!
//! Every step observes before it changes anything and writes nothing under its final name before it is
//! complete. The work can therefore be dropped at any moment, which ends its child processes.

use std::{
    future::Future,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    base::{
        event::Event,
        failure::{Failure, Kind, Result},
        signal::{Ended, until_signal},
    },
    ui::Ui,
};

/// Whether a signal is the regular end of the work, as it is for a watch; clones share the value.
#[derive(Debug, Clone, Default)]
pub struct Ending(Arc<AtomicBool>);

impl Ending {
    /// From now on a signal is the regular end.
    pub fn by_signal(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `work` until it ends or a signal arrives.
pub async fn guard(
    ui: &Ui,
    ending: &Ending,
    hints: &[&str],
    work: impl Future<Output = Result<ExitCode>>,
) -> Result<ExitCode> {
    let name = match until_signal(work).await? {
        Ended::Completed(result) => return result,
        Ended::Interrupted(name) => name,
    };
    if ending.0.load(Ordering::Relaxed) {
        ui.events().emit(Event::Notice { text: format!("{name}: ended; the environment keeps running") });
        return Ok(ExitCode::SUCCESS);
    }
    ui.events().emit(Event::Warning { text: format!("{name}: stopped") });
    let failure = Failure::new(Kind::Interrupted, format!("interrupted by {name}"))
        .because("the completed steps remain; nothing is half-written");
    Err(hints.iter().fold(failure, |failure, hint| failure.hint(*hint)))
}

/// The hints after an interrupted command on a local environment.
pub const LOCAL: [&str; 2] = ["`seasense dev` continues from here", "`seasense down` removes what exists"];
/// The hint after an interrupted command on any other environment.
pub const ATTACHED: [&str; 1] = ["run the same command again: it continues from here"];

//! `ci`: creates an ephemeral environment, checks it, runs a command against it and removes it in every case.

mod cleanup;
mod command;
mod junit;
mod recorder;
mod report;
mod stages;

use std::{ffi::OsString, path::PathBuf, time::Duration};

pub use self::report::Counts;
use self::report::Report;
use super::inputs::SupplyOptions;
use crate::{
    base::{
        duration,
        event::{Event, Events},
        failure::{Failure, Kind, Result},
        signal::{Ended, until_signal},
    },
    config::{Environment, Project},
    launch::ci::cleanup::EnvironmentGuard,
};

/// The user's request.
#[derive(Debug, Clone)]
pub struct Request {
    /// How images are obtained.
    pub supply: SupplyOptions,
    /// The path of the JUnit report.
    pub junit: Option<PathBuf>,
    /// The path of the event file.
    pub events: Option<PathBuf>,
    /// The time limit of the run.
    pub ttl: Duration,
    /// The command to run against the environment; empty for none.
    pub command: Vec<OsString>,
}

/// The input of a run and the receivers of its output.
pub struct RunIo<'a> {
    /// Finds the project and the environment file. Called within the run, so that a failure is in the report.
    pub load: &'a dyn Fn() -> Result<(Project, Environment)>,
    /// The events of the screen.
    pub events: &'a Events,
    /// Prints a line that the command wrote to standard output.
    pub output: &'a dyn Fn(&str),
}

/// Runs all stages; fails with the first stage that failed.
pub async fn run(io: &RunIo<'_>, request: &Request) -> Result<Counts> {
    let report = Report::begin(io.events, request.junit.clone(), request.events.as_deref())?;
    let guard = EnvironmentGuard::default();
    let work = Box::pin(within(request.ttl, stages::run(io, request, &report, &guard)));
    let worked = match until_signal(work).await? {
        Ended::Completed(result) => result,
        Ended::Interrupted(name) => Err(interrupted(io.events, name)),
    };
    // A second signal also ends the removal, which may hang.
    let clear = Box::pin(guard.clear(&report, &worked, request.junit.as_deref()));
    let cleared = match until_signal(clear).await? {
        Ended::Completed(result) => result,
        Ended::Interrupted(name) => Err(interrupted(io.events, name)
            .because("this run did not remove its environment; the reaper removes it within a minute")),
    };
    let ended = worked.and(cleared);
    report.end(&ended)?;
    ended?;
    Ok(report.count())
}

async fn within(ttl: Duration, work: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::time::timeout(ttl, work).await.unwrap_or_else(|_| {
        Err(Failure::new(Kind::TimedOut, format!("the run took longer than {}", duration::text(ttl)))
            .hint("raise the limit with `--ttl`; the report has the time of each step"))
    })
}

fn interrupted(events: &Events, name: &str) -> Failure {
    events.emit(Event::Warning { text: format!("{name}: stopped") });
    Failure::new(Kind::Interrupted, format!("interrupted by {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_run_beyond_its_ttl_times_out() {
        let failure = within(Duration::from_millis(10), std::future::pending()).await.unwrap_err();
        assert_eq!(failure.kind, Kind::TimedOut);
        assert!(failure.hints[0].contains("--ttl"));
    }
}

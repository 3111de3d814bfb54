//! The record of a run: the time of each step, and a diagnostics bundle if the platform failed.

use std::{path::PathBuf, time::Duration};

use super::plan::Plan;
use crate::{
    base::{
        docker::Docker,
        event::{Event, Events},
        failure::{Failure, Kind, Result},
        timing::{History, Run, StepTimes},
    },
    config::{Environment, HostDirs, Project},
    diagnose::{self, Options, Subject},
};

/// How long collecting the diagnostics of a failed run may take.
pub const DIAGNOSE_LIMIT: Duration = Duration::from_secs(30);

/// The record of a run that has begun.
pub struct RunRecord<'a> {
    notes: &'a StepTimes,
    events: &'a Events,
    project: &'a Project,
    environment: &'a Environment,
    dirs: HostDirs,
    begun_at: jiff::Timestamp,
    plan: Vec<String>,
}

impl<'a> RunRecord<'a> {
    /// Begins the record. The times of earlier runs are the basis for the estimate of the remaining time.
    pub fn begin(
        (notes, events): (&'a StepTimes, &'a Events),
        project: &'a Project,
        environment: &'a Environment,
    ) -> Result<Self> {
        let dirs = HostDirs::from_environment()?;
        notes.set_history(History::read(dirs.cache(), environment.name()).runs);
        let (begun_at, plan) = (jiff::Timestamp::now(), Vec::new());
        Ok(Self { notes, events, project, environment, dirs, begun_at, plan })
    }

    /// Adds the plan of the run.
    pub fn set_plan(&mut self, plan: &Plan) {
        self.plan = plan.steps().map(ToString::to_string).collect();
    }

    /// Writes the time of each step. A record that cannot be written does not fail the run.
    pub fn write<T>(&self, result: &Result<T>) {
        let steps = self.notes.steps();
        // A run that fails before its first step has no times.
        if steps.is_empty() {
            return;
        }
        let run = Run {
            begun_at: self.begun_at,
            instance: self.environment.instance().to_owned(),
            verdict: Run::verdict_of(result),
            elapsed_ms: u64::try_from(self.notes.elapsed().as_millis()).unwrap_or(u64::MAX),
            plan: self.plan.clone(),
            steps,
        };
        if let Err(failure) = History::add(self.dirs.cache(), self.environment.name(), run) {
            warn(self.events, "the times of this run could not be written", &failure);
        }
    }

    /// Collects a diagnostics bundle for `failure` and reports its path.
    pub async fn diagnose(&self, failure: &Failure) {
        let docker = Docker::connect().await.ok();
        let subject = Subject {
            project: self.project,
            environment: self.environment,
            dirs: &self.dirs,
            docker: docker.as_ref(),
            events: self.events,
        };
        collect_diagnostics(subject, failure, None).await;
    }
}

/// Collects a diagnostics bundle for `failure`, to `out` or into the cache, and reports its path.
pub async fn collect_diagnostics(subject: Subject<'_>, failure: &Failure, out: Option<PathBuf>) {
    let at = jiff::Timestamp::now();
    let options = Options { out, logs: true, limit: DIAGNOSE_LIMIT, failure: Some(failure), at };
    match diagnose::collect(subject, &options).await {
        Ok(file) => {
            let text = format!("diagnostics bundle without secrets: {}", file.display());
            subject.events.emit(Event::Notice { text });
        }
        Err(lost) => warn(subject.events, "the diagnostics bundle could not be written", &lost),
    }
}

/// Emits a warning about a failure that does not decide the result of the run.
pub fn warn(events: &Events, what: &str, failure: &Failure) {
    let text: Vec<&str> =
        [what, &failure.message].into_iter().chain(failure.causes.last().map(String::as_str)).collect();
    events.emit(Event::Warning { text: text.join(": ") });
}

/// Whether a diagnostics bundle explains such a failure better than its message.
pub const fn needs_diagnostics(kind: Kind) -> bool {
    matches!(kind, Kind::Phase | Kind::Workload | Kind::TimedOut)
}

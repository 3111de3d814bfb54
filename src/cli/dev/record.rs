//! What a run leaves behind, however it ends: its times, and a bundle of diagnostics where the platform failed.

use std::{process::ExitCode, time::Duration};

use super::super::Context;
use crate::{
    base::{
        event::Event,
        failure::{Failure, Kind, Result},
        timing::{History, Run},
    },
    config::{Environment, HostDirs, Project},
    diagnose::{self, Options, Subject},
    launch::plan::Plan,
};

/// Nobody waits longer for a failure that is known already.
const LIMIT: Duration = Duration::from_secs(30);

/// A run under way.
pub struct Record<'a> {
    context: &'a Context<'a>,
    project: &'a Project,
    environment: &'a Environment,
    dirs: HostDirs,
    begun_at: jiff::Timestamp,
}

impl<'a> Record<'a> {
    /// Begins: from now on the screen can tell how long it will take.
    pub fn begin(
        context: &'a Context<'a>,
        project: &'a Project,
        environment: &'a Environment,
    ) -> Result<Self> {
        let dirs = HostDirs::from_environment()?;
        context.ui.step_times().set_history(History::read(dirs.cache(), environment.name()).runs);
        Ok(Self { context, project, environment, dirs, begun_at: jiff::Timestamp::now() })
    }

    /// Writes down how long each step took; a run that could not be written down is none the worse.
    pub fn write<T>(&self, plan: Option<&Plan>, result: &Result<T>) {
        let notes = self.context.ui.step_times();
        let steps = notes.steps();
        // A run that was refused at the door tells nothing of time.
        if steps.is_empty() {
            return;
        }
        let run = Run {
            begun_at: self.begun_at,
            instance: self.environment.instance().to_owned(),
            verdict: Run::verdict_of(result),
            elapsed_ms: u64::try_from(notes.elapsed().as_millis()).unwrap_or(u64::MAX),
            plan: plan.map(|plan| plan.steps.iter().map(ToString::to_string).collect()).unwrap_or_default(),
            steps,
        };
        if let Err(failure) = History::add(self.dirs.cache(), self.environment.name(), run) {
            self.warn("the times of this run are not kept", &failure);
        }
    }

    /// Shows the failure at once, then packs what tells of its cause and says where that is.
    pub async fn diagnose(&self, failure: &Failure) -> ExitCode {
        self.context.ui.fail(failure);
        let docker = self.context.docker().await.ok();
        let events = self.context.ui.events();
        let subject = Subject {
            project: self.project,
            environment: self.environment,
            dirs: &self.dirs,
            docker: docker.as_ref(),
            events,
        };
        let at = jiff::Timestamp::now();
        let options = Options { out: None, logs: true, limit: LIMIT, failure: Some(failure), at };
        match diagnose::collect(subject, &options).await {
            Ok(file) => {
                let text = format!("what was seen is packed in {}, without secrets", file.display());
                events.emit(Event::Notice { text });
            }
            Err(lost) => self.warn("no diagnostics could be packed", &lost),
        }
        ExitCode::from(failure.kind.exit_code())
    }

    fn warn(&self, what: &str, failure: &Failure) {
        let why: Vec<&str> =
            std::iter::once(&failure.message).chain(failure.causes.last()).map(String::as_str).collect();
        self.context.ui.events().emit(Event::Warning { text: format!("{what}: {}", why.join(": ")) });
    }
}

/// Whether a bundle tells more of such a failure than its message.
pub const fn is_of_platform(kind: Kind) -> bool {
    matches!(kind, Kind::Phase | Kind::Workload | Kind::TimedOut)
}

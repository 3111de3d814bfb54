//! The report of a run: events while it runs, and a JUnit file at its end.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{
    junit::{self, Case, Suite},
    recorder::Recorder,
};
use crate::{
    base::{
        event::{Events, Tee},
        event_file::EventFile,
        failure::Result,
    },
    observe::Check,
};

/// The name of the report, as CI systems show it.
const NAME: &str = "seasense ci";

/// The number of cases of a run and its duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Cases that passed.
    pub passed: usize,
    /// Cases that failed.
    pub failed: usize,
    /// The duration of the run.
    pub elapsed: Duration,
}

/// Collects the cases of a run.
pub struct Report {
    events: Events,
    file: Option<Arc<EventFile>>,
    recorder: Arc<Recorder>,
    junit: Option<PathBuf>,
    suites: Mutex<Vec<Suite>>,
}

impl Report {
    /// Begins a report. Every event goes to `screen` and, if requested, to a file.
    pub fn begin(screen: &Events, junit: Option<PathBuf>, events: Option<&Path>) -> Result<Self> {
        let recorder = Arc::new(Recorder::default());
        let file = events.map(EventFile::create).transpose()?.map(Arc::new);
        let mut sinks: Vec<Events> = vec![Arc::clone(screen), recorder.clone()];
        sinks.extend(file.clone().map(|file| -> Events { file }));
        Ok(Self { events: Arc::new(Tee(sinks)), file, recorder, junit, suites: Mutex::default() })
    }

    /// The sink of the run's events.
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// Sets the cases of one stage.
    pub fn add(&self, name: &'static str, cases: Vec<Case>) {
        let mut suites = self.suites.lock().unwrap_or_else(PoisonError::into_inner);
        suites.retain(|suite| suite.name != name);
        suites.push(Suite { name, cases });
    }

    /// Sets checks as the cases of one stage.
    pub fn add_checks(&self, name: &'static str, checks: &[Check]) {
        let took = |check: &Check| match self.recorder.ready_after(&check.name) {
            Some(ready) if check.took.is_zero() => ready,
            _ => check.took,
        };
        self.add(
            name,
            checks.iter().map(|check| Case::of(&check.name, Some(took(check)), &check.result)).collect(),
        );
    }

    /// Whether the stage called `name` has cases.
    pub fn has(&self, name: &str) -> bool {
        self.suites.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|suite| suite.name == name)
    }

    /// The number of cases so far.
    pub fn count(&self) -> Counts {
        let (passed, failed) = junit::count(&self.all());
        Counts { passed, failed, elapsed: self.recorder.elapsed() }
    }

    /// Writes the report so far, so that a run that is killed afterwards has one.
    pub fn write(&self) -> Result<()> {
        match &self.junit {
            Some(path) => junit::write(path, NAME, &self.all(), self.recorder.elapsed()),
            None => Ok(()),
        }
    }

    /// Ends the report with the result of the run.
    pub fn end(&self, ended: &Result<()>) -> Result<()> {
        let result = ended.clone().map(|()| "all stages passed".to_owned());
        self.add(junit::RUN, vec![Case::of("verdict", Some(self.recorder.elapsed()), &result)]);
        if let Some(file) = &self.file {
            if let Err(failure) = ended {
                file.write(failure.to_json());
            }
            let counts = self.count();
            let code = ended.as_ref().map_or_else(|failure| failure.kind.exit_code(), |()| 0);
            file.write(serde_json::json!({"event": "verdict", "exit_code": code, "passed": counts.passed,
                "failed": counts.failed}));
        }
        self.write()
    }

    fn all(&self) -> Vec<Suite> {
        let suites = self.suites.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<Suite> =
            std::iter::once(self.recorder.steps()).chain(suites.iter().cloned()).collect();
        junit::count_once(&mut all);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{
        event::{Silent, Step},
        failure::{Failure, Kind},
    };

    #[test]
    fn a_failed_run_has_a_report_and_events_with_its_failure() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let screen: Events = Arc::new(Silent);
        let report = Report::begin(&screen, Some(at("deep/junit.xml")), Some(&at("events.jsonl"))).unwrap();
        Step::start(report.events(), "cluster.create", "Create the cluster").done("1 node(s)");
        let check = |name: &str, result| Check { name: name.into(), took: Duration::from_secs(1), result };
        report.add_checks("acceptance", &[check("page-is-served", Ok("https://x/".into()))]);
        assert!(report.has("acceptance") && !report.has("command"));
        let failure = Failure::new(Kind::Command, "the command failed").because("`false` exited with code 1");
        report.end(&Err(failure)).unwrap();
        let xml = std::fs::read_to_string(at("deep/junit.xml")).unwrap();
        for expected in
            ["tests=\"3\"", "failures=\"1\"", "cluster.create", "page-is-served", "exited with code 1"]
        {
            assert!(xml.contains(expected), "{expected}: {xml}");
        }
        let events = std::fs::read_to_string(at("events.jsonl")).unwrap();
        let last: serde_json::Value = serde_json::from_str(events.lines().last().unwrap()).unwrap();
        assert_eq!(last["event"], "verdict");
        assert_eq!(last["exit_code"], 80);
        assert_eq!(events.lines().count(), 4, "{events}");
    }
}

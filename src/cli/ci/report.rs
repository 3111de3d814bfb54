//! What a run leaves behind: the events as they come, the JUnit report at its end.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::{
    base::{
        event::{Events, Tee},
        failure::Result,
    },
    observe::Check,
    ui::{
        EventFile, Ui, failure_json,
        junit::{self, Case, Recorder, Suite},
    },
};

/// The name of the report in CI's own pages.
const NAME: &str = "seasense ci";

/// Collects the cases of a run.
pub struct Report {
    events: Events,
    file: Option<Arc<EventFile>>,
    recorder: Arc<Recorder>,
    junit: Option<PathBuf>,
    suites: Mutex<Vec<Suite>>,
}

impl Report {
    /// Begins a report; every event goes to the screen and, where asked for, to a file.
    pub fn begin(ui: &Ui, junit: Option<PathBuf>, events: Option<&Path>) -> Result<Self> {
        let recorder = Arc::new(Recorder::default());
        let file = events.map(EventFile::create).transpose()?.map(Arc::new);
        let mut sinks: Vec<Events> = vec![Arc::clone(ui.events()), recorder.clone()];
        sinks.extend(file.clone().map(|file| -> Events { file }));
        Ok(Self { events: Arc::new(Tee(sinks)), file, recorder, junit, suites: Mutex::default() })
    }

    /// Where the run's work reports to.
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// Adds the cases of one stage, in place of earlier ones of that name.
    pub fn add(&self, name: &'static str, cases: Vec<Case>) {
        let mut suites = self.suites.lock().unwrap_or_else(PoisonError::into_inner);
        suites.retain(|suite| suite.name != name);
        suites.push(Suite { name, cases });
    }

    /// Adds checks as the cases of one stage.
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

    /// Whether a stage has its cases.
    pub fn has(&self, name: &str) -> bool {
        self.suites.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|suite| suite.name == name)
    }

    /// Time since the beginning.
    pub fn elapsed(&self) -> Duration {
        self.recorder.elapsed()
    }

    /// How many cases passed, failed and were skipped so far.
    pub fn count(&self) -> (usize, usize, usize) {
        junit::count(&self.all())
    }

    /// Writes what is known so far, so that a run that is killed from here on has its report.
    pub fn write(&self) -> Result<()> {
        match &self.junit {
            Some(path) => junit::write(path, NAME, &self.all(), self.elapsed()),
            None => Ok(()),
        }
    }

    /// Ends the report with how the run ended.
    pub fn end(&self, ended: &Result<()>) -> Result<()> {
        let told = ended.clone().map(|()| "all stages passed".to_owned());
        self.add("run", vec![Case::of("verdict", Some(self.elapsed()), &told)]);
        if let Some(file) = &self.file {
            if let Err(failure) = ended {
                file.write(failure_json(failure));
            }
            let (passed, failed, skipped) = self.count();
            let code = ended.as_ref().map_or_else(|failure| failure.kind.exit_code(), |()| 0);
            file.write(serde_json::json!({"event": "verdict", "exit_code": code, "passed": passed,
                "failed": failed, "skipped": skipped}));
        }
        self.write()
    }

    fn all(&self) -> Vec<Suite> {
        let suites = self.suites.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::once(self.recorder.steps()).chain(suites.iter().cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{
            event::Step,
            failure::{Failure, Kind},
        },
        ui::Output,
    };

    #[test]
    fn a_failed_run_leaves_a_report_and_events_that_say_so() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let ui = Ui::new(Output::Quiet);
        let report = Report::begin(&ui, Some(at("deep/junit.xml")), Some(&at("events.jsonl"))).unwrap();
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
        assert_eq!((&last["event"], &last["exit_code"]), (&"verdict".into(), &80.into()));
        assert_eq!(events.lines().count(), 4, "{events}");
    }
}

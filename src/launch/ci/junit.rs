//! The JUnit report of a run: a suite for each stage, a case for each step and check.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::base::{
    event::{Event, Outcome, Sink},
    failure::{Context, Failure, Kind, Result},
};

/// One step or check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its name, stable between runs.
    pub name: String,
    /// How long it took, if known.
    pub took: Option<Duration>,
    /// Its verdict.
    pub verdict: Verdict,
    /// Its output.
    pub output: String,
}

/// The verdict of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It succeeded.
    Passed,
    /// It failed: the message in one line, then the full text.
    Failed(String, String),
}

/// The cases of one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    /// Its name.
    pub name: &'static str,
    /// Its cases, in order.
    pub cases: Vec<Case>,
}

impl Case {
    /// A case with the verdict of `result`.
    pub fn of(name: impl Into<String>, took: Option<Duration>, result: &Result<String>) -> Self {
        let (verdict, output) = match result {
            Ok(detail) => (Verdict::Passed, detail.clone()),
            Err(failure) => (Verdict::Failed(failure.message.clone(), describe(failure)), String::new()),
        };
        Self { name: name.into(), took, verdict, output }
    }
}

/// A failure as plain text.
fn describe(failure: &Failure) -> String {
    let mut text = format!("error: {}\n", failure.message);
    if let Some(location) = &failure.location {
        text += &format!("  at {location}\n");
    }
    let bug = "this is a bug in seasense: please report it with the output above";
    let causes = failure.causes.iter().map(|cause| ("because", cause.as_str()));
    let bug = (failure.kind == Kind::Internal).then_some(("hint:", bug));
    let hints = failure.hints.iter().map(|hint| ("hint:", hint.as_str()));
    for (label, lines) in causes.chain(bug).chain(hints) {
        text += &format!("  {label} {}\n", lines.trim_end().replace('\n', "\n    "));
    }
    text
}

/// The number of cases that passed and that failed.
pub fn count(suites: &[Suite]) -> (usize, usize) {
    let cases = || suites.iter().flat_map(|suite| &suite.cases);
    let passed = cases().filter(|case| case.verdict == Verdict::Passed).count();
    (passed, cases().count() - passed)
}

/// Renders the report called `name`.
pub fn xml(name: &str, suites: &[Suite], took: Duration) -> Result<String> {
    let mut report = Report::new(name);
    report.set_time(took);
    for suite in suites {
        let mut rendered = TestSuite::new(suite.name);
        rendered.set_time(suite.cases.iter().filter_map(|case| case.took).sum());
        rendered.add_test_cases(suite.cases.iter().map(|case| case_of(suite.name, case)));
        report.add_test_suite(rendered);
    }
    report.to_string().context(Kind::Internal, "write the JUnit report")
}

/// Writes the report to `path` and creates its directory if it is missing.
pub fn write(path: &Path, name: &str, suites: &[Suite], took: Duration) -> Result<()> {
    let what = || format!("write the JUnit report `{}`", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(Kind::Tool, what)?;
    }
    std::fs::write(path, xml(name, suites, took)?).with_context(Kind::Tool, what)
}

fn case_of(suite: &str, case: &Case) -> TestCase {
    let status = match &case.verdict {
        Verdict::Passed => TestCaseStatus::success(),
        Verdict::Failed(message, text) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(message.as_str()).set_description(text.as_str());
            status
        }
    };
    let mut rendered = TestCase::new(case.name.as_str(), status);
    rendered.set_classname(format!("seasense.{suite}"));
    if let Some(took) = case.took {
        rendered.set_time(took);
    }
    if !case.output.is_empty() {
        rendered.set_system_out(case.output.as_str());
    }
    rendered
}

/// Records the ends of steps, and when each part of a wait was ready.
pub struct Recorder {
    begun: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    begun: BTreeMap<String, (String, Instant)>,
    steps: Vec<Case>,
    ready: BTreeMap<String, Duration>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self { begun: Instant::now(), state: Mutex::default() }
    }
}

impl Recorder {
    /// The steps that have ended.
    pub fn steps(&self) -> Suite {
        Suite {
            name: "steps",
            cases: self.state.lock().unwrap_or_else(PoisonError::into_inner).steps.clone(),
        }
    }

    /// The time from the start of a wait until its part `name` was ready.
    pub fn ready_after(&self, name: &str) -> Option<Duration> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).ready.get(name).copied()
    }

    /// The time since the run began.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

impl Sink for Recorder {
    fn emit(&self, event: Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Started { step, title } => {
                state.begun.insert(step, (title, Instant::now()));
            }
            Event::Waiting { step, parts } => {
                let waited = state.begun.get(&step).map(|(_, begun)| begun.elapsed()).unwrap_or_default();
                for part in parts.into_iter().filter(|part| part.ready) {
                    state.ready.entry(part.part).or_insert(waited);
                }
            }
            Event::Finished { step, outcome, elapsed } => {
                let title = state.begun.remove(&step).map(|(title, _)| title).unwrap_or_default();
                let (verdict, output) = match outcome {
                    Outcome::Done(detail) | Outcome::Unchanged(detail) => (Verdict::Passed, detail),
                    Outcome::Failed(detail) => {
                        (Verdict::Failed(format!("{title}: failed"), detail), String::new())
                    }
                };
                state.steps.push(Case { name: step, took: Some(elapsed), verdict, output });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::base::event::{Events, Pending, Step};

    #[test]
    fn a_report_has_every_case_with_its_verdict() {
        let failure =
            Failure::new(Kind::Phase, "phase `data` <is> late").because("ErrImagePull").hint("wait");
        let suites = [
            Suite {
                name: "phases",
                cases: vec![Case::of("apps", Some(Duration::from_millis(1500)), &Ok("at sha256:aa".into()))],
            },
            Suite { name: "acceptance", cases: vec![Case::of("page", None, &Err(failure))] },
        ];
        assert_eq!(count(&suites), (1, 1));
        insta::assert_snapshot!(xml("seasense ci", &suites, Duration::from_secs(2)).unwrap(), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="seasense ci" tests="2" skipped="0" failures="1" errors="0" time="2.000">
            <testsuite name="phases" tests="1" skipped="0" errors="0" failures="0" time="1.500">
                <testcase name="apps" classname="seasense.phases" time="1.500">
                    <system-out>at sha256:aa</system-out>
                </testcase>
            </testsuite>
            <testsuite name="acceptance" tests="1" skipped="0" errors="0" failures="1" time="0.000">
                <testcase name="page" classname="seasense.acceptance">
                    <failure message="phase `data` &lt;is&gt; late">error: phase `data` &lt;is&gt; late
          because ErrImagePull
          hint: wait
        </failure>
                </testcase>
            </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn steps_become_cases_and_parts_have_their_time() {
        let recorder = Arc::new(Recorder::default());
        let events: Events = recorder.clone();
        let step = Step::start(&events, "phases.follow", "Wait for the phases");
        let part = |ready| Pending {
            part: "data".into(),
            ready,
            blocker: None,
            detail: String::new(),
            since: Duration::ZERO,
            after: Vec::new(),
        };
        step.waiting(vec![part(false)]);
        assert_eq!(recorder.ready_after("data"), None);
        step.waiting(vec![part(true)]);
        assert!(recorder.ready_after("data").is_some());
        drop(step);
        let steps = recorder.steps();
        assert!(
            matches!(&steps.cases[0].verdict, Verdict::Failed(why, _) if why == "Wait for the phases: failed")
        );
    }
}

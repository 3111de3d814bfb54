//! The JUnit report of a run: a suite for each stage, a case for each step and check.

use std::{path::Path, time::Duration};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::base::failure::{Context, Failure, Kind, Result};

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
    /// It failed for a reason that another case has; the same texts. It is not counted again.
    Consequence(String, String),
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

    /// Whether it counts as a failure.
    const fn is_failed(&self) -> bool {
        matches!(self.verdict, Verdict::Failed(..))
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
    let failed = cases().filter(|case| case.is_failed()).count();
    (passed, failed)
}

/// The suite of the steps.
pub const STEPS: &str = "steps";
/// The suite of the whole run.
pub const RUN: &str = "run";

/// Leaves one failed case of each failure: that of its check or command; without one the innermost step that
/// failed; without one the run.
pub fn count_once(suites: &mut [Suite]) {
    let is_general = |suite: &Suite| [STEPS, RUN].contains(&suite.name);
    let mut is_reported =
        suites.iter().filter(|suite| !is_general(suite)).any(|suite| suite.cases.iter().any(Case::is_failed));
    for name in [STEPS, RUN] {
        let cases = suites.iter_mut().filter(|suite| suite.name == name).flat_map(|suite| &mut suite.cases);
        for case in cases {
            if let Verdict::Failed(message, text) = &case.verdict {
                if is_reported {
                    case.verdict = Verdict::Consequence(message.clone(), text.clone());
                }
                is_reported = true;
            }
        }
    }
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
        Verdict::Consequence(message, text) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("counted in another case: {message}")).set_description(text.as_str());
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

#[cfg(test)]
mod tests {
    use super::*;

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
    fn failure_of_a_command_is_counted_once() {
        let failed =
            |name: &str| Case::of(name, None, &Err(Failure::new(Kind::Command, "the command failed")));
        let passed = |name: &str| Case::of(name, None, &Ok(String::new()));
        let suite = |name, cases: Vec<Case>| Suite { name, cases };
        let steps = || suite(STEPS, vec![passed("cluster.create"), failed("ci.command"), failed("outer")]);
        let run = || suite(RUN, vec![failed("verdict")]);
        let mut all = [steps(), suite("command", vec![failed("make test")]), run()];
        count_once(&mut all);
        assert_eq!(count(&all), (1, 1));
        assert!(all[1].cases[0].is_failed(), "the command itself");
        let text = xml("seasense ci", &all, Duration::ZERO).unwrap();
        assert!(text.contains("failures=\"1\" errors=\"0\""), "{text}");
        assert!(text.contains("counted in another case: the command failed"), "{text}");
        let mut all = [steps(), run()];
        count_once(&mut all);
        assert!(all[0].cases[1].is_failed() && count(&all) == (1, 1), "the innermost step");
        let mut all = [suite(STEPS, vec![passed("a")]), run()];
        count_once(&mut all);
        assert_eq!(count(&all), (1, 1), "the run");
    }
}

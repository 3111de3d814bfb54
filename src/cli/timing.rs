//! `seasense timing`: shows the critical path of the last `dev`, with the median times of earlier runs.

use std::{process::ExitCode, time::Duration};

use super::Context;
use crate::{
    base::{
        failure::{Failure, Kind, Result},
        timing::{History, StepTime, TimingReport},
    },
    config::HostDirs,
    ui::{Style, duration},
};

/// Arguments of `seasense timing`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the run as JSON (schema: docs/schemas/timing.v2.json)
    #[arg(long)]
    json: bool,
}

/// Shorter steps are omitted from the table; the JSON contains all.
const SHORTEST_MS: u64 = 50;

/// Prints the last run.
pub fn run(context: &Context<'_>, args: &Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment(&project)?;
    let dirs = HostDirs::from_environment()?;
    let history = History::read(dirs.cache(), environment.name());
    let report = TimingReport::of(&history, environment.instance()).ok_or_else(|| {
        Failure::new(Kind::Usage, format!("no run of `{}` is recorded", environment.name()))
            .hint("run `seasense dev` first")
    })?;
    let text =
        if args.json { format!("{:#}\n", report.to_json()) } else { text(&report, context.ui.data_style()) };
    context.ui.data(&text);
    Ok(ExitCode::SUCCESS)
}

fn text(report: &TimingReport<'_>, style: Style) -> String {
    let last = report.last;
    let mut text = format!(
        "{} on {}: {} in {}\n\n",
        style.strong(&last.instance),
        last.begun_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        if last.is_ok() { style.good("ok") } else { style.bad(&last.verdict) },
        time(last.elapsed_ms),
    );
    text += &style.dim(&format!("{:>12} {:>12} {:>12}  CRITICAL PATH\n", "START", "TIME", "MEDIAN"));
    for step in report.critical_path() {
        let elapsed = step.elapsed_ms().unwrap_or_default();
        if elapsed < SHORTEST_MS {
            continue;
        }
        let median = report.median_of(step).map(time).unwrap_or_default();
        let (start, elapsed) = (time(step.begun_ms), style.strong(&format!("{:>12}", time(elapsed))));
        text += &format!("{start:>12} {elapsed} {median:>12}  {}\n", name(step));
    }
    if report.earlier.is_empty() {
        text += &style.dim("\nno earlier run to compare with\n");
    }
    text
}

fn time(millis: u64) -> String {
    duration(Duration::from_millis(millis))
}

fn name(step: &StepTime) -> String {
    if step.part_of.is_some() {
        format!("phase {}", step.title)
    } else {
        format!("{}  ({})", step.title, step.step)
    }
}

#[cfg(test)]
#[allow(clippy::duplicate_mod, reason = "one checker serves the tests of several crates and modules")]
#[path = "../../tests/schemas/check.rs"]
mod schema;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::timing::{Ending, Run};

    fn step(name: &str, title: &str, begun: u64, ended: u64, part_of: Option<&str>) -> StepTime {
        StepTime {
            step: name.into(),
            title: title.into(),
            begun_ms: begun,
            ended_ms: Some(ended),
            ending: Some(Ending::Done),
            after: Vec::new(),
            part_of: part_of.map(str::to_owned),
        }
    }

    fn a_run(elapsed_ms: u64) -> Run {
        Run {
            begun_at: "2026-01-02T03:04:05Z".parse().unwrap(),
            instance: "local".into(),
            verdict: "ok".into(),
            elapsed_ms,
            plan: Vec::new(),
            steps: vec![
                step("artifact.pack", "Pack", 0, 20, None),
                step("cluster.create", "Create cluster `x`", 20, 14_020, None),
                step("phases.follow", "Wait for the phases", 14_020, elapsed_ms, None),
                step("phases.follow/apps", "apps", 14_020, elapsed_ms, Some("phases.follow")),
            ],
        }
    }

    #[test]
    fn the_table_shows_the_critical_path_and_medians() {
        let (last, earlier) = (a_run(60_000), [a_run(50_000), a_run(70_000), a_run(52_000)]);
        let report = TimingReport { last: &last, earlier: earlier.iter().collect() };
        insta::assert_snapshot!(text(&report, Style::PLAIN), @r"
        local on 2026-01-02 03:04:05 UTC: ok in 1 min 00 s

               START         TIME       MEDIAN  CRITICAL PATH
               0.0 s       14.0 s       14.0 s  Create cluster `x`  (cluster.create)
              14.0 s       45.9 s       37.9 s  phase apps
        ");
    }

    #[test]
    fn the_json_matches_the_schema() {
        let mut last = a_run(60_000);
        last.steps.push(StepTime { ended_ms: None, ending: None, ..step("cut", "Cut", 1, 1, None) });
        let earlier = a_run(50_000);
        for earlier in [vec![], vec![&earlier]] {
            let value = TimingReport { last: &last, earlier }.to_json();
            schema::assert_allowed("timing", &value);
        }
    }
}

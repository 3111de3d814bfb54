//! `seasense timing`: the critical chain of the last `dev`, with what earlier runs took beside it.

use std::{process::ExitCode, time::Duration};

use serde_json::{Value, json};

use super::Context;
use crate::{
    base::{
        failure::{Failure, Kind, Result},
        timing::{History, Run, StepTime, critical_path, median},
    },
    config::HostDirs,
    ui::{Style, duration},
};

/// Arguments of `seasense timing`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the run as JSON (schema: docs/schemas/timing.v1.json)
    #[arg(long)]
    json: bool,
}

/// Links that took less are left out of the table; the JSON form tells all.
const WORTH_MS: u64 = 50;

/// Prints the last run.
pub fn run(context: &Context<'_>, args: &Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment(&project)?;
    let dirs = HostDirs::from_environment()?;
    let history = History::read(dirs.cache(), environment.name());
    let last = history.last(environment.instance()).ok_or_else(|| {
        Failure::new(Kind::Usage, format!("no run of `{}` is written down", environment.name()))
            .hint("run `seasense dev` first")
    })?;
    let told =
        Told { last, earlier: history.runs.iter().filter(|run| *run != last && run.is_ok()).collect() };
    let text = if args.json { format!("{:#}\n", told.json()) } else { told.text(context.ui.data_style()) };
    context.ui.data(&text);
    Ok(ExitCode::SUCCESS)
}

/// A run beside the earlier ones that ended well.
struct Told<'a> {
    last: &'a Run,
    earlier: Vec<&'a Run>,
}

impl Told<'_> {
    /// What the step took in earlier runs that had the same to do.
    fn median(&self, step: &StepTime) -> Option<u64> {
        let then = self.earlier.iter().filter_map(|run| run.step(&step.step));
        median(then.filter(|then| then.ending == step.ending).filter_map(StepTime::elapsed_ms))
    }

    fn text(&self, style: Style) -> String {
        let last = self.last;
        let mut text = format!(
            "{} on {}: {} in {}\n\n",
            style.strong(&last.instance),
            last.begun_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
            if last.is_ok() { style.good("ok") } else { style.bad(&last.verdict) },
            time(last.elapsed_ms),
        );
        text += &style.dim(&format!("{:>12} {:>12} {:>12}  CRITICAL CHAIN\n", "@", "TOOK", "MEDIAN"));
        for link in critical_path(&last.steps) {
            let took = link.elapsed_ms().unwrap_or_default();
            if took < WORTH_MS {
                continue;
            }
            let median = self.median(link).map(time).unwrap_or_default();
            let (begun, took) = (time(link.begun_ms), style.strong(&format!("{:>12}", time(took))));
            text += &format!("{begun:>12} {took} {median:>12}  {}\n", name(link));
        }
        if self.earlier.is_empty() {
            text += &style.dim("\nno earlier run to compare with\n");
        }
        text
    }

    fn json(&self) -> Value {
        let of_step = |step: &StepTime| {
            json!({"step": step.step, "title": step.title, "part_of": step.part_of, "after": step.after,
                "begun_ms": step.begun_ms, "elapsed_ms": step.elapsed_ms(), "ending": step.ending, "median_ms": self.median(step)})
        };
        let last = self.last;
        let elapsed = median(self.earlier.iter().map(|run| run.elapsed_ms));
        json!({
            "version": 1,
            "instance": last.instance,
            "begun_at": last.begun_at.to_string(),
            "verdict": last.verdict,
            "elapsed_ms": last.elapsed_ms,
            "median_ms": elapsed,
            "earlier_runs": self.earlier.len(),
            "chain": critical_path(&last.steps).into_iter().map(of_step).collect::<Value>(),
            "steps": last.steps.iter().map(of_step).collect::<Value>(),
        })
    }
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
    use crate::base::timing::Ending;

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
                step("engine.cluster", "Make the cluster", 20, 14_020, None),
                step("phases.follow", "Wait for the phases", 14_020, elapsed_ms, None),
                step("phases.follow/apps", "apps", 14_020, elapsed_ms, Some("phases.follow")),
            ],
        }
    }

    #[test]
    fn the_chain_stands_beside_the_median() {
        let (last, earlier) = (a_run(60_000), [a_run(50_000), a_run(70_000), a_run(52_000)]);
        let told = Told { last: &last, earlier: earlier.iter().collect() };
        insta::assert_snapshot!(told.text(Style::PLAIN), @r"
        local on 2026-01-02 03:04:05 UTC: ok in 1 min 00 s

                   @         TOOK       MEDIAN  CRITICAL CHAIN
               0.0 s       14.0 s       14.0 s  Make the cluster  (engine.cluster)
              14.0 s       45.9 s       37.9 s  phase apps
        ");
    }

    #[test]
    fn the_json_form_is_what_the_schema_says() {
        let mut last = a_run(60_000);
        last.steps.push(StepTime { ended_ms: None, ending: None, ..step("cut", "Cut", 1, 1, None) });
        let earlier = a_run(50_000);
        for earlier in [vec![], vec![&earlier]] {
            let value = Told { last: &last, earlier }.json();
            schema::assert_allowed("timing", &value);
        }
    }
}

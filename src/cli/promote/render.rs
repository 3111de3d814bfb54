//! Renders the report of a promotion or a rollback as text. Pure.

use crate::{
    promotion::{
        gates::{Gate, GateResult},
        report::{Ending, LockChange, Report, short},
        verdict::{CanaryWatch, Summary},
    },
    registry::Digest,
    ui::{Style, size},
};

/// Renders the report.
pub fn report(report: &Report, style: Style) -> String {
    let mut text = gates(&report.gates, style);
    text += &lock(&report.lock, style);
    if let Some(copied) = report.copied.filter(|copied| copied.manifests > 0) {
        text += &format!("copied   {} manifests, {}\n", copied.manifests, size(copied.bytes));
    }
    if let Some(watch) = &report.canary {
        text += &canary(watch);
    }
    for (name, summary) in
        [("rollout", &report.rollout), ("watch", &report.watch), ("rollback", &report.rollback)]
    {
        text +=
            &summary.as_ref().map(|seen| format!("{name:8} {}\n", summary_line(seen))).unwrap_or_default();
    }
    if let Some(url) = &report.pull_request {
        text += &format!("review   {}\n", style.link(url));
    }
    text += &format!("\n{}\n", ending(report, style));
    for next in &report.next {
        text += &format!("  {} {next}\n", style.link("next:"));
    }
    text
}

/// Renders the gates, one per line.
fn gates(gates: &[Gate], style: Style) -> String {
    let width = gates.iter().map(|gate| gate.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for gate in gates {
        let mark = match gate.result {
            GateResult::Passed => style.good("passed "),
            GateResult::Refused => style.bad("REFUSED"),
            GateResult::Skipped => style.dim("skipped"),
        };
        text += &format!("{mark} {:width$}  {}\n", gate.id, gate.reason);
    }
    if !gates.is_empty() {
        text.push('\n');
    }
    text
}

/// Renders the change of the lock file.
fn lock(change: &LockChange, style: Style) -> String {
    let mut text = format!("{}\n", style.strong(&change.file));
    let side = |digest: Option<&Digest>| digest.map_or("none", short).to_owned();
    let mut line = |name: &str, width: usize, before: Option<&Digest>, after: Option<&Digest>| {
        text += &format!("  {name:width$}  {:12} -> {}\n", side(before), side(after));
    };
    let width = change.images.keys().map(String::len).max().unwrap_or(0).max("artifact".len());
    if change.before.as_ref() == Some(&change.after) {
        text += "  no change\n";
        return text + "\n";
    }
    line("artifact", width, change.before.as_ref(), Some(&change.after));
    for (name, image) in &change.images {
        line(name, width, image.before.as_ref(), image.after.as_ref());
    }
    text + "\n"
}

/// Renders the measurements of the canary.
fn canary(watch: &CanaryWatch) -> String {
    let head = format!("canary   {} % of the API's requests", watch.percent);
    match (&watch.gateway, &watch.canary_only) {
        (Some(gateway), Some(canary)) => {
            let (gateway, canary) = (summary_line(gateway), requests(canary));
            format!("{head}\n{:8} {gateway}\n{:8} {canary}\n", "  all", "  canary")
        }
        _ => format!("{head}: it never became Ready\n"),
    }
}

/// Renders measurements in one line.
fn summary_line(summary: &Summary) -> String {
    let age = summary
        .freshness_seconds
        .map_or("no reading".to_owned(), |age| format!("readings at most {age:.0} s old"));
    format!("{}, {age}, {}", requests(summary), stored(summary))
}

/// Renders measurements for a table, without the age of readings.
pub fn brief(summary: &Summary) -> String {
    format!("{}, {}", requests(summary), stored(summary))
}

fn requests(summary: &Summary) -> String {
    format!("{} requests, {} failed, p95 {:.0} ms", summary.requests, summary.failed, summary.p95_ms)
}

fn stored(summary: &Summary) -> String {
    format!("{} of {} stored", summary.stored.min(summary.sent), summary.sent)
}

fn ending(report: &Report, style: Style) -> String {
    let (environment, digest) = (style.strong(&report.environment), short(&report.digest));
    match report.ending {
        Ending::Planned => format!("{environment}: dry run, {digest} was not deployed"),
        Ending::Unchanged => format!("{environment}: {}", report.reason),
        Ending::Refused => format!("{environment}: {}, nothing was deployed", style.bad("refused")),
        Ending::Verified => {
            format!("{environment} runs {digest}, {}: {}", style.good("verified"), report.reason)
        }
        Ending::RolledBack => {
            let previous = report.rolled_back_to.as_ref().map(short).unwrap_or_default();
            format!(
                "{environment} runs {previous} again, {}: {digest} failed: {}",
                style.warn("rolled back"),
                report.reason
            )
        }
        Ending::Failed => {
            format!("{environment} runs {digest}, which {}: {}", style.bad("failed"), report.reason)
        }
    }
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;

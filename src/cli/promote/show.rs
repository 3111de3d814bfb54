//! Shows what a promotion or a rollback did: gates, what changes, what came of it, what is next. Pure.

use crate::{
    promotion::{
        gates::{Gate, Verdict},
        report::{Ending, LockChange, Report, short},
        verdict::{Summary, Tried},
    },
    ui::{Style, size},
};

/// The report for people.
pub fn report(report: &Report, style: Style) -> String {
    let mut text = gates(&report.gates, style);
    text += &lock(&report.lock, style);
    if let Some(copied) = report.copied.filter(|copied| copied.manifests > 0) {
        text += &format!("copied   {} manifests, {}\n", copied.manifests, size(copied.bytes));
    }
    if let Some(tried) = &report.canary {
        text += &canary(tried);
    }
    for (name, figures) in
        [("rollout", &report.rollout), ("watched", &report.figures), ("rollback", &report.rollback)]
    {
        text += &figures.as_ref().map(|seen| format!("{name:8} {}\n", watched(seen))).unwrap_or_default();
    }
    if let Some(url) = &report.pull_request {
        text += &format!("review   {}\n", style.link(url));
    }
    text += &format!("\n{}\n", verdict(report, style));
    for next in &report.next {
        text += &format!("  {} {next}\n", style.link("next:"));
    }
    text
}

/// The gates, one a line, what refuses marked.
fn gates(gates: &[Gate], style: Style) -> String {
    let width = gates.iter().map(|gate| gate.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for gate in gates {
        let mark = match gate.verdict {
            Verdict::Passed => style.good("passed "),
            Verdict::Refused => style.bad("REFUSED"),
            Verdict::Skipped => style.dim("skipped"),
        };
        text += &format!("{mark} {:width$}  {}\n", gate.id, gate.reason);
    }
    if !gates.is_empty() {
        text.push('\n');
    }
    text
}

/// What changes in the lock file.
fn lock(change: &LockChange, style: Style) -> String {
    let mut text = format!("{}\n", style.strong(&change.file));
    let side = |digest: Option<&str>| digest.map_or("none", short).to_owned();
    let mut line = |name: &str, width: usize, before: Option<&str>, after: Option<&str>| {
        text += &format!("  {name:width$}  {:12} -> {}\n", side(before), side(after));
    };
    let width = change.images.keys().map(String::len).max().unwrap_or(0).max("artifact".len());
    if change.before.as_deref() == Some(change.after.as_str()) {
        text += "  nothing changes\n";
        return text + "\n";
    }
    line("artifact", width, change.before.as_deref(), Some(&change.after));
    for (name, image) in &change.images {
        line(name, width, image.before.as_deref(), image.after.as_deref());
    }
    text + "\n"
}

/// What was seen while it had a share of the requests.
fn canary(tried: &Tried) -> String {
    let line = |who: &str, figures: &Summary| format!("{who:8} {}\n", watched(figures));
    let head = format!("canary   {} % of the API's requests", tried.percent);
    match (&tried.figures, &tried.own) {
        (Some(figures), Some(own)) => {
            let own = format!("{} requests, {} failed, p95 {:.0} ms", own.requests, own.failed, own.p95_ms);
            format!("{head}\n{}{:8} {own}\n", line("  all", figures), "  own")
        }
        _ => format!("{head}: it never became Ready\n"),
    }
}

/// What a watch saw, in one line.
fn watched(figures: &Summary) -> String {
    let age = figures
        .freshness_seconds
        .map_or("no reading".to_owned(), |age| format!("readings at most {age:.0} s old"));
    format!(
        "{} requests, {} failed, p95 {:.0} ms, {age}, {} of {} stored",
        figures.requests,
        figures.failed,
        figures.p95_ms,
        figures.stored.min(figures.sent),
        figures.sent
    )
}

/// The same for a table, without the age of readings.
pub fn brief(figures: &Summary) -> String {
    format!(
        "{} requests, {} failed, p95 {:.0} ms, {} of {} stored",
        figures.requests,
        figures.failed,
        figures.p95_ms,
        figures.stored.min(figures.sent),
        figures.sent
    )
}

fn verdict(report: &Report, style: Style) -> String {
    let (environment, digest) = (style.strong(&report.environment), short(&report.digest));
    match report.ending {
        Ending::Planned => {
            format!("{environment}: {digest} was not brought there: this only shows what would be")
        }
        Ending::Unchanged => format!("{environment}: {}", report.reason),
        Ending::Refused => format!("{environment}: {}, nothing runs differently", style.bad("refused")),
        Ending::Verified => {
            format!("{environment} runs {digest}, {}: {}", style.good("verified"), report.reason)
        }
        Ending::RolledBack => {
            let back = report.restored.as_deref().map(short).unwrap_or_default();
            format!(
                "{environment} runs {back} again, {}: {digest} was worse: {}",
                style.warn("rolled back"),
                report.reason
            )
        }
        Ending::Failed => {
            format!("{environment} runs {digest}, which is {}: {}", style.bad("worse"), report.reason)
        }
    }
}

#[cfg(test)]
#[path = "show_tests.rs"]
mod tests;

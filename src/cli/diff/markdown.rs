//! A comparison for a pull request: a summary, and the rest folded, within the size that a comment may have.

use super::{counts, image};
use crate::{
    base::failure::Result,
    compare::{Change, Line, Report, What, field_lines, migration_lines, object_lines},
};

/// Largest comment, in bytes; forges take some more, but none of them less.
const MAX: usize = 60_000;
/// Room for the line that says what is missing.
const RESERVE: usize = 600;
/// Lines of one object that are shown before the rest is counted.
const SHOWN: usize = 60;

/// The whole report in at most [`MAX`] bytes.
pub(super) fn render(report: &Report) -> Result<String> {
    let mut text = head(report);
    let sections = sections(report)?;
    let mut left_out = Vec::new();
    for section in &sections {
        let room = (MAX - RESERVE).saturating_sub(text.len());
        let (folded, missing) = fold(section, room);
        text += &folded;
        if missing > 0 {
            left_out.push(format!("{missing} of {} in {}", section.blocks.len(), section.title));
        }
    }
    if !left_out.is_empty() {
        // However many sections there are, the sentence stays within its reserve.
        let mut told = left_out.join("; ");
        if told.len() > RESERVE / 2 {
            told = format!("parts of {} sections", left_out.len());
        }
        text += &format!(
            "\n**Not shown**, as this text may have {} kB: {told}. `seasense diff` on a checkout shows all.\n",
            MAX / 1000
        );
    }
    Ok(text)
}

/// A folded part of the text.
struct Section {
    /// What it is, without marks.
    title: String,
    /// What is said of it on the folded line.
    detail: String,
    /// What it holds; each is shown whole or not at all.
    blocks: Vec<String>,
}

fn sections(report: &Report) -> Result<Vec<Section>> {
    let mut sections = Vec::new();
    for phase in &report.manifests.phases {
        let changes: Vec<&Change> =
            report.manifests.changes.iter().filter(|change| change.phase == *phase).collect();
        if changes.is_empty() {
            continue;
        }
        let count = |wanted: fn(&What) -> bool| changes.iter().filter(|change| wanted(&change.what)).count();
        let detail = counts((
            count(|what| matches!(what, What::Added { .. })),
            count(|what| matches!(what, What::Changed { .. })),
            count(|what| matches!(what, What::Removed { .. })),
        ));
        let blocks = changes.into_iter().map(change).collect::<Result<_>>()?;
        sections.push(Section { title: phase.clone(), detail, blocks });
    }
    let migrations = report.migrations.added.iter();
    let blocks: Vec<String> = migrations
        .map(|migration| block(&format!("+ {}", migration.file), &migration_lines(migration)))
        .collect();
    if !blocks.is_empty() {
        sections.push(Section {
            title: "migrations".to_owned(),
            detail: format!("{} added", blocks.len()),
            blocks,
        });
    }
    let resources = report.infrastructure.plan.iter().flatten();
    let blocks = resources.map(|resource| {
        let lines: Vec<Vec<Line>> = resource.fields.iter().map(field_lines).collect::<Result<_>>()?;
        Ok(block(&format!("{} {}", resource.action, resource.address), &lines.concat()))
    });
    let blocks: Vec<String> = blocks.collect::<Result<_>>()?;
    if !blocks.is_empty() {
        sections.push(Section {
            title: "infrastructure plan".to_owned(),
            detail: format!("{} resources", blocks.len()),
            blocks,
        });
    }
    Ok(sections)
}

fn change(change: &Change) -> Result<String> {
    let (mark, lines) = match &change.what {
        What::Added { object } => ('+', object_lines('+', object)?),
        What::Removed { object } => ('-', object_lines('-', object)?),
        What::Changed { fields, .. } => {
            let lines: Vec<Vec<Line>> = fields.iter().map(field_lines).collect::<Result<_>>()?;
            ('~', lines.concat())
        }
    };
    let moved = match &change.what {
        What::Changed { from: Some(from), .. } => format!(" (was in {from})"),
        _ => String::new(),
    };
    Ok(block(&format!("{mark} {}{moved}", change.id), &lines))
}

/// One object in a fence that nothing in it can end.
fn block(title: &str, lines: &[Line]) -> String {
    let shown = lines.len().min(SHOWN);
    let mut body: Vec<String> =
        lines[..shown].iter().map(|line| format!("{} {}", line.mark, line.text)).collect();
    if shown < lines.len() {
        body.push(format!("  … {} more lines", lines.len() - shown));
    }
    let body = body.join("\n");
    let ticks = body.split(|c| c != '`').map(str::len).max().unwrap_or_default().max(2) + 1;
    let fence = "`".repeat(ticks);
    format!("\n<b>{}</b>\n\n{fence}diff\n{body}\n{fence}\n", escape(title))
}

/// The section with as many of its blocks as fit, and how many do not.
fn fold(section: &Section, room: usize) -> (String, usize) {
    let head = format!(
        "\n<details><summary><b>{}</b>: {}</summary>\n",
        escape(&section.title),
        escape(&section.detail)
    );
    let tail = "\n</details>\n";
    let mut text = head;
    let mut fitting = 0;
    for block in &section.blocks {
        if text.len() + block.len() + tail.len() > room {
            break;
        }
        text += block;
        fitting += 1;
    }
    let text = if fitting == 0 { String::new() } else { text + tail };
    (text, section.blocks.len() - fitting)
}

/// What is always shown, however much differs.
fn head(report: &Report) -> String {
    let (before, after) = (&report.before, &report.after);
    let environments = if before.environment == after.environment {
        format!("with the variables of {}", code(&after.environment))
    } else {
        format!("with the variables of {} and {}", code(&before.environment), code(&after.environment))
    };
    let mut text = format!("### {} → {}\n\n{environments}\n", code(&before.label), code(&after.label));
    if !report.differs {
        text += "\nNothing differs.\n";
    }
    let mut rows = Vec::new();
    let mut row = |what: &str, told: String| rows.push(format!("| {what} | {told} |\n"));
    if !report.manifests.changes.is_empty() {
        row("manifests", counts(report.manifests.counts()));
    }
    let migrations = &report.migrations;
    if !migrations.is_empty() {
        row(
            "migrations",
            counts((migrations.added.len(), migrations.changed.len(), migrations.removed.len())),
        );
    }
    for file in migrations.changed.iter().chain(&migrations.removed) {
        row(
            "⚠ migration",
            format!("{} is not what it was: the backend refuses a database where it has run", code(file)),
        );
    }
    if let Some(cost) = report.cost {
        let told =
            |cost: Option<f64>| cost.map_or_else(|| "not known".to_owned(), |cost| format!("{cost:.2}"));
        row("cost, EUR a month", format!("{} → {}", told(cost.before), told(cost.after)));
    }
    for field in report.variables.iter().chain(&report.infrastructure.settings).take(40) {
        let value = |value: &Option<serde_json::Value>| {
            value.as_ref().map_or_else(|| "none".to_owned(), |value| code(&plain(value)))
        };
        row(&code(&field.path), format!("{} → {}", value(&field.before), value(&field.after)));
    }
    for change in report.images.iter().take(40) {
        let sources = match change.sources.len() {
            0 => String::new(),
            count => format!(" ({count} of its sources differ)"),
        };
        row(
            &format!("image {}", code(&change.name)),
            format!(
                "{} → {}{sources}",
                code(&image(change.before.as_ref())),
                code(&image(change.after.as_ref()))
            ),
        );
    }
    if !rows.is_empty() {
        text += &format!("\n| | |\n|---|---|\n{}", rows.concat());
    }
    for note in &report.notes {
        text += &format!("\n> {}\n", escape(note));
    }
    text
}

fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(&text.chars().take(200).collect::<String>()))
}

/// Text in which nothing is a mark of HTML, of Markdown's tables or of code.
fn escape(text: &str) -> String {
    let escape = |c: char| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '|' => "&#124;".to_owned(),
        '`' => "&#96;".to_owned(),
        '*' => "&#42;".to_owned(),
        '_' => "&#95;".to_owned(),
        '[' => "&#91;".to_owned(),
        '@' => "&#64;".to_owned(),
        c if c.is_control() => " ".to_owned(),
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}

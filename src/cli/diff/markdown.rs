//! A comparison as Markdown for a pull request, within the size limit of a comment.

use super::{counts, eur, image};
use crate::{
    base::failure::Result,
    compare::{Change, ChangeKind, Line, Report, field_lines, migration_lines, object_lines},
};

/// The largest comment, in bytes; every supported forge accepts this size.
const MAX: usize = 60_000;
/// Bytes reserved for the note about omitted parts.
const RESERVE: usize = 600;
/// Lines of one object that are shown before the rest is counted.
const SHOWN: usize = 60;

/// Renders the report in at most [`MAX`] bytes.
pub(super) fn render(report: &Report) -> Result<String> {
    let mut text = head(report);
    let sections = sections(report)?;
    let mut left_out = Vec::new();
    for section in &sections {
        let limit = (MAX - RESERVE).saturating_sub(text.len());
        let (folded, missing) = fold(section, limit);
        text += &folded;
        if missing > 0 {
            left_out.push(format!("{missing} of {} in {}", section.blocks.len(), section.title));
        }
    }
    if !left_out.is_empty() {
        // The note must fit into its reserve for any number of sections.
        let mut omitted = left_out.join("; ");
        if omitted.len() > RESERVE / 2 {
            omitted = format!("parts of {} sections", left_out.len());
        }
        text += &format!(
            "\n**Not shown** (limit {} kB): {omitted}. Run `seasense diff` in a checkout to see everything.\n",
            MAX / 1000
        );
    }
    Ok(text)
}

/// A folded part of the text.
struct Section {
    /// The title, unescaped.
    title: String,
    /// The detail after the title on the folded line.
    detail: String,
    /// The content; each block is shown completely or not at all.
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
        let detail = counts(ChangeKind::counts(changes.iter().map(|change| &change.kind)));
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
    let (mark, lines) = match &change.kind {
        ChangeKind::Added { object } => ('+', object_lines('+', object)?),
        ChangeKind::Removed { object } => ('-', object_lines('-', object)?),
        ChangeKind::Changed { fields, .. } => {
            let lines: Vec<Vec<Line>> = fields.iter().map(field_lines).collect::<Result<_>>()?;
            ('~', lines.concat())
        }
    };
    let moved = match &change.kind {
        ChangeKind::Changed { from: Some(from), .. } => format!(" (was in {from})"),
        _ => String::new(),
    };
    Ok(block(&format!("{mark} {}{moved}", change.id), &lines))
}

/// Renders one object in a code fence longer than any run of backticks in it.
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

/// Renders the section with as many blocks as fit into `limit` bytes; returns the number of omitted blocks as
/// well.
fn fold(section: &Section, limit: usize) -> (String, usize) {
    let head = format!(
        "\n<details><summary><b>{}</b>: {}</summary>\n",
        escape(&section.title),
        escape(&section.detail)
    );
    let tail = "\n</details>\n";
    let mut text = head;
    let mut fitting = 0;
    for block in &section.blocks {
        if text.len() + block.len() + tail.len() > limit {
            break;
        }
        text += block;
        fitting += 1;
    }
    let text = if fitting == 0 { String::new() } else { text + tail };
    (text, section.blocks.len() - fitting)
}

/// Renders the summary, which is always shown.
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
    let rows = summary_rows(report);
    if !rows.is_empty() {
        text += &format!("\n| | |\n|---|---|\n{}", rows.concat());
    }
    for note in &report.notes {
        text += &format!("\n> {}\n", escape(note));
    }
    text
}

/// Renders the rows of the summary table.
fn summary_rows(report: &Report) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = |name: &str, value: String| rows.push(format!("| {name} | {value} |\n"));
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
            format!(
                "{} was changed or removed: the backend refuses a database that has applied it",
                code(file)
            ),
        );
    }
    if let Some(cost) = report.cost {
        row("cost, EUR per month", format!("{} → {}", eur(cost.before), eur(cost.after)));
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
    rows
}

fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(&text.chars().take(200).collect::<String>()))
}

/// Escapes the special characters of HTML and Markdown.
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

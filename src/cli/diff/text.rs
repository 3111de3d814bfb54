//! A comparison as text for a terminal.

use super::{counts, eur, image};
use crate::{
    base::failure::Result,
    compare::{Change, ChangeKind, ImageChange, Line, Report, field_lines, migration_lines, object_lines},
    ui::{Style, table},
};

/// Lines of one object that are shown before the rest is counted.
const SHOWN: usize = 24;
/// Sources of an image that are named before the rest is counted.
const SOURCES: usize = 3;

/// Renders the report; `full` shows every line of long differences.
pub(super) fn render(report: &Report, style: Style, full: bool) -> Result<String> {
    let mut out = Out { text: String::new(), style, shown: if full { usize::MAX } else { SHOWN } };
    out.head(report);
    out.manifests(report)?;
    out.images(&report.images);
    out.rest(report)?;
    if !report.differs {
        out.text += &format!("\n{}\n", style.good("nothing differs"));
    }
    for note in &report.notes {
        out.text += &format!("\n{} {note}\n", style.warn("note:"));
    }
    Ok(out.text)
}

struct Out {
    text: String,
    style: Style,
    shown: usize,
}

impl Out {
    fn head(&mut self, report: &Report) {
        let style = self.style;
        let (before, after) = (&report.before, &report.after);
        let with = if before.environment == after.environment {
            format!("with the variables of {}", after.environment)
        } else {
            format!("with the variables of {} and {}", before.environment, after.environment)
        };
        self.text += &format!("{} {}\n", style.bad("-"), style.strong(&before.label));
        self.text += &format!("{} {}\n", style.good("+"), style.strong(&after.label));
        self.text += &format!("  {}\n", style.dim(&with));
    }

    fn title(&mut self, title: &str, detail: &str) {
        let detail = if detail.is_empty() { String::new() } else { format!("  {}", self.style.dim(detail)) };
        self.text += &format!("\n{}{detail}\n", self.style.strong(title));
    }

    fn manifests(&mut self, report: &Report) -> Result<()> {
        let manifests = &report.manifests;
        if manifests.changes.is_empty() {
            return Ok(());
        }
        self.title("MANIFESTS", &counts(manifests.counts()));
        let mut phase = None;
        for change in &manifests.changes {
            if phase.replace(&change.phase) != Some(&change.phase) {
                self.text += &format!("  {}\n", self.style.link(&change.phase));
            }
            self.change(change)?;
        }
        Ok(())
    }

    fn change(&mut self, change: &Change) -> Result<()> {
        let style = self.style;
        let (mark, lines) = match &change.kind {
            ChangeKind::Added { object } => (style.good("+"), object_lines('+', object)?),
            ChangeKind::Removed { object } => (style.bad("-"), object_lines('-', object)?),
            ChangeKind::Changed { fields, .. } => {
                let lines: Vec<Vec<Line>> = fields.iter().map(field_lines).collect::<Result<_>>()?;
                (style.warn("~"), lines.concat())
            }
        };
        let moved = match &change.kind {
            ChangeKind::Changed { from: Some(from), .. } => {
                format!("  {}", style.dim(&format!("was in {from}")))
            }
            _ => String::new(),
        };
        self.text += &format!("    {mark} {}{moved}\n", style.strong(&change.id.to_string()));
        self.lines(&lines, "        ");
        Ok(())
    }

    fn lines(&mut self, lines: &[Line], indent: &str) {
        // If only one line is left out, showing it takes no more space than counting it.
        let shown = if lines.len() <= self.shown.saturating_add(1) { lines.len() } else { self.shown };
        for line in &lines[..shown] {
            let text = format!("{} {}", line.mark, line.text);
            let text = match line.mark {
                '+' => self.style.good(&text),
                '-' => self.style.bad(&text),
                _ => text,
            };
            self.text += &format!("{indent}{}\n", text.trim_end());
        }
        if shown < lines.len() {
            let more = format!("… {} more lines (`--full` shows them)", lines.len() - shown);
            self.text += &format!("{indent}  {}\n", self.style.dim(&more));
        }
    }

    fn images(&mut self, images: &[ImageChange]) {
        if images.is_empty() {
            return;
        }
        self.title("IMAGES", &differ(images.len()));
        let row = |change: &ImageChange| {
            [
                change.name.clone(),
                image(change.before.as_ref()),
                image(change.after.as_ref()),
                sources(&change.sources),
            ]
        };
        let rows: Vec<[String; 4]> = images.iter().map(row).collect();
        for line in table(["IMAGE", "BEFORE", "AFTER", "SOURCES THAT DIFFER"], &rows).lines() {
            self.text += &format!("  {line}\n");
        }
    }

    fn rest(&mut self, report: &Report) -> Result<()> {
        let migrations = &report.migrations;
        if !migrations.is_empty() {
            self.title(
                "MIGRATIONS",
                &counts((migrations.added.len(), migrations.changed.len(), migrations.removed.len())),
            );
            for migration in &migrations.added {
                self.text += &format!("  {} {}\n", self.style.good("+"), migration.file);
                self.lines(&migration_lines(migration), "      ");
            }
            let wrong = "the backend refuses a database that has applied it";
            for (file, mark) in migrations
                .changed
                .iter()
                .map(|file| (file, "~"))
                .chain(migrations.removed.iter().map(|file| (file, "-")))
            {
                self.text += &format!("  {} {file}  {}\n", self.style.bad(mark), self.style.bad(wrong));
            }
        }
        if !report.variables.is_empty() {
            self.title("VARIABLES", &differ(report.variables.len()));
            for field in &report.variables {
                self.lines(&field_lines(field)?, "  ");
            }
        }
        self.infrastructure(report)?;
        if let Some(cost) = report.cost {
            let change =
                cost.before.zip(cost.after).map(|(before, after)| format!(" ({:+.2})", after - before));
            self.title("COST", "EUR per month");
            self.text +=
                &format!("    {} → {}{}\n", eur(cost.before), eur(cost.after), change.unwrap_or_default());
        }
        Ok(())
    }

    fn infrastructure(&mut self, report: &Report) -> Result<()> {
        let infrastructure = &report.infrastructure;
        if infrastructure.is_empty() {
            return Ok(());
        }
        self.title("INFRASTRUCTURE", "");
        for field in &infrastructure.settings {
            self.lines(&field_lines(field)?, "  ");
        }
        for resource in infrastructure.plan.iter().flatten() {
            let action = match resource.action.as_str() {
                "create" => self.style.good("create"),
                "update" => self.style.warn("update"),
                other => self.style.bad(other),
            };
            self.text += &format!("    {action} {}\n", self.style.strong(&resource.address));
            let lines: Vec<Vec<Line>> = resource.fields.iter().map(field_lines).collect::<Result<_>>()?;
            self.lines(&lines.concat(), "        ");
        }
        Ok(())
    }
}

/// Renders the number of differing items.
fn differ(count: usize) -> String {
    if count == 1 { "1 differs".to_owned() } else { format!("{count} differ") }
}

/// Renders the first files and the number of the others.
fn sources(files: &[String]) -> String {
    let named = files[..files.len().min(SOURCES)].join(", ");
    match files.len().saturating_sub(SOURCES) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

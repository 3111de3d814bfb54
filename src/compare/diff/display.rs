//! Differences as text lines, each marked as removed, added or unchanged.

use serde_json::Value;

use super::{Field, Migration, text_diff::unified};
use crate::{
    base::{failure::Result, yaml},
    compare::mask::SHOWN,
};

/// The longest value, in characters, shown on the line of its path.
const ONE_LINE: usize = 60;
/// The longest path with both values, in characters, shown as `before → after` on one line.
const WHOLE_LINE: usize = 100;

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `-` if removed, `+` if added, else a space.
    pub mark: char,
    /// The text after the mark.
    pub text: String,
}

impl Line {
    fn new(mark: char, text: impl Into<String>) -> Self {
        Self { mark, text: short_digests(&text.into()) }
    }
}

/// Returns the lines that show the difference in `field`.
pub fn field_lines(field: &Field) -> Result<Vec<Line>> {
    let path = if field.path.is_empty() { "(whole value)" } else { &field.path };
    Ok(match (&field.before, &field.after) {
        (Some(before), Some(after)) if before == after => {
            vec![Line::new(' ', format!("{path}: {SHOWN} changed"))]
        }
        (Some(Value::String(before)), Some(Value::String(after)))
            if before.contains('\n') || after.contains('\n') =>
        {
            let marked = unified(before, after).into_iter().map(|line| {
                let (mark, text) = line.split_at(1);
                Line::new(mark.chars().next().unwrap_or(' '), format!("  {text}"))
            });
            std::iter::once(Line::new(' ', format!("{path}:"))).chain(marked).collect()
        }
        (Some(before), Some(after)) => match (one_line(before), one_line(after)) {
            (Some(before), Some(after)) if fits(path, &before, &after) => {
                vec![Line::new(' ', format!("{path}: {before} → {after}"))]
            }
            _ => [
                vec![Line::new(' ', format!("{path}:"))],
                value_lines('-', "  ", before)?,
                value_lines('+', "  ", after)?,
            ]
            .concat(),
        },
        (Some(before), None) => one_sided('-', path, before)?,
        (None, Some(after)) => one_sided('+', path, after)?,
        (None, None) => Vec::new(),
    })
}

/// Whether the path and both values fit on one line of a terminal.
fn fits(path: &str, before: &str, after: &str) -> bool {
    let columns = |text: &str| short_digests(text).chars().count();
    columns(path) + columns(before) + columns(after) <= WHOLE_LINE
}

/// Returns the lines of a whole object.
pub fn object_lines(mark: char, object: &Value) -> Result<Vec<Line>> {
    value_lines(mark, "", object)
}

/// Returns the lines of a new migration.
pub fn migration_lines(migration: &Migration) -> Vec<Line> {
    migration.sql.trim_end().lines().map(|line| Line::new('+', line)).collect()
}

fn one_sided(mark: char, path: &str, value: &Value) -> Result<Vec<Line>> {
    match one_line(value) {
        Some(text) => Ok(vec![Line::new(mark, format!("{path}: {text}"))]),
        None => Ok([vec![Line::new(mark, format!("{path}:"))], value_lines(mark, "  ", value)?].concat()),
    }
}

fn value_lines(mark: char, indent: &str, value: &Value) -> Result<Vec<Line>> {
    let text = match value {
        Value::String(text) => text.clone(),
        value => yaml::write([value])?,
    };
    let text = text.strip_prefix("---\n").unwrap_or(&text);
    Ok(text.trim_end().lines().map(|line| Line::new(mark, format!("{indent}{line}"))).collect())
}

/// Returns the text of a value if it fits on one line.
fn one_line(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().any(|item| item.is_array() || item.is_object()) => return None,
        Value::Object(fields) if !fields.is_empty() => return None,
        value => value.to_string(),
    };
    let long = short_digests(&text).chars().count() > ONE_LINE;
    (!long && !text.contains('\n')).then_some(text)
}

/// Shortens every digest in `text` to its first twelve digits.
pub fn short_digests(text: &str) -> String {
    const MARK: &str = "sha256:";
    let mut parts = text.split(MARK);
    let mut short = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        let kept = if digits == 64 { &part[..12] } else { &part[..digits] };
        short += &format!("{MARK}{kept}{}", &part[digits..]);
    }
    short
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn describe(before: Option<Value>, after: Option<Value>) -> Vec<String> {
        let lines = field_lines(&Field { path: "a.b".into(), before, after }).unwrap();
        lines.iter().map(|line| format!("{}{}", line.mark, line.text)).collect()
    }

    #[test]
    fn short_values_are_shown_on_one_line() {
        assert_eq!(describe(Some(json!(1)), Some(json!("x"))), [" a.b: 1 → x"]);
        assert_eq!(describe(None, Some(json!([1, 2]))), ["+a.b: [1,2]"]);
        assert_eq!(describe(Some(json!("")), None), ["-a.b: \"\""]);
        let (path, image) = ("p".repeat(50), "i".repeat(30));
        let field = Field { path, before: Some(json!(image)), after: Some(json!(format!("{image}2"))) };
        let lines = field_lines(&field).unwrap();
        assert_eq!(lines.iter().map(|line| line.mark).collect::<String>(), " -+");
        let long = format!("r/x@sha256:{}", "a".repeat(64));
        assert_eq!(describe(Some(json!(long)), Some(json!("y"))), [" a.b: r/x@sha256:aaaaaaaaaaaa → y"]);
    }

    #[test]
    fn long_values_are_shown_on_several_lines() {
        let object = json!({"x": {"z": 1}});
        assert_eq!(describe(None, Some(object.clone())), ["+a.b:", "+  x:", "+    z: 1"]);
        assert_eq!(describe(Some(json!(1)), Some(object)), [" a.b:", "-  1", "+  x:", "+    z: 1"]);
        assert_eq!(
            describe(Some(json!("one\ntwo\n")), Some(json!("one\n2\n"))),
            [" a.b:", "   one", "-  two", "+  2"]
        );
    }

    #[test]
    fn a_changed_secret_is_shown_without_its_value() {
        assert_eq!(describe(Some(json!(SHOWN)), Some(json!(SHOWN))), [" a.b: (secret) changed"]);
    }

    #[test]
    fn only_complete_digests_are_shortened() {
        assert_eq!(short_digests("sha256:12 and sha256:"), "sha256:12 and sha256:");
    }
}

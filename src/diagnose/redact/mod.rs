//! Removes secrets: an allowlist of fields, then known values, then patterns of secrets. Pure.

mod allow;
mod encode;
mod finder;
mod known;
mod patterns;
mod view;

#[cfg(test)]
mod tests;

use serde_json::Value;

pub use allow::project;
pub use encode::from_base64;
pub use known::Known;

/// The replacement of a secret.
pub const MARK: &str = "[redacted]";

/// Redacts `known` values in any encoding, and texts that look like secrets.
pub fn text(text: &str, known: &Known) -> String {
    let text = replace(text, known.spans(text));
    let found = patterns::spans(&text);
    replace(&text, found)
}

/// Redacts every text in `value`, including the names of fields.
pub fn value(value: Value, known: &Known) -> Value {
    match value {
        Value::String(string) => Value::String(text(&string, known)),
        Value::Array(items) => items.into_iter().map(|item| self::value(item, known)).collect(),
        Value::Object(fields) => {
            let fields =
                fields.into_iter().map(|(name, field)| (text(&name, known), self::value(field, known)));
            Value::Object(fields.collect())
        }
        other => other,
    }
}

/// A range of bytes.
type Span = std::ops::Range<usize>;

/// Replaces each of `spans` with [`MARK`]; adjacent and overlapping spans are merged.
fn replace(text: &str, mut spans: Vec<Span>) -> String {
    spans.retain(|span| !span.is_empty());
    spans.sort_by_key(|span| (span.start, span.end));
    let mut clean = String::with_capacity(text.len());
    let (mut at, mut marked) = (0, None);
    for span in spans {
        let (start, end) = (text.floor_char_boundary(span.start), text.ceil_char_boundary(span.end));
        if marked.is_none_or(|marked| start > marked) {
            clean += &text[at.min(start)..start];
            clean += MARK;
        }
        at = at.max(end);
        marked = Some(at);
    }
    clean + &text[at..]
}

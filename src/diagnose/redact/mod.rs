//! Keeps secrets out of what is packed. Pure: fields are chosen by name, then known values and telling patterns go.

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

/// What stands in the place of a secret.
pub const MARK: &str = "[redacted]";

/// `text` without what `known` holds, in whatever form it is written, and without what looks like a secret.
pub fn text(text: &str, known: &Known) -> String {
    let text = cut(text, known.spans(text));
    let found = patterns::spans(&text);
    cut(&text, found)
}

/// The same of every text in `value`, names of fields included.
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

/// `text` with [`MARK`] in the place of each of `spans`; spans that meet become one.
fn cut(text: &str, mut spans: Vec<Span>) -> String {
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

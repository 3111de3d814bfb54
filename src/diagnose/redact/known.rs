//! Values that are known to be secret, wherever they stand and in whatever form.

use super::{
    Span,
    encode::{base64_within, to_base64},
    finder::{Finder, SHORTEST},
    view::View,
};

/// Shorter lines of a value of several lines, such as the end of a key, tell nothing by themselves.
const SHORTEST_LINE: usize = 8;

/// The values. Held in memory only, and never shown.
pub struct Known(Finder);

impl Known {
    /// Knows `values`; one shorter than 6 bytes cannot be told from other text and is left out.
    pub fn new<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self(Finder::new(values.into_iter().flat_map(pieces).flat_map(|piece| forms(&piece))))
    }

    /// Where they are in `text`.
    pub(super) fn spans(&self, text: &str) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            spans.extend(View::all(line, offset).iter().flat_map(|view| self.seen(view)));
            offset += line.len();
        }
        spans.extend(self.seen(&View::joined(text)));
        spans
    }

    fn seen(&self, view: &View) -> Vec<Span> {
        self.0.find(&view.bytes).iter().map(|span| view.original(span)).collect()
    }
}

/// A value as a whole, each of its lines, and itself in base64: that is how a Secret holds it.
fn pieces(whole: &[u8]) -> Vec<Vec<u8>> {
    let value = whole.trim_ascii();
    if value.len() < SHORTEST {
        return Vec::new();
    }
    let told = |line: &&[u8]| line.len() >= SHORTEST_LINE && !line.starts_with(b"-----");
    let lines = value.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(told);
    let mut pieces: Vec<Vec<u8>> = lines.map(<[u8]>::to_vec).collect();
    pieces.push(value.to_vec());
    // In base64 the line end behind a key is a part of it.
    pieces.push(whole.to_vec());
    pieces.push(to_base64(value).into_bytes());
    pieces
}

/// The forms that a piece is written in; what percent signs and backslashes stand for, a [`View`] knows.
fn forms(piece: &[u8]) -> Vec<Vec<u8>> {
    let mut forms: Vec<Vec<u8>> = base64_within(piece).into_iter().map(String::into_bytes).collect();
    forms.push(hex::encode(piece).into_bytes());
    forms.push(hex::encode_upper(piece).into_bytes());
    if std::str::from_utf8(piece).is_ok() {
        forms.push(piece.to_vec());
        // A form field writes a blank as a plus sign.
        forms.push(piece.iter().map(|byte| if *byte == b' ' { b'+' } else { *byte }).collect());
        // The joined text has no blanks.
        forms.push(piece.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect());
    }
    forms
}

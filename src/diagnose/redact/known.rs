//! Finds known secret values in any common encoding.

use super::{
    Span,
    encode::{base64_within, to_base64},
    finder::{Finder, SHORTEST},
    view::View,
};

/// The minimum length of one line of a multi-line value; shorter ones, such as the end of a key, reveal
/// nothing.
const SHORTEST_LINE: usize = 8;

/// The known values. They stay in memory and are never shown.
pub struct Known(Finder);

impl Known {
    /// Searches for `values`. Values shorter than 6 bytes are ignored, because they match by chance.
    pub fn new<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self(Finder::new(values.into_iter().flat_map(pieces).flat_map(|piece| forms(&piece))))
    }

    /// Returns all occurrences in `text`.
    pub(super) fn spans(&self, text: &str) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            spans.extend(View::all(line, offset).iter().flat_map(|view| self.in_view(view)));
            offset += line.len();
        }
        spans.extend(self.in_view(&View::joined(text)));
        spans
    }

    fn in_view(&self, view: &View) -> Vec<Span> {
        self.0.find(&view.bytes).iter().map(|span| view.original(span)).collect()
    }
}

/// Returns the whole value, each of its lines, and its base64 form, which is how a Secret contains it.
fn pieces(whole: &[u8]) -> Vec<Vec<u8>> {
    let value = whole.trim_ascii();
    if value.len() < SHORTEST {
        return Vec::new();
    }
    let is_secret = |line: &&[u8]| line.len() >= SHORTEST_LINE && !line.starts_with(b"-----");
    let lines = value.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(is_secret);
    let mut pieces: Vec<Vec<u8>> = lines.map(<[u8]>::to_vec).collect();
    pieces.push(value.to_vec());
    // The base64 form includes the trailing line break.
    pieces.push(whole.to_vec());
    pieces.push(to_base64(value).into_bytes());
    pieces
}

/// Returns the encodings of a piece. A [`View`] decodes percent-encoding and escapes.
fn forms(piece: &[u8]) -> Vec<Vec<u8>> {
    let mut forms: Vec<Vec<u8>> = base64_within(piece).into_iter().map(String::into_bytes).collect();
    forms.push(hex::encode(piece).into_bytes());
    forms.push(hex::encode_upper(piece).into_bytes());
    if std::str::from_utf8(piece).is_ok() {
        forms.push(piece.to_vec());
        // Form encoding replaces a space with a plus sign.
        forms.push(piece.iter().map(|byte| if *byte == b' ' { b'+' } else { *byte }).collect());
        // The joined text has no white space.
        forms.push(piece.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect());
    }
    forms
}

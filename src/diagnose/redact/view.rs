//! Decoded views of a text, in which each byte is mapped to its range in the original.

use super::Span;

/// The number of nested encodings that are decoded, for example JSON in JSON in a query string.
const DEPTH: usize = 3;

/// The decoded bytes, each with the range in the original that it was decoded from.
#[derive(Clone)]
pub(super) struct View {
    pub bytes: Vec<u8>,
    origins: Vec<(usize, usize)>,
}

impl View {
    /// Returns the view of `text` itself, which starts at `offset` in the original.
    fn plain(text: &str, offset: usize) -> Self {
        let origins = (offset..offset + text.len()).map(|at| (at, at + 1)).collect();
        Self { bytes: text.as_bytes().to_vec(), origins }
    }

    /// Returns the plain view and every view obtained by percent-decoding and unescaping it.
    pub(super) fn all(text: &str, offset: usize) -> Vec<Self> {
        let mut views = vec![Self::plain(text, offset)];
        let mut fresh = 0..1;
        for _ in 0..DEPTH {
            let next: Vec<Self> = views[fresh]
                .iter()
                .flat_map(|view| [view.percent_decoded(), view.unescaped()])
                .flatten()
                .collect();
            fresh = views.len()..views.len() + next.len();
            views.extend(next);
        }
        views
    }

    /// Returns the text without literal and escaped white space: long encoded values are often wrapped.
    pub(super) fn joined(text: &str) -> Self {
        let plain = Self::plain(text, 0);
        let whole = plain.unescaped().unwrap_or(plain);
        let kept = whole.bytes.iter().zip(&whole.origins).filter(|(byte, _)| !byte.is_ascii_whitespace());
        let (bytes, origins) = kept.map(|(byte, place)| (*byte, *place)).unzip();
        Self { bytes, origins }
    }

    /// Maps a range of this view to the original.
    pub(super) fn original(&self, span: &Span) -> Span {
        let origins = &self.origins[span.clone()];
        origins.first().map_or(0, |first| first.0)..origins.last().map_or(0, |last| last.1)
    }

    fn percent_decoded(&self) -> Option<Self> {
        self.decoded(b'%', |rest| Some((vec![hex(rest.get(1..3)?)?], 3)))
    }

    fn unescaped(&self) -> Option<Self> {
        self.decoded(b'\\', |rest| {
            let byte = match rest.get(1)? {
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                b'b' => 8,
                b'f' => 12,
                b'x' => return Some((vec![hex(rest.get(2..4)?)?], 4)),
                b'u' => return unicode(rest),
                other @ (b'"' | b'\'' | b'\\' | b'/') => *other,
                _ => return None,
            };
            Some((vec![byte], 2))
        })
    }

    /// Decodes every sequence that starts with `sign` and that `decode` accepts; `None` if there is none.
    fn decoded(&self, sign: u8, decode: impl Fn(&[u8]) -> Option<(Vec<u8>, usize)>) -> Option<Self> {
        let mut view = Self { bytes: Vec::new(), origins: Vec::new() };
        let (mut at, mut changed) = (0, false);
        while at < self.bytes.len() {
            let found = (self.bytes[at] == sign).then(|| decode(&self.bytes[at..])).flatten();
            changed |= found.is_some();
            let (bytes, length) = found.unwrap_or_else(|| (vec![self.bytes[at]], 1));
            let place = (self.origins[at].0, self.origins[at + length - 1].1);
            view.origins.extend(std::iter::repeat_n(place, bytes.len()));
            view.bytes.extend(bytes);
            at += length;
        }
        changed.then_some(view)
    }
}

fn hex(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|c| c.is_ascii_hexdigit()))?;
    u8::from_str_radix(text, 16).ok()
}

/// Decodes `\uXXXX`, or a surrogate pair of them.
fn unicode(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    let unit = |at: usize| {
        let sign = rest.get(at..at + 2)? == b"\\u";
        let digits = rest.get(at + 2..at + 6).filter(|_| sign)?;
        Some(u16::from(hex(&digits[..2])?) << 8 | u16::from(hex(&digits[2..])?))
    };
    let first = unit(0)?;
    let pair = unit(6).map(|second| [first, second]);
    let of_pair =
        pair.and_then(|pair| String::from_utf16(&pair).ok()).filter(|text| text.chars().count() == 1);
    let (text, length) = match of_pair {
        Some(text) => (text, 12),
        None => (char::from_u32(u32::from(first))?.to_string(), 6),
    };
    Some((text.into_bytes(), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(view: &View) -> String {
        String::from_utf8_lossy(&view.bytes).into_owned()
    }

    #[test]
    fn decoded_views_map_to_the_original() {
        let text = r#"{\"q\":\"a%2Bb\u00e9\"}"#;
        let views = View::all(text, 100);
        let decoded = views.iter().find(|view| read(view) == "{\"q\":\"a+bé\"}").expect("decoded twice");
        let at = read(decoded).find("a+b").unwrap();
        let place = decoded.original(&(at..at + 3));
        assert_eq!(&text[place.start - 100..place.end - 100], "a%2Bb");
    }

    #[test]
    fn surrogate_pairs_are_decoded_and_invalid_escapes_kept() {
        let views = View::all(r"\ud83d\ude00 \q 100%", 0);
        assert_eq!(read(&views[1]), "😀 \\q 100%");
    }

    #[test]
    fn wrapped_lines_are_joined() {
        assert_eq!(read(&View::joined("ab\\ncd\n ef")), "abcdef");
    }
}

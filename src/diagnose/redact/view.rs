//! A text as somebody who decodes it would read it, where each byte still knows its place in the original.

use super::Span;

/// How often encodings are looked through: JSON in JSON in a query string.
const DEPTH: usize = 3;

/// The bytes, and of each the range of the original that it was decoded from.
#[derive(Clone)]
pub(super) struct View {
    pub bytes: Vec<u8>,
    dirs: Vec<(usize, usize)>,
}

impl View {
    /// `text` as it is; it stands at `offset` in the original.
    fn plain(text: &str, offset: usize) -> Self {
        let dirs = (offset..offset + text.len()).map(|at| (at, at + 1)).collect();
        Self { bytes: text.as_bytes().to_vec(), dirs }
    }

    /// The view itself and every other one that percent-decoding and unescaping lead to.
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

    /// The text without blanks and line ends, written or escaped: long codes are often broken into lines.
    pub(super) fn joined(text: &str) -> Self {
        let plain = Self::plain(text, 0);
        let whole = plain.unescaped().unwrap_or(plain);
        let kept = whole.bytes.iter().zip(&whole.dirs).filter(|(byte, _)| !byte.is_ascii_whitespace());
        let (bytes, dirs) = kept.map(|(byte, place)| (*byte, *place)).unzip();
        Self { bytes, dirs }
    }

    /// The range of the original behind a range of this view.
    pub(super) fn original(&self, span: &Span) -> Span {
        let dirs = &self.dirs[span.clone()];
        dirs.first().map_or(0, |first| first.0)..dirs.last().map_or(0, |last| last.1)
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

    /// Replaces what `decode` knows, which begins with `sign`; `None` where there is nothing of it.
    fn decoded(&self, sign: u8, decode: impl Fn(&[u8]) -> Option<(Vec<u8>, usize)>) -> Option<Self> {
        let mut view = Self { bytes: Vec::new(), dirs: Vec::new() };
        let (mut at, mut changed) = (0, false);
        while at < self.bytes.len() {
            let found = (self.bytes[at] == sign).then(|| decode(&self.bytes[at..])).flatten();
            changed |= found.is_some();
            let (bytes, length) = found.unwrap_or_else(|| (vec![self.bytes[at]], 1));
            let place = (self.dirs[at].0, self.dirs[at + length - 1].1);
            view.dirs.extend(std::iter::repeat_n(place, bytes.len()));
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

/// `\uXXXX`, or two of them that stand for one character.
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
    fn every_way_of_reading_is_there_and_knows_its_place() {
        let text = r#"{\"q\":\"a%2Bb\u00e9\"}"#;
        let views = View::all(text, 100);
        let decoded = views.iter().find(|view| read(view) == "{\"q\":\"a+bé\"}").expect("decoded twice");
        let at = read(decoded).find("a+b").unwrap();
        let place = decoded.original(&(at..at + 3));
        assert_eq!(&text[place.start - 100..place.end - 100], "a%2Bb");
    }

    #[test]
    fn surrogates_are_one_character_and_what_is_no_escape_stays() {
        let views = View::all(r"\ud83d\ude00 \q 100%", 0);
        assert_eq!(read(&views[1]), "😀 \\q 100%");
    }

    #[test]
    fn broken_lines_are_joined() {
        assert_eq!(read(&View::joined("ab\\ncd\n ef")), "abcdef");
    }
}

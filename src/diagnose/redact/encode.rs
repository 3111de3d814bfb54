//! Encodes and decodes base64, and finds the encodings of a part of a longer text.

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Returns the substrings that the base64 encoding of a longer text contains if that text contains `bytes`: for
/// each of the three alignments, in both alphabets. Digits that also depend on neighbouring bytes are excluded.
pub(super) fn base64_within(bytes: &[u8]) -> Vec<String> {
    let mut forms = Vec::new();
    for (alphabet, before) in
        [STANDARD, URL].into_iter().flat_map(|alphabet| (0..3).map(move |n| (alphabet, n)))
    {
        let padded: Vec<u8> = std::iter::repeat_n(0, before).chain(bytes.iter().copied()).collect();
        let first = (before * 8).div_ceil(6);
        let last = padded.len() * 8 / 6;
        forms.push(base64(&padded, alphabet)[first..last].to_owned());
    }
    forms.sort();
    forms.dedup();
    forms
}

/// Encodes as base64 without padding.
fn base64(bytes: &[u8], alphabet: &[u8; 64]) -> String {
    let digit = |bits: u32| char::from(alphabet[(bits & 63) as usize]);
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let at = |index: usize| u32::from(group.get(index).copied().unwrap_or_default());
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        let digits = [bits >> 18, bits >> 12, bits >> 6, bits].map(digit);
        text.extend(&digits[..=group.len()]);
    }
    text
}

/// Encodes as standard base64 without padding.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    base64(bytes, STANDARD)
}

/// Decodes base64 in either alphabet, with or without padding; `None` if it is invalid.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| {
        let find = |alphabet: &[u8; 64]| alphabet.iter().position(|digit| *digit == c);
        find(STANDARD).or_else(|| find(URL)).and_then(|value| u32::try_from(value).ok())
    };
    let (mut bytes, mut bits, mut length) = (Vec::new(), 0u32, 0u32);
    for c in text.trim().trim_end_matches('=').bytes() {
        bits = (bits << 6 | digit(c)?) & 0xff_ffff;
        length += 6;
        if length >= 8 {
            length -= 8;
            bytes.push(((bits >> length) & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn base64_matches_the_standard() {
        assert_eq!(to_base64(b"light work."), "bGlnaHQgd29yay4");
        assert_eq!(to_base64(b"light work"), "bGlnaHQgd29yaw");
        assert_eq!(from_base64("bGlnaHQgd29yaw==").as_deref(), Some(&b"light work"[..]));
        assert_eq!(from_base64("no base64!"), None);
    }

    proptest! {
        #[test]
        fn every_encoding_of_a_containing_text_is_found(before in proptest::collection::vec(any::<u8>(), 0..9), bytes in proptest::collection::vec(any::<u8>(), 6..40), behind in proptest::collection::vec(any::<u8>(), 0..9)) {
            let whole: Vec<u8> = [before, bytes.clone(), behind].concat();
            for alphabet in [STANDARD, URL] {
                let text = base64(&whole, alphabet);
                prop_assert!(base64_within(&bytes).iter().any(|form| text.contains(form.as_str())));
            }
            prop_assert_eq!(from_base64(&to_base64(&whole)), Some(whole));
        }
    }
}

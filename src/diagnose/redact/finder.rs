//! Finds thousands of byte strings in a single pass.

use std::collections::HashMap;

use super::Span;

/// The minimum length of a searched string: shorter ones match by chance.
pub(super) const SHORTEST: usize = 6;
const HEAD: usize = 4;

/// The searched strings, indexed by their first bytes.
pub(super) struct Finder {
    by_head: HashMap<[u8; HEAD], Vec<Vec<u8>>>,
    /// Whether any string starts with a pair of bytes.
    pairs: Vec<bool>,
}

impl Finder {
    pub(super) fn new(texts: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut finder = Self { by_head: HashMap::new(), pairs: vec![false; 1 << 16] };
        for text in texts {
            let Some(head) = text.first_chunk::<HEAD>().copied().filter(|_| text.len() >= SHORTEST) else {
                continue;
            };
            finder.pairs[pair(&head)] = true;
            finder.by_head.entry(head).or_default().push(text);
        }
        for texts in finder.by_head.values_mut() {
            texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
            texts.dedup();
        }
        finder
    }

    /// Returns all matches in `bytes`: the longest one at each position.
    pub(super) fn find(&self, bytes: &[u8]) -> Vec<Span> {
        let mut found = Vec::new();
        for (at, window) in bytes.windows(HEAD).enumerate() {
            if !self.pairs[pair(window)] {
                continue;
            }
            let texts = window.first_chunk::<HEAD>().and_then(|head| self.by_head.get(head));
            let here = texts.into_iter().flatten().find(|text| bytes[at..].starts_with(text));
            found.extend(here.map(|text| at..at + text.len()));
        }
        found
    }
}

fn pair(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_match_is_found_at_every_position() {
        let finder = Finder::new([&b"secret"[..], b"secret-key", b"abc", b"cret-key!"].map(<[u8]>::to_vec));
        assert_eq!(finder.find(b"a secret-key! abc secret"), [2..12, 4..13, 18..24]);
    }
}

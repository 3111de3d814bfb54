//! A digest as a user names it: whole, or by its first digits. Pure.

use std::collections::BTreeSet;

use crate::{
    base::{
        digest::Digest,
        failure::{Failure, Kind, Result},
    },
    promotion::store::history::History,
};

/// Fewer digits name a digest by chance.
const MIN_DIGITS: usize = 6;
/// The digits of a whole digest.
const DIGITS: usize = 64;

/// The first digits of a digest, or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestPrefix(String);

impl DigestPrefix {
    /// Parses 6 to 64 hex digits, with or without `sha256:`.
    pub fn parse(text: &str) -> Result<Self> {
        let digits = text.strip_prefix("sha256:").unwrap_or(text);
        let valid = (MIN_DIGITS..=DIGITS).contains(&digits.len())
            && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if valid {
            return Ok(Self(digits.to_owned()));
        }
        Err(Failure::new(Kind::Usage, format!("invalid digest `{text}`"))
            .because(format!(
                "a digest is `sha256:` and {DIGITS} hex digits, or its first digits, at least {MIN_DIGITS}"
            ))
            .hint("take one from `seasense history ENV`"))
    }

    /// Returns the digest if all its digits are given.
    pub fn whole(&self) -> Option<Digest> {
        format!("sha256:{}", self.0).parse().ok()
    }

    /// Returns the only digest in `history` that starts so. A whole digest need not be in it: a gate refuses it
    /// with the reason.
    pub fn resolve(&self, history: &History) -> Result<Digest> {
        if let Some(digest) = self.whole() {
            return Ok(digest);
        }
        let found: BTreeSet<&Digest> = history
            .lines
            .iter()
            .map(|line| &line.record.digest)
            .filter(|digest| digest.hex().starts_with(&self.0))
            .collect();
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some(only), None) => Ok(only.clone()),
            (None, _) => {
                Err(Failure::new(Kind::Usage, format!("no digest in the history starts with `{}`", self.0))
                    .hint("take one from `seasense history ENV`"))
            }
            (Some(first), Some(second)) => Err(Failure::new(
                Kind::Usage,
                format!("several digests in the history start with `{}`", self.0),
            )
            .because(format!("for example {first} and {second}"))
            .hint("give more digits")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promotion::store::history::{Outcome, tests::a_record};

    fn digest(start: &str) -> Digest {
        format!("sha256:{start:0<64}").parse().unwrap()
    }

    #[test]
    fn the_digits_that_history_shows_name_one_digest() {
        let mut history = History::default();
        for start in ["aaaaaa1", "aaaaaa2", "bbbbbb"] {
            let (record, payload) = history.next(a_record(&digest(start), Outcome::Verified)).unwrap();
            history.push(record, payload, None);
        }
        let resolve = |text: &str| DigestPrefix::parse(text).and_then(|prefix| prefix.resolve(&history));
        assert_eq!(resolve("bbbbbb000000").unwrap(), digest("bbbbbb"));
        assert_eq!(resolve("sha256:aaaaaa2").unwrap(), digest("aaaaaa2"));
        assert!(resolve("aaaaaa").unwrap_err().message.starts_with("several digests"));
        assert!(resolve("cccccc").unwrap_err().message.starts_with("no digest"));
        assert_eq!(resolve(&digest("c").to_string()).unwrap(), digest("c"), "a gate judges it");
        for wrong in ["", "aaaaa", "AAAAAA", "sha256:", "not hex", &"a".repeat(65)] {
            assert_eq!(DigestPrefix::parse(wrong).unwrap_err().kind, Kind::Usage, "{wrong}");
        }
    }
}

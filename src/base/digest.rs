//! The `sha256:` digest that identifies images, artifacts and blobs.

use std::{collections::BTreeSet, fmt, ops::Deref, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::failure::{Failure, Kind, Result};

const PREFIX: &str = "sha256:";
const HEX_LENGTH: usize = 64;
/// The number of hex digits that are shown to users.
const SHORT_HEX: usize = 12;

/// A digest: `sha256:` and 64 lower-case hex digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

impl Digest {
    /// The length of a digest as text.
    pub const LENGTH: usize = PREFIX.len() + HEX_LENGTH;

    /// Returns the digest of `bytes`.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self::from_hash(Sha256::new_with_prefix(bytes))
    }

    /// Returns the digest of everything that was written to `hash`.
    pub fn from_hash(hash: Sha256) -> Self {
        Self(format!("{PREFIX}{}", hex::encode(hash.finalize())))
    }

    /// Returns every digest in `text`.
    pub fn find_all(text: &str) -> BTreeSet<Self> {
        let starts = text.match_indices(PREFIX).map(|(at, _)| at);
        starts.filter_map(|at| text.get(at..at + Self::LENGTH)?.parse().ok()).collect()
    }

    /// Returns the 64 hex digits.
    pub fn hex(&self) -> &str {
        &self.0[PREFIX.len()..]
    }

    /// Returns the prefix and the first 12 hex digits, for display.
    pub fn short(&self) -> &str {
        &self.0[..PREFIX.len() + SHORT_HEX]
    }
}

impl FromStr for Digest {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self> {
        text.to_owned().try_into()
    }
}

impl TryFrom<String> for Digest {
    type Error = Failure;

    fn try_from(text: String) -> Result<Self> {
        let is_hex = |hex: &str| hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match text.strip_prefix(PREFIX) {
            Some(hex) if hex.len() == HEX_LENGTH && is_hex(hex) => Ok(Self(text)),
            _ => Err(Failure::new(Kind::Tool, format!("invalid digest `{text}`"))
                .because("a digest is `sha256:` and 64 lower-case hex digits")),
        }
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

impl Deref for Digest {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns a digest for tests: 64 times the hex digit `c`.
#[cfg(test)]
pub(crate) fn digest(c: char) -> Digest {
    Digest(format!("{PREFIX}{}", String::from(c).repeat(HEX_LENGTH)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(number: usize) -> String {
        format!("sha256:{number:064x}")
    }

    #[test]
    fn only_complete_lower_case_digests_are_valid() {
        let valid = numbered(10);
        assert_eq!(valid.parse::<Digest>().unwrap().to_string(), valid);
        for invalid in ["", "latest", "sha256:", &valid[..70], &format!("{valid}0"), &valid.replace('a', "A")]
        {
            assert!(invalid.parse::<Digest>().is_err(), "{invalid}");
        }
    }

    #[test]
    fn bytes_are_hashed_with_sha256() {
        let digest = Digest::of("a: 1\n");
        assert_eq!(digest.hex(), hex::encode(Sha256::digest("a: 1\n")));
        assert_eq!(digest.short().len(), "sha256:".len() + 12);
    }

    #[test]
    fn digests_are_found_in_any_text() {
        let text =
            format!("-digest = \"{}\"\n x@{},sha256:{} sha256:12", numbered(1), numbered(2), "A".repeat(64));
        let expected = [1, 2].map(|number| numbered(number).parse().unwrap());
        assert_eq!(Digest::find_all(&text), BTreeSet::from(expected));
        assert_eq!(Digest::find_all("sha256:é"), BTreeSet::new());
    }

    #[test]
    fn json_contains_the_text() {
        let json = format!("\"{}\"", numbered(1));
        assert_eq!(serde_json::to_string(&serde_json::from_str::<Digest>(&json).unwrap()).unwrap(), json);
        assert!(serde_json::from_str::<Digest>("\"sha256:12\"").is_err());
    }
}

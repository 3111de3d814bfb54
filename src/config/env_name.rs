//! The name of an environment: a validated string.

use std::{fmt, ops::Deref};

use serde::{Deserialize, Serialize};

/// The maximum length: cluster, container and state directory names are derived from it.
const LONGEST: usize = 20;

/// The name of an environment: lower-case letters, digits and `-`, at most 20 characters, not starting with
/// `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct EnvName(String);

impl EnvName {
    /// The name of a variant of this environment, for example its rehearsal; the length is not checked again.
    pub(super) fn with_prefix(&self, prefix: &str) -> Self {
        Self(format!("{prefix}{}", self.0))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for EnvName {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > LONGEST || name.starts_with('-') || !name.chars().all(legal) {
            return Err("`name` must have 1 to 20 lower-case letters, digits and `-`");
        }
        Ok(Self(name))
    }
}

impl Deref for EnvName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for EnvName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EnvName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl PartialEq<str> for EnvName {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<EnvName> for str {
    fn eq(&self, other: &EnvName) -> bool {
        *self == other.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_lower_case() {
        for valid in ["local", "staging", "eu-1", "a2345678901234567890"] {
            assert_eq!(EnvName::try_from(valid.to_owned()).unwrap(), *valid);
        }
        for invalid in ["", "-a", "Staging", "a_b", "a b", "a.b", "../a", "a23456789012345678901"] {
            assert!(EnvName::try_from(invalid.to_owned()).is_err(), "{invalid}");
        }
    }
}

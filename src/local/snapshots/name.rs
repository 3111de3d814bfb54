//! The name of a snapshot, and the database that it sleeps in.

use std::fmt;

use crate::base::failure::{Failure, Kind, Result};

/// What the databases of snapshots begin with.
pub(super) const PREFIX: &str = "seasense_snapshot_";
/// PostgreSQL cuts names at 63 bytes.
const LONGEST: usize = 40;

/// The name of a snapshot: 1 to 40 lower-case letters, digits, `-` and `_`, a letter or digit first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Checks a name; a wrong one is a usage error.
    pub fn parse(text: &str) -> Result<Self> {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        let first = text.chars().next().is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if first && text.len() <= LONGEST && text.chars().all(legal) {
            return Ok(Self(text.to_owned()));
        }
        Err(Failure::new(Kind::Usage, format!("`{text}` is no name for a snapshot")).hint(format!(
            "use 1 to {LONGEST} lower-case letters, digits, `-` and `_`, a letter or digit first"
        )))
    }

    /// The database that keeps it. It needs no escaping inside double quotes.
    pub(super) fn database(&self) -> String {
        format!("{PREFIX}{}", self.0)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_name_is_refused_or_harmless_in_sql(text in ".{0,60}") {
            if let Ok(name) = Name::parse(&text) {
                let database = name.database();
                prop_assert!(database.len() <= 63);
                prop_assert!(database.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)));
            }
        }

        #[test]
        fn usual_names_are_taken(text in "[a-z0-9][a-z0-9_-]{0,39}") {
            prop_assert_eq!(Name::parse(&text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_wrong_name_is_a_usage_error() {
        for wrong in ["", "-x", "Before", "a b", "a\"b", &"a".repeat(41)] {
            assert_eq!(Name::parse(wrong).unwrap_err().kind, Kind::Usage, "{wrong:?}");
        }
    }
}

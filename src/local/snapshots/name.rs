//! The name of a snapshot and of its database.

use std::fmt;

use crate::base::failure::{Failure, Kind, Result};

/// The prefix of the databases of snapshots.
pub(super) const PREFIX: &str = "seasense_snapshot_";
/// The maximum length: PostgreSQL truncates names at 63 bytes.
const LONGEST: usize = 40;

/// The name of a snapshot: 1 to 40 lowercase letters, digits, `-` and `_`, starting with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotName(String);

impl SnapshotName {
    /// Validates a name; an invalid one is a usage error.
    pub fn parse(text: &str) -> Result<Self> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        let first = text.chars().next().is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if first && text.len() <= LONGEST && text.chars().all(allowed) {
            return Ok(Self(text.to_owned()));
        }
        Err(Failure::new(Kind::Usage, format!("invalid snapshot name `{text}`")).hint(format!(
            "use 1 to {LONGEST} lowercase letters, digits, `-` and `_`, starting with a letter or digit"
        )))
    }

    /// The database of the snapshot; its name needs no escaping inside double quotes.
    pub(super) fn database(&self) -> String {
        format!("{PREFIX}{}", self.0)
    }
}

impl fmt::Display for SnapshotName {
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
        fn valid_names_need_no_escaping_in_sql(text in ".{0,60}") {
            if let Ok(name) = SnapshotName::parse(&text) {
                let database = name.database();
                prop_assert!(database.len() <= 63);
                prop_assert!(database.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)));
            }
        }

        #[test]
        fn usual_names_are_valid(text in "[a-z0-9][a-z0-9_-]{0,39}") {
            prop_assert_eq!(SnapshotName::parse(&text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn invalid_name_is_a_usage_error() {
        for invalid in ["", "-x", "Before", "a b", "a\"b", &"a".repeat(41)] {
            assert_eq!(SnapshotName::parse(invalid).unwrap_err().kind, Kind::Usage, "{invalid:?}");
        }
    }
}

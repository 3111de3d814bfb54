//! The differences in the database migrations: new ones, and applied ones that must not change.

use std::collections::BTreeMap;

use serde::Serialize;

/// One migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Migration {
    /// Its file name, for example `0003_index.sql`.
    pub file: String,
    /// Its SQL statements.
    pub sql: String,
}

/// The differences. A database can only apply `added`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Migrations {
    /// The migrations on the second side only, in the order in which they run.
    pub added: Vec<Migration>,
    /// The migrations on both sides with different statements: the backend refuses to start on a database that
    /// has applied the old ones.
    pub changed: Vec<String>,
    /// The migrations on the first side only: the backend refuses to start on a database that has applied them.
    pub removed: Vec<String>,
}

impl Migrations {
    /// Compares the migrations of two sides, by file name.
    pub fn between(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Self {
        let new = after.iter().filter(|(file, _)| !before.contains_key(*file));
        Self {
            added: new.map(|(file, sql)| Migration { file: file.clone(), sql: sql.clone() }).collect(),
            changed: before
                .iter()
                .filter(|(file, sql)| after.get(*file).is_some_and(|new| new != *sql))
                .map(|(file, _)| file.clone())
                .collect(),
            removed: before.keys().filter(|file| !after.contains_key(*file)).cloned().collect(),
        }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_added_changed_and_removed() {
        let side = |files: &[(&str, &str)]| {
            files.iter().map(|(file, sql)| ((*file).to_owned(), (*sql).to_owned())).collect()
        };
        let before = side(&[("1.sql", "a"), ("2.sql", "b"), ("3.sql", "c")]);
        let after = side(&[("1.sql", "a"), ("2.sql", "B"), ("4.sql", "d")]);
        let found = Migrations::between(&before, &after);
        assert_eq!(found.added, [Migration { file: "4.sql".into(), sql: "d".into() }]);
        assert_eq!(found.changed, ["2.sql"]);
        assert_eq!(found.removed, ["3.sql"]);
        assert!(Migrations::between(&before, &before).is_empty());
    }
}

//! The migrations of a trial.

use crate::{base::failure::Location, promotion::migrations};

/// A migration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path, relative to the project's root.
    pub path: String,
    /// Its SQL text.
    pub sql: String,
}

impl File {
    /// Returns its statements with the byte offset of each.
    ///
    /// Text that our parser cannot read is one statement: the server judges it.
    pub(super) fn statements(&self) -> Vec<(usize, &str)> {
        let starts = match migrations::starts(&self.sql) {
            Some(starts) if !starts.is_empty() => starts,
            _ => return vec![(0, &self.sql)],
        };
        let ends = starts.iter().skip(1).copied().chain([self.sql.len()]);
        starts.iter().zip(ends).map(|(start, end)| (*start, self.sql[*start..end].trim_end())).collect()
    }

    /// Whether the backend runs it outside a transaction.
    pub(super) fn has_no_transaction(&self) -> bool {
        self.sql.starts_with("-- no-transaction")
    }

    /// Returns the location of a byte offset.
    pub(super) fn location(&self, offset: usize) -> Location {
        Location::at_offset(&self.path, &self.sql, offset)
    }
}

/// The migrations that make the copy, and those that are tried on it, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Those that the target has applied.
    pub applied: Vec<File>,
    /// Those that it has not.
    pub new: Vec<File>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(sql: &str) -> Vec<String> {
        let file = File { path: "0001_x.sql".into(), sql: sql.into() };
        file.statements()
            .into_iter()
            .map(|(start, text)| format!("{} {text}", file.location(start)))
            .collect()
    }

    #[test]
    fn statements_have_locations_and_keep_quoted_semicolons() {
        let sql = "-- a\nSELECT ';';\n\n  DO $$ BEGIN; END $$; -- b\nSELECT 2";
        assert_eq!(
            statements(sql),
            [
                "0001_x.sql:2:1 SELECT ';';",
                "0001_x.sql:4:3 DO $$ BEGIN; END $$; -- b",
                "0001_x.sql:5:1 SELECT 2"
            ]
        );
    }

    #[test]
    fn unreadable_text_is_one_statement() {
        assert_eq!(statements("SELECT 'x; SELECT 2"), ["0001_x.sql:1:1 SELECT 'x; SELECT 2"]);
        assert_eq!(statements("-- nothing"), ["0001_x.sql:1:1 -- nothing"]);
    }
}

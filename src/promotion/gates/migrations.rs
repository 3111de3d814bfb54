//! The gate `migrations`: whether new migrations can be applied while the current code still runs.

use std::collections::{BTreeMap, BTreeSet};

use super::Gate;
use crate::{
    base::failure::Location,
    promotion::migrations::{self, Destructive},
};

pub(super) const ID: &str = "migrations";
/// The folder of the migrations, relative to the project's root.
pub const FOLDER: &str = "src/apps/backend/migrations";
/// Marks an intended destructive migration, followed by the number of the migration that added the replacement.
const MARK: &str = "-- seasense: contract, expanded in ";

/// One migration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// The Git object ID of its content.
    pub blob: String,
    /// Its SQL text.
    pub sql: String,
}

/// The migrations at two commits, by file name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migrations {
    /// The applied migrations; `None` if the environment runs nothing yet.
    pub before: Option<BTreeMap<String, Migration>>,
    /// The migrations of the digest to promote.
    pub after: BTreeMap<String, Migration>,
}

/// Passes if files were only added, with consecutive numbers, and no new file removes anything that the running
/// code uses.
///
/// `evidence` is an error if they could not be compared.
pub fn migrations(evidence: &Result<Migrations, String>) -> Gate {
    let evidence = match evidence {
        Ok(evidence) => evidence,
        Err(why) => return Gate::refused(ID, why.clone()),
    };
    let empty = BTreeMap::new();
    let before = evidence.before.as_ref().unwrap_or(&empty);
    if let Some(error) = changed(before, &evidence.after).or_else(|| misnumbered(&evidence.after)) {
        return Gate::refused(ID, error);
    }
    let added: Vec<_> = evidence.after.iter().filter(|(name, _)| !before.contains_key(*name)).collect();
    if evidence.before.is_none() {
        return Gate::passed(ID, format!("{} on an empty database", added.len()));
    }
    let mut new = BTreeSet::new();
    match added.iter().find_map(|(name, migration)| destructive(name, &migration.sql, before, &mut new)) {
        Some(error) => Gate::refused(ID, error),
        None if added.is_empty() => Gate::passed(ID, "no new migration"),
        None => {
            let names: Vec<&str> = added.iter().map(|(name, _)| name.as_str()).collect();
            Gate::passed(ID, format!("new and not destructive: {}", names.join(", ")))
        }
    }
}

/// Describes how an applied file differs. Applied files must never change.
fn changed(before: &BTreeMap<String, Migration>, after: &BTreeMap<String, Migration>) -> Option<String> {
    before.iter().find_map(|(name, old)| match after.get(name) {
        None => Some(format!("{name} was removed, but the environment has applied it")),
        Some(new) if new.blob != old.blob => {
            Some(format!("{name} differs from the one that the environment has applied"))
        }
        Some(_) => None,
    })
}

/// Parses the number of a file named `NNNN_name.sql`.
fn number(name: &str) -> Option<u32> {
    let (digits, rest) = name.split_once('_')?;
    let valid = digits.len() == 4 && rest.len() > 4 && rest.strip_suffix(".sql").is_some();
    valid.then(|| digits.parse().ok())?
}

fn misnumbered(files: &BTreeMap<String, Migration>) -> Option<String> {
    for (expected, name) in (1..).zip(files.keys()) {
        match number(name) {
            None => return Some(format!("{name} is not named NNNN_name.sql")),
            Some(found) if found != expected => {
                return Some(format!("{name} has the wrong number, expected {expected:04}"));
            }
            Some(_) => (),
        }
    }
    None
}

/// Describes the first destructive statement of the new file `name`, unless the file is marked as a
/// contraction.
fn destructive(
    name: &str,
    text: &str,
    before: &BTreeMap<String, Migration>,
    new: &mut BTreeSet<String>,
) -> Option<String> {
    let at = |offset: usize| Location::at_offset(format!("{FOLDER}/{name}"), text, offset);
    let found = match migrations::destructive(text, new) {
        Ok(found) => found,
        Err(open) => return Some(format!("{}: {} is not terminated", at(open.at), open.what)),
    };
    let Destructive { what, at: offset } = found.first()?;
    match expanded_in(text) {
        None => Some(format!("{}: {what}", at(*offset))),
        Some(number) => {
            let applied = before.keys().any(|name| name.split('_').next() == Some(number.as_str()));
            (!applied).then(|| {
                format!("{}: expanded in {number}, which the environment has not applied", at(*offset))
            })
        }
    }
}

/// Parses the number after the mark, if a comment of the file contains it.
fn expanded_in(text: &str) -> Option<String> {
    let tokens = migrations::tokenize(text).ok()?;
    let comments = tokens.iter().filter(|token| token.kind == migrations::Kind::Comment);
    let number = comments.filter_map(|token| token.text.strip_prefix(MARK)).map(str::trim_end).next()?;
    (number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit())).then(|| number.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn files(files: &[(&str, &str)]) -> BTreeMap<String, Migration> {
        let file = |(name, sql): &(&str, &str)| {
            ((*name).to_owned(), Migration { blob: format!("blob of {sql}"), sql: (*sql).to_owned() })
        };
        files.iter().map(file).collect()
    }

    const FIRST: (&str, &str) = ("0001_readings.sql", "CREATE TABLE reading (a int, b int);");
    const SECOND: (&str, &str) = ("0002_more.sql", "ALTER TABLE reading ADD COLUMN c int;");

    fn gate(before: &[(&str, &str)], after: &[(&str, &str)]) -> Gate {
        migrations(&Ok(Migrations { before: Some(files(before)), after: files(after) }))
    }

    #[test]
    fn added_files_that_are_not_destructive_pass() {
        assert_eq!(gate(&[FIRST], &[FIRST]).reason, "no new migration");
        assert_eq!(gate(&[FIRST], &[FIRST, SECOND]).reason, "new and not destructive: 0002_more.sql");
        let fresh = migrations(&Ok(Migrations { before: None, after: files(&[FIRST, SECOND]) }));
        assert_eq!(fresh, Gate::passed(ID, "2 on an empty database"));
        assert!(migrations(&Err("unknown commit".into())).refuses());
    }

    #[test]
    fn changed_files_and_gaps_in_the_numbers_are_refused() {
        let refused = |before: &[(&str, &str)], after: &[(&str, &str)], why: &str| {
            let gate = gate(before, after);
            assert_eq!(gate, Gate::refused(ID, why));
        };
        refused(&[FIRST, SECOND], &[FIRST], "0002_more.sql was removed, but the environment has applied it");
        let edited = (FIRST.0, "CREATE TABLE reading (a int);");
        refused(
            &[FIRST],
            &[edited],
            "0001_readings.sql differs from the one that the environment has applied",
        );
        refused(&[FIRST], &[FIRST, ("0003_x.sql", "")], "0003_x.sql has the wrong number, expected 0002");
        refused(
            &[FIRST],
            &[FIRST, SECOND, ("0002_z.sql", "")],
            "0002_z.sql has the wrong number, expected 0003",
        );
        refused(&[FIRST], &[FIRST, ("2.sql", "")], "2.sql is not named NNNN_name.sql");
    }

    #[test]
    fn a_destructive_statement_is_located() {
        let gate = gate(&[FIRST], &[FIRST, ("0002_less.sql", "-- less\nALTER TABLE reading DROP COLUMN b;")]);
        let text = "src/apps/backend/migrations/0002_less.sql:2:1: drops COLUMN b of `reading`";
        assert_eq!(gate, Gate::refused(ID, text));
        let open = super::tests::gate(&[FIRST], &[FIRST, ("0002_less.sql", "SELECT 'x")]);
        assert!(open.reason.ends_with("0002_less.sql:1:8: a string is not terminated"), "{}", open.reason);
    }

    #[test]
    fn a_contraction_passes_once_its_expansion_is_applied() {
        let drop = |mark: &str| format!("{mark}\nALTER TABLE reading DROP COLUMN b;");
        let (good, quoted) = (
            drop("-- seasense: contract, expanded in 0002"),
            drop("SELECT '-- seasense: contract, expanded in 0002';"),
        );
        let with =
            |before: &[(&str, &str)], sql: &str| gate(before, &[FIRST, SECOND, ("0003_less.sql", sql)]);
        assert!(!with(&[FIRST, SECOND], &good).refuses());
        let early = with(&[FIRST], &good);
        assert!(
            early.reason.ends_with("expanded in 0002, which the environment has not applied"),
            "{}",
            early.reason
        );
        assert!(with(&[FIRST, SECOND], &quoted).refuses(), "a string is not a comment");
        assert!(with(&[FIRST, SECOND], &drop("-- seasense: contract, expanded in soon")).refuses());
    }

    proptest! {
        #[test]
        fn any_edit_of_an_applied_file_is_refused(which in 0_usize..2, text in "[a-z ]{0,20}") {
            let before = [FIRST, SECOND];
            let mut after = before;
            after[which].1 = &text;
            prop_assert!(gate(&before, &after).refuses());
        }

        #[test]
        fn only_consecutive_numbers_pass(numbers in proptest::collection::btree_set(2_u32..6, 0..4)) {
            let names: Vec<String> = numbers.iter().map(|number| format!("{number:04}_x.sql")).collect();
            let after: Vec<_> = std::iter::once(FIRST).chain(names.iter().map(|name| (name.as_str(), ""))).collect();
            let gapless = numbers.iter().copied().eq(2..2 + u32::try_from(numbers.len()).unwrap());
            prop_assert_eq!(!gate(&[FIRST], &after).refuses(), gapless);
        }
    }
}

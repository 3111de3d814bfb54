//! Whether the database's migrations between two digests can be applied while the code before them still runs.

use std::collections::{BTreeMap, BTreeSet};

use super::Gate;
use crate::{
    base::failure::Location,
    promotion::migrations::{self, Found},
};

pub(super) const ID: &str = "migrations";
/// Where they lie, below the project's root.
pub const FOLDER: &str = "src/apps/backend/migrations";
/// What a file that takes something away on purpose says, with the number of the file that has put the new thing beside it.
const MARK: &str = "-- seasense: contract, expanded in ";

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// The identity of its content.
    pub blob: String,
    /// Its text.
    pub sql: String,
}

/// The files at two commits, by name. `before` is `None` where the environment runs nothing yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migrations {
    /// What the environment has applied.
    pub before: Option<BTreeMap<String, Migration>>,
    /// What it would apply.
    pub after: BTreeMap<String, Migration>,
}

/// Only new files were added, numbered on without a gap, and none of them takes away what the running code needs.
///
/// `facts` is an error where they could not be compared.
pub fn migrations(facts: &Result<Migrations, String>) -> Gate {
    let facts = match facts {
        Ok(facts) => facts,
        Err(why) => return Gate::refused(ID, why.clone()),
    };
    let empty = BTreeMap::new();
    let before = facts.before.as_ref().unwrap_or(&empty);
    if let Some(wrong) = kept(before, &facts.after).or_else(|| numbered(&facts.after)) {
        return Gate::refused(ID, wrong);
    }
    let added: Vec<_> = facts.after.iter().filter(|(name, _)| !before.contains_key(*name)).collect();
    if facts.before.is_none() {
        return Gate::passed(ID, format!("{} of them, on an empty database", added.len()));
    }
    let mut new = BTreeSet::new();
    match added.iter().find_map(|(name, migration)| harm(name, &migration.sql, before, &mut new)) {
        Some(wrong) => Gate::refused(ID, wrong),
        None if added.is_empty() => Gate::passed(ID, "no new ones"),
        None => {
            let names: Vec<&str> = added.iter().map(|(name, _)| name.as_str()).collect();
            Gate::passed(ID, format!("new ones take nothing away: {}", names.join(", ")))
        }
    }
}

/// What has become of an applied file that must never change.
fn kept(before: &BTreeMap<String, Migration>, after: &BTreeMap<String, Migration>) -> Option<String> {
    before.iter().find_map(|(name, old)| match after.get(name) {
        None => Some(format!("{name} is gone, and the environment has applied it")),
        Some(new) if new.blob != old.blob => {
            Some(format!("{name} is not the one that the environment has applied"))
        }
        Some(_) => None,
    })
}

/// The number of a file called `NNNN_name.sql`.
fn number(name: &str) -> Option<u32> {
    let (digits, rest) = name.split_once('_')?;
    let legal = digits.len() == 4 && rest.len() > 4 && rest.strip_suffix(".sql").is_some();
    legal.then(|| digits.parse().ok())?
}

fn numbered(files: &BTreeMap<String, Migration>) -> Option<String> {
    for (wanted, name) in (1..).zip(files.keys()) {
        match number(name) {
            None => return Some(format!("{name} is not called NNNN_name.sql")),
            Some(found) if found != wanted => {
                return Some(format!("{name} stands where {wanted:04} should"));
            }
            Some(_) => (),
        }
    }
    None
}

/// What the new file `name` takes away without saying so.
fn harm(
    name: &str,
    text: &str,
    before: &BTreeMap<String, Migration>,
    new: &mut BTreeSet<String>,
) -> Option<String> {
    let at = |offset: usize| Location::at_offset(format!("{FOLDER}/{name}"), text, offset);
    let found = match migrations::destructive(text, new) {
        Ok(found) => found,
        Err(open) => return Some(format!("{}: {} is never closed", at(open.at), open.what)),
    };
    let Found { what, at: offset } = found.first()?;
    match expanded(text) {
        None => Some(format!("{}: {what}", at(*offset))),
        Some(number) => {
            let applied = before.keys().any(|name| name.split('_').next() == Some(number.as_str()));
            (!applied).then(|| {
                format!(
                    "{}: says that it was expanded in {number}, which the environment has not applied",
                    at(*offset)
                )
            })
        }
    }
}

/// The number behind the mark, where a comment of the file bears it.
fn expanded(text: &str) -> Option<String> {
    let tokens = migrations::tokenize(text).ok()?;
    let comments = tokens.iter().filter(|token| token.kind == migrations::Kind::Comment);
    let number = comments.filter_map(|token| token.text.strip_prefix(MARK)).map(str::trim_end).next()?;
    (number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit())).then(|| number.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::promotion::gates::Verdict;

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
    fn added_files_that_take_nothing_away_pass() {
        assert_eq!(gate(&[FIRST], &[FIRST]).reason, "no new ones");
        assert_eq!(gate(&[FIRST], &[FIRST, SECOND]).reason, "new ones take nothing away: 0002_more.sql");
        let fresh = migrations(&Ok(Migrations { before: None, after: files(&[FIRST, SECOND]) }));
        assert_eq!(fresh, Gate::passed(ID, "2 of them, on an empty database"));
        assert!(migrations(&Err("the commit is not here".into())).refuses());
    }

    #[test]
    fn applied_files_never_change_and_numbers_have_no_gap() {
        let refused = |before: &[(&str, &str)], after: &[(&str, &str)], why: &str| {
            let gate = gate(before, after);
            assert_eq!((gate.verdict, gate.reason.as_str()), (Verdict::Refused, why));
        };
        refused(&[FIRST, SECOND], &[FIRST], "0002_more.sql is gone, and the environment has applied it");
        let edited = (FIRST.0, "CREATE TABLE reading (a int);");
        refused(&[FIRST], &[edited], "0001_readings.sql is not the one that the environment has applied");
        refused(&[FIRST], &[FIRST, ("0003_x.sql", "")], "0003_x.sql stands where 0002 should");
        refused(&[FIRST], &[FIRST, SECOND, ("0002_z.sql", "")], "0002_z.sql stands where 0003 should");
        refused(&[FIRST], &[FIRST, ("2.sql", "")], "2.sql is not called NNNN_name.sql");
    }

    #[test]
    fn what_takes_something_away_is_named_with_its_place() {
        let gate = gate(&[FIRST], &[FIRST, ("0002_less.sql", "-- less\nALTER TABLE reading DROP COLUMN b;")]);
        let told = "src/apps/backend/migrations/0002_less.sql:2:1: drops COLUMN b of `reading`";
        assert_eq!((gate.verdict, gate.reason.as_str()), (Verdict::Refused, told));
        let open = super::tests::gate(&[FIRST], &[FIRST, ("0002_less.sql", "SELECT 'x")]);
        assert!(open.reason.ends_with("0002_less.sql:1:8: a text is never closed"), "{}", open.reason);
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
        assert!(with(&[FIRST, SECOND], &quoted).refuses(), "a text is no comment");
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
        fn only_the_next_numbers_are_taken(numbers in proptest::collection::btree_set(2_u32..6, 0..4)) {
            let names: Vec<String> = numbers.iter().map(|number| format!("{number:04}_x.sql")).collect();
            let after: Vec<_> = std::iter::once(FIRST).chain(names.iter().map(|name| (name.as_str(), ""))).collect();
            let gapless = numbers.iter().copied().eq(2..2 + u32::try_from(numbers.len()).unwrap());
            prop_assert_eq!(!gate(&[FIRST], &after).refuses(), gapless);
        }
    }
}

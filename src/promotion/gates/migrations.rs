//! The gate `migrations`: whether new migrations can be applied while the current code still runs.

use std::collections::BTreeMap;

use super::Gate;
use crate::{
    base::failure::Location,
    promotion::migrations::{self, Class, Finding, Known, Mark},
};

pub(super) const ID: &str = "migrations";
/// The folder of the migrations, relative to the project's root.
pub const FOLDER: &str = "src/apps/backend/migrations";
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

/// Passes if files were only added, with consecutive numbers, and every statement of the new ones is known to be
/// safe or has a recorded reason.
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
    let added = added(evidence, before);
    if evidence.before.is_none() {
        return Gate::passed(ID, format!("{} on an empty database", added.len()));
    }
    let judged = judge_all(&added, before);
    match judged.refused.as_slice() {
        [] if added.is_empty() => return Gate::passed(ID, "no new migration"),
        [] => (),
        refused => return Gate::refused(ID, refused.join(" | ")),
    }
    let names: Vec<&str> = added.iter().map(|(name, _)| name.as_str()).collect();
    let mut text = format!("new and known to be safe: {}", names.join(", "));
    if !judged.accepted.is_empty() {
        text = format!("new: {}; with a recorded reason: {}", names.join(", "), judged.accepted.join(" | "));
    }
    Gate::passed(ID, text)
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

/// The judgement of one new file.
#[derive(Debug, Default)]
struct Judged {
    /// Statements that are refused, in one line each.
    refused: Vec<String>,
    /// Statements that were accepted, with their reasons.
    accepted: Vec<String>,
    /// The reasons to change readings among them.
    readings: Vec<String>,
}

/// Judges the new files in their order.
fn judge_all(added: &[(&String, &Migration)], before: &BTreeMap<String, Migration>) -> Judged {
    let (mut known, mut judged) = (Known::default(), Judged::default());
    for (name, migration) in added {
        let contraction = contraction(&migration.sql, before);
        for finding in migrations::judge(&migration.sql, &mut known) {
            let at = Location::at_offset(format!("{FOLDER}/{name}"), &migration.sql, finding.at);
            let Finding { what, instead, .. } = &finding;
            match permission(&finding, &contraction) {
                Ok(reason) => {
                    if finding.class == Class::Readings {
                        judged.readings.push(reason.clone());
                    }
                    judged.accepted.push(format!("{at}: {what}: {reason}"));
                }
                Err(None) => judged.refused.push(format!("{at}: {what}; instead: {instead}")),
                Err(Some(why)) => judged.refused.push(format!("{at}: {what}; {why}")),
            }
        }
    }
    judged
}

/// Whether a file is marked as a contraction: of this number, and whether the environment has applied it.
type Contraction = Option<(String, bool)>;

fn contraction(sql: &str, before: &BTreeMap<String, Migration>) -> Contraction {
    let number = migrations::contract(sql)?;
    let applied = before.keys().any(|name| name.split('_').next() == Some(number.as_str()));
    Some((number, applied))
}

/// Returns the recorded reason that permits `finding`, or why there is none.
///
/// The mark of a contraction covers only what the running code no longer uses, and never readings.
fn permission(finding: &Finding, contraction: &Contraction) -> Result<String, Option<String>> {
    let reason = |mark| finding.accepted.iter().find(|one| one.mark == mark).map(|one| one.reason.clone());
    match (finding.class, contraction) {
        (Class::Impossible | Class::Unreadable, _) => Err(None),
        (Class::Readings, _) => reason(Mark::Readings).ok_or(None),
        (Class::Removes, Some((number, true))) => Ok(format!("contract, expanded in {number}")),
        (Class::Removes, Some((number, false))) => reason(Mark::Unknown)
            .ok_or_else(|| Some(format!("expanded in {number}, which the environment has not applied"))),
        _ => reason(Mark::Unknown).ok_or(None),
    }
}

/// Returns the recorded reason why the new migrations change readings; `None` if they must not.
pub fn readings_may_change(evidence: &Result<Migrations, String>) -> Option<String> {
    let evidence = evidence.as_ref().ok()?;
    let before = evidence.before.as_ref()?;
    judge_all(&added(evidence, before), before).readings.into_iter().next()
}

fn added<'a>(
    evidence: &'a Migrations,
    before: &BTreeMap<String, Migration>,
) -> Vec<(&'a String, &'a Migration)> {
    evidence.after.iter().filter(|(name, _)| !before.contains_key(*name)).collect()
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
    fn added_files_that_only_add_pass() {
        assert_eq!(gate(&[FIRST], &[FIRST]).reason, "no new migration");
        assert_eq!(gate(&[FIRST], &[FIRST, SECOND]).reason, "new and known to be safe: 0002_more.sql");
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
    fn a_refused_statement_is_located_with_a_safe_way() {
        let gate = gate(&[FIRST], &[FIRST, ("0002_less.sql", "-- less\nALTER TABLE buoy RENAME TO b;")]);
        assert!(gate.refuses());
        assert!(
            gate.reason.starts_with("src/apps/backend/migrations/0002_less.sql:2:1: changes `buoy`"),
            "{gate:?}"
        );
        assert!(gate.reason.contains("; instead: expand first"), "{gate:?}");
        let open = super::tests::gate(&[FIRST], &[FIRST, ("0002_less.sql", "SELECT 'x")]);
        assert!(open.reason.contains("0002_less.sql:1:8: cannot be read"), "{}", open.reason);
    }

    #[test]
    fn readings_are_changed_only_with_a_recorded_reason() {
        const UPDATE: &str = "UPDATE observation SET value = NULL, qc = 9;";
        let with = |marks: &str| format!("{marks}\n{UPDATE}");
        let evidence = |sql: &str| {
            Ok(Migrations { before: Some(files(&[FIRST])), after: files(&[FIRST, ("0002_x.sql", sql)]) })
        };
        for marks in ["", "-- seasense: accepted, it is fine", "-- seasense: contract, expanded in 0001"] {
            let gate = migrations(&evidence(&with(marks)));
            assert!(gate.refuses() && gate.reason.contains("changes stored readings"), "{marks}: {gate:?}");
            assert_eq!(readings_may_change(&evidence(&with(marks))), None);
        }
        let marked = evidence(&with("-- seasense: changes readings, buoy 7 was calibrated wrongly"));
        let gate = migrations(&marked);
        assert!(!gate.refuses(), "{gate:?}");
        assert!(gate.reason.ends_with(": buoy 7 was calibrated wrongly"), "it is not recorded: {gate:?}");
        assert_eq!(readings_may_change(&marked).as_deref(), Some("buoy 7 was calibrated wrongly"));
    }

    #[test]
    fn a_contraction_passes_once_its_expansion_is_applied() {
        let drop = |mark: &str| format!("{mark}\nALTER TABLE buoy DROP COLUMN b;");
        let (good, quoted) = (
            drop("-- seasense: contract, expanded in 0002"),
            drop("SELECT '-- seasense: contract, expanded in 0002';"),
        );
        let with =
            |before: &[(&str, &str)], sql: &str| gate(before, &[FIRST, SECOND, ("0003_less.sql", sql)]);
        let applied = with(&[FIRST, SECOND], &good);
        assert!(!applied.refuses() && applied.reason.contains("expanded in 0002"), "{applied:?}");
        let early = with(&[FIRST], &good);
        assert!(
            early.reason.ends_with("expanded in 0002, which the environment has not applied"),
            "{}",
            early.reason
        );
        assert!(with(&[FIRST, SECOND], &quoted).refuses(), "a string is not a comment");
        assert!(with(&[FIRST, SECOND], &drop("-- seasense: contract, expanded in soon")).refuses());
        let blocks = "-- seasense: contract, expanded in 0002\nCREATE INDEX i ON reading (a);";
        assert!(with(&[FIRST, SECOND], blocks).refuses(), "an index removes nothing");
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

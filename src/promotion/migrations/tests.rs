//! Tests of what is known to be safe and what is not.

use super::{
    corpus::{SAFE, UNSAFE},
    *,
};

fn found(sql: &str) -> Vec<Finding> {
    judge(sql, &mut Known::default())
}

#[test]
fn statements_that_only_add_pass() {
    for sql in SAFE {
        assert_eq!(found(sql), [], "{sql}");
    }
}

#[test]
fn every_other_statement_is_refused_with_its_danger() {
    let mut wrong = String::new();
    for (sql, class, what) in UNSAFE {
        let found = found(sql);
        let last = found.iter().find(|found| found.class == *class);
        if !last.is_some_and(|last| last.what.contains(what) || last.instead.contains(what)) {
            wrong += &format!("{sql}\n    {class:?} {what:?}: {found:?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_project_s_migrations_are_safe() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/apps/backend/migrations");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut known = Known::default();
    for file in files {
        assert_eq!(judge(&std::fs::read_to_string(&file).unwrap(), &mut known), [], "{}", file.display());
    }
}

#[test]
fn the_offset_is_that_of_the_statement() {
    let found = found("-- first\nSELECT 1;\n  DROP TABLE a; /* x */ DROP VIEW b");
    assert_eq!(found.iter().map(|found| found.at).collect::<Vec<_>>(), [21, 43]);
}

#[test]
fn a_mark_counts_for_the_next_statement_only() {
    let sql = "-- seasense: changes readings, the sensor of buoy 7 was broken\nUPDATE reading SET a = 1;\nUPDATE reading SET a = 2";
    let found = found(sql);
    assert_eq!(
        found[0].accepted,
        [Accepted { mark: Mark::Readings, reason: "the sensor of buoy 7 was broken".into() }]
    );
    assert_eq!(found[1].accepted, []);
    for none in [
        "-- seasense: accepted, ok\nDROP VIEW v",
        "-- seasense: accepted\nDROP VIEW v",
        "SELECT '\n-- seasense: accepted, it is in a string'; DROP VIEW v",
        "DROP -- seasense: accepted, it is inside\n VIEW v",
    ] {
        assert_eq!(super::tests::found(none)[0].accepted, [], "{none}");
    }
}

#[test]
fn a_contraction_is_named_in_a_comment() {
    assert_eq!(contract("-- seasense: contract, expanded in 0002\nDROP VIEW v").as_deref(), Some("0002"));
    assert_eq!(contract("SELECT '-- seasense: contract, expanded in 0002'"), None);
    assert_eq!(contract("-- seasense: contract, expanded in soon\nSELECT 1"), None);
}

//! `diff` and `parity` as far as they need nothing but files.

use std::fs;

use serde_json::Value;

use super::{harness::Harness, schema};

const ALLOWED: &str = "[[allowed]]\nvariable = \"ENVIRONMENT\"\nbetween = \"*\"\nreason = \"its own key\"\nreviewed = \"2026-11-24\"\n";

/// A project with a second environment, which has `buoys` of them.
fn two(buoys: u16) -> Harness {
    let harness = Harness::new();
    let envs = harness.project().join("envs");
    let local = fs::read_to_string(envs.join("local.toml")).unwrap();
    let other = local
        .replace("name = \"local\"", "name = \"other\"")
        .replace("buoys = 12", &format!("buoys = {buoys}"));
    fs::write(envs.join("other.toml"), other).unwrap();
    fs::write(envs.join("differences.toml"), ALLOWED).unwrap();
    harness
}

#[test]
fn environments_that_differ_as_reviewed_are_in_parity() {
    let run = two(12).run(&["parity", "local", "other", "--files-only"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stdout.starts_with("local and other: in parity\n  ok ENVIRONMENT: local → other\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn drift_has_its_exit_code_and_its_place() {
    let harness = two(3);
    let run = harness.run(&["parity", "--files-only", "--json"]);
    assert_eq!(run.code, Some(70), "{}", run.stderr);
    let verdicts: Value = serde_json::from_str(&run.stdout).unwrap();
    schema::assert_allowed("parity", &verdicts);
    let place = verdicts["pairs"][0]["unexplained"][0]["location"].as_str().unwrap();
    let text = fs::read_to_string(harness.project().join("envs/other.toml")).unwrap();
    let line = text.lines().position(|line| line.starts_with("buoys")).unwrap() + 1;
    assert_eq!(place, format!("envs/other.toml:{line}:1"));
    assert!(
        run.stderr.contains(&format!("envs/other.toml:{line}:1: BUOYS is `12` in local and `3` in other")),
        "{}",
        run.stderr
    );
}

#[test]
fn an_entry_that_nobody_needs_is_reported_and_is_no_drift() {
    let harness = two(12);
    let more = format!("{ALLOWED}{}", ALLOWED.replace("ENVIRONMENT", "ISSUER"));
    fs::write(harness.project().join("envs/differences.toml"), more).unwrap();
    let run = harness.run(&["parity", "--files-only"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stderr.contains("envs/differences.toml:7:12: remove `ISSUER` from the list"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_list_that_is_wrong_is_refused_where_it_is() {
    let harness = two(12);
    fs::write(harness.project().join("envs/differences.toml"), ALLOWED.replace("ENVIRONMENT", "ENVIRONMNT"))
        .unwrap();
    let run = harness.run(&["parity", "--files-only"]);
    assert_eq!(run.code, Some(10));
    assert!(
        run.stderr.contains("envs/differences.toml:2:12") && run.stderr.contains("`ENVIRONMENT`"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_is_no_side_is_refused_before_anything_is_built() {
    let harness = two(12);
    let run = harness.run(&["diff", "sha256:12"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("invalid digest `sha256:12`"), "{}", run.stderr);
    let run = harness.run(&["diff", "env:othr"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("the nearest known name is `other`"), "{}", run.stderr);
    let run = harness.run(&["diff", ".", ".", "--infra-plan", "nowhere.json"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("nowhere.json"), "{}", run.stderr);
}

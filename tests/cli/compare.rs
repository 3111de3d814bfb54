//! `diff` and `parity` of files only.

use std::fs;

use serde_json::Value;

use super::{harness::Harness, schema};

const ALLOWED: &str = "[[allowed]]\nvariable = \"ENVIRONMENT\"\nbetween = \"*\"\nreason = \"its own key\"\nreviewed = \"2026-11-24\"\n";

/// Returns a project with a second environment that has `buoys` simulated buoys.
fn two_environments(buoys: u16) -> Harness {
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
fn allowed_differences_are_in_parity() {
    let run = two_environments(12).run(&["parity", "local", "other", "--files-only"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stdout.starts_with("local and other: in parity\n  ok ENVIRONMENT: local → other\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn drift_has_its_exit_code_and_location() {
    let harness = two_environments(3);
    let run = harness.run(&["parity", "--files-only", "--json"]);
    assert_eq!(run.code, Some(70), "{}", run.stderr);
    let verdicts: Value = serde_json::from_str(&run.stdout).unwrap();
    schema::assert_allowed("parity", &verdicts);
    let location = verdicts["pairs"][0]["unexplained"][0]["location"].as_str().unwrap();
    let text = fs::read_to_string(harness.project().join("envs/other.toml")).unwrap();
    let line = text.lines().position(|line| line.starts_with("buoys")).unwrap() + 1;
    assert_eq!(location, format!("envs/other.toml:{line}:1"));
    assert!(
        run.stderr.contains(&format!("envs/other.toml:{line}:1: BUOYS is `12` in local and `3` in other")),
        "{}",
        run.stderr
    );
}

#[test]
fn unneeded_allowed_difference_is_reported_but_not_drift() {
    let harness = two_environments(12);
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
fn invalid_list_of_differences_is_rejected_with_location() {
    let harness = two_environments(12);
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
fn invalid_side_is_rejected_before_anything_is_built() {
    let harness = two_environments(12);
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

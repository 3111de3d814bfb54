//! Invalid environment files: reported with their location, before anything is changed.

use super::harness::{Harness, Run};

fn rejected(harness: &Harness) -> Run {
    let run = harness.run(&["dev"]);
    assert_eq!(run.code, Some(10), "{}", run.stderr);
    assert_eq!(harness.files_outside_project(), Vec::<std::path::PathBuf>::new());
    run
}

#[test]
fn unknown_key_is_reported_with_the_nearest_known_key() {
    let run = rejected(&Harness::new().with_environment("https = 8443", "htps = 8443"));
    insta::assert_snapshot!(run.stderr, @r#"
    error: unknown field `htps`, expected `https` or `registry`
      at envs/local.toml:11:1
      hint: the nearest known name is `https`
    "#);
}

#[test]
fn wrong_type_is_reported_with_its_location() {
    let run = rejected(&Harness::new().with_environment("nodes = 1", "nodes = \"one\""));
    insta::assert_snapshot!(run.stderr, @r#"
    error: invalid type: string "one", expected u8
      at envs/local.toml:7:9
    "#);
}

#[test]
fn invalid_value_is_reported_with_the_allowed_values() {
    let run = rejected(&Harness::new().with_environment("nodes = 1", "nodes = 9"));
    insta::assert_snapshot!(run.stderr, @r#"
    error: `cluster.nodes` must be 1 to 5, not 9
      at envs/local.toml:7:9
    "#);
    let run = rejected(&Harness::new().with_environment("\"2Gi\"", "\"2 GB\""));
    insta::assert_snapshot!(run.stderr, @r#"
    error: `variables.database-storage` must be `1Gi` to `1000Gi`, not `2 GB`
      at envs/local.toml:39:20
    "#);
    let run = rejected(&Harness::new().with_environment("registry = 5050", "registry = 8443"));
    insta::assert_snapshot!(run.stderr, @r#"
    error: `ports.registry` and `ports.https` must differ
      at envs/local.toml:12:12
    "#);
    let run = rejected(&Harness::new().with_environment("name = \"local\"", "name = \"lokal\""));
    insta::assert_snapshot!(run.stderr, @r#"
    error: `name` must equal the file's name, `local`
      at envs/local.toml:3:8
    "#);
    let run = rejected(&Harness::new().with_environment("seasense.localhost", "sea_sense"));
    insta::assert_snapshot!(run.stderr, @r#"
    error: `variables.hostname` must be a DNS name with a dot, not `sea_sense`
      at envs/local.toml:34:12
    "#);
}

#[test]
fn unknown_environment_lists_the_existing_ones() {
    let harness = Harness::new();
    let run = harness.run(&["--env", "nowhere", "dev"]);
    assert_eq!(run.code, Some(10));
    insta::assert_snapshot!(run.stderr, @r#"
    error: cannot read `envs/nowhere.toml`
      because the file does not exist
      hint: `envs` contains: local
    "#);
}

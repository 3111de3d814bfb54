//! What every command has in common.

use super::harness::Harness;

#[test]
fn a_wrong_command_is_a_usage_error_with_the_nearest_name() {
    let run = Harness::new().run(&["statsu"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("'status'"), "{}", run.stderr);
    assert_eq!(run.stdout, "");
}

#[test]
fn outside_a_project_it_says_so() {
    let harness = Harness::new();
    let run = harness.run(&["--project", "/", "status"]);
    assert_eq!(run.code, Some(2));
    insta::assert_snapshot!(run.stderr, @r"
    error: `/` is not in a SeaSense project
      because no parent directory contains both `envs` and `gitops`
      hint: run seasense inside the clone, or pass `--project DIR`
    ");
}

#[test]
fn completions_are_data_for_every_shell() {
    let harness = Harness::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let run = harness.run(&["completions", shell]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stdout.contains("seasense") && run.stdout.contains("doctor"), "{shell}: {}", run.stdout);
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn the_address_can_be_printed_without_a_browser() {
    let run = Harness::new().run(&["open", "--print"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "https://seasense.localhost:8443/\n"));
    let run = Harness::new().run(&["open"]);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("open https://seasense.localhost:8443/ yourself"), "{}", run.stderr);
}

//! Behaviour that all commands share.

use super::harness::Harness;

#[test]
fn unknown_command_is_a_usage_error_with_the_nearest_name() {
    let run = Harness::new().run(&["statsu"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("'status'"), "{}", run.stderr);
    assert_eq!(run.stdout, "");
}

#[test]
fn command_outside_a_project_is_a_usage_error() {
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
fn completions_are_printed_for_every_shell() {
    let harness = Harness::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let run = harness.run(&["completions", shell]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stdout.contains("seasense") && run.stdout.contains("doctor"), "{shell}: {}", run.stdout);
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn open_can_print_the_url_without_a_browser() {
    let run = Harness::new().run(&["open", "--print"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.stdout, "https://seasense.localhost:8443/\n");
    let run = Harness::new().run(&["open"]);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("open https://seasense.localhost:8443/ in a browser"), "{}", run.stderr);
}

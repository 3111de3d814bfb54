//! `dev --watch` reports errors before it starts to watch.

use super::harness::Harness;

#[test]
fn watch_with_dry_run_is_rejected() {
    let run = Harness::new().run(&["dev", "--watch", "--dry-run"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("--watch") && run.stderr.contains("--dry-run"), "{}", run.stderr);
}

#[test]
fn errors_of_dev_end_the_watch_before_it_starts() {
    let run = Harness::new().run(&["dev", "--watch"]);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    let run = Harness::new().with_environment("nodes = 1", "nodes = 9").run(&["dev", "--watch"]);
    assert_eq!(run.code, Some(10), "{}", run.stderr);
    assert!(run.stderr.contains("envs/local.toml:7:9"), "{}", run.stderr);
}

#[test]
fn invalid_tree_is_reported_with_its_location() {
    let harness = Harness::new();
    let pod = "kind: Pod\nspec:\n  containers:\n    - image: ${REGISTRY}/nothing:locked\n";
    std::fs::write(harness.project().join("gitops/broken.yaml"), pod).unwrap();
    let run = harness.run(&["dev", "--watch"]);
    assert_eq!(run.code, Some(10), "{}", run.stderr);
    assert!(run.stderr.contains("gitops/broken.yaml:"), "{}", run.stderr);
    assert_eq!(harness.files_outside_project(), Vec::<std::path::PathBuf>::new());
}

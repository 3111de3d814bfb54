//! `dev --watch` refuses at once what it could not do later.

use super::harness::Harness;

#[test]
fn a_watch_that_does_nothing_is_refused() {
    let run = Harness::new().run(&["dev", "--watch", "--dry-run"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("--watch") && run.stderr.contains("--dry-run"), "{}", run.stderr);
}

#[test]
fn what_ends_dev_ends_it_before_it_watches() {
    let run = Harness::new().run(&["dev", "--watch"]);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    let run = Harness::new().with_environment("nodes = 1", "nodes = 9").run(&["dev", "--watch"]);
    assert_eq!(run.code, Some(10), "{}", run.stderr);
    assert!(run.stderr.contains("envs/local.toml:7:9"), "{}", run.stderr);
}

#[test]
fn a_broken_tree_is_named_with_its_place_before_anything_is_touched() {
    let harness = Harness::new();
    std::fs::write(harness.project().join("gitops/broken.yaml"), "kind: [\n").unwrap();
    let run = harness.run(&["dev", "--watch"]);
    assert_eq!(run.code, Some(10), "{}", run.stderr);
    assert!(run.stderr.contains("gitops/broken.yaml:"), "{}", run.stderr);
    assert_eq!(harness.files_outside_project(), Vec::<std::path::PathBuf>::new());
}

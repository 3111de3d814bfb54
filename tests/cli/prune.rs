//! What a prune of a registry refuses before it asks the registry anything.

use super::harness::Harness;

fn prune(harness: &Harness, more: &[&str]) -> super::harness::Run {
    let args: Vec<&str> = ["images", "prune"].into_iter().chain(more.iter().copied()).collect();
    harness.run(&args)
}

#[test]
fn without_the_history_of_the_lock_files_nothing_is_removed() {
    let harness = Harness::new();
    harness.script("bin/git", "echo 'fatal: not a git repository' >&2\nexit 128\n");
    let run = prune(&harness, &["--registry", "registry.invalid/seasense", "--keep", "3"]);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("cannot ask Git for the history of the lock files"), "{}", run.stderr);
    assert!(run.stderr.contains("without it nothing is removed"), "{}", run.stderr);

    harness.script("bin/git", "echo true\n");
    let run = prune(&harness, &["--registry", "registry.invalid/seasense", "--keep", "3"]);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("hint: fetch all of it with `git fetch --unshallow`"), "{}", run.stderr);
}

#[test]
fn a_place_that_is_none_and_a_digest_that_is_none_are_told() {
    let harness = Harness::new();
    for wrong in [
        &["--registry", "ghcr.io", "--keep", "3"][..],
        &["--registry", "ghcr.io/a", "--keep", "0"],
        &["--registry", "ghcr.io/a"],
        &["--registry", "ghcr.io/a", "--keep", "3", "--in-use", "sha256:12"],
    ] {
        let run = prune(&harness, wrong);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{wrong:?}: {}", run.stderr);
    }
}

#[test]
fn the_local_registry_is_pruned_only_where_it_is_known_what_runs() {
    let harness = Harness::new();
    harness.script("bin/git", "case \"$1\" in rev-parse) echo false ;; esac\n");
    let run = prune(&harness, &["--registry", "127.0.0.1:1", "--keep", "3"]);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("no container daemon answers"), "{}", run.stderr);
}

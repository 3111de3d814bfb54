//! `images prune` rejects unsafe runs before its first request to the registry.

use super::harness::Harness;

fn prune(harness: &Harness, more: &[&str]) -> super::harness::Run {
    let args: Vec<&str> = ["images", "prune"].into_iter().chain(more.iter().copied()).collect();
    harness.run(&args)
}

#[test]
fn prune_needs_the_complete_history_of_the_lock_files() {
    let harness = Harness::new();
    harness.script("bin/git", "echo 'fatal: not a git repository' >&2\nexit 128\n");
    let run = prune(&harness, &["--registry", "registry.invalid/seasense", "--keep", "3"]);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("cannot read the history of the lock files from Git"), "{}", run.stderr);
    assert!(run.stderr.contains("without the history nothing is removed"), "{}", run.stderr);

    harness.script("bin/git", "echo true\n");
    let run = prune(&harness, &["--registry", "registry.invalid/seasense", "--keep", "3"]);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(
        run.stderr.contains("hint: fetch the complete history with `git fetch --unshallow`"),
        "{}",
        run.stderr
    );
}

#[test]
fn invalid_registry_or_digest_is_a_usage_error() {
    let harness = Harness::new();
    for arguments in [
        &["--registry", "ghcr.io", "--keep", "3"][..],
        &["--registry", "ghcr.io/a", "--keep", "0"],
        &["--registry", "ghcr.io/a"],
        &["--registry", "ghcr.io/a", "--keep", "3", "--in-use", "sha256:12"],
    ] {
        let run = prune(&harness, arguments);
        assert_eq!(run.code, Some(2), "{arguments:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{arguments:?}");
    }
}

#[test]
fn prune_of_the_local_registry_needs_docker() {
    let harness = Harness::new();
    harness.script("bin/git", "case \"$1\" in rev-parse) echo false ;; esac\n");
    let run = prune(&harness, &["--registry", "127.0.0.1:1", "--keep", "3"]);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("no container daemon answers"), "{}", run.stderr);
}

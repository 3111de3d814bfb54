//! Histories of several branches, short digests, and dry runs of rehearsals on the command line.

use std::process::Command;

use super::{
    fakes,
    promote::{a_clone, git, with_history, write},
};

#[test]
fn a_stale_local_branch_hides_no_record() {
    let harness = a_clone();
    with_history(&harness);
    git(&harness, &["update-ref", "refs/remotes/origin/main", "main"]);
    git(&harness, &["reset", "-q", "--hard", "HEAD~1"]);
    let run = harness.run(&["history", "staging"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.stdout.lines().count(), 4, "{}", run.stdout);
}

#[test]
fn a_merged_history_names_the_way_forward() {
    let harness = a_clone();
    let text = with_history(&harness);
    write(&harness, &format!("<<<<<<< HEAD\n{text}"));
    let run = harness.run(&["history", "staging"]);
    assert_eq!(run.code, Some(70), "{}", run.stderr);
    assert!(run.stderr.contains("two branches have records of their own"), "{}", run.stderr);
    let way = "git checkout COMMIT -- envs/history/staging.jsonl envs/staging.lock.toml";
    assert!(run.stderr.contains(way), "{}", run.stderr);
}

#[test]
fn a_rollback_takes_the_digest_that_history_prints() {
    let harness = a_clone();
    fakes::docker(&harness.socket(), |_| None);
    with_history(&harness);
    let to = |digest: &str| harness.run(&["rollback", "staging", "--dry-run", "--to", digest]);
    let short = to("aaaaaaaaaaaa");
    assert!(!short.stderr.contains("digest"), "it is resolved, and the run goes on: {}", short.stderr);
    let unknown = to("cccccccccccc");
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("no digest in the history starts with"), "{}", unknown.stderr);
    assert_eq!(to("latest").code, Some(2));
}

#[test]
fn a_dry_run_of_a_rehearsal_leaves_nothing_behind() {
    let harness = a_clone();
    fakes::docker(&harness.socket(), |_| None);
    let before = harness.files_outside_project();
    for arguments in
        [&["promote", "staging", "--rehearse", "--dry-run"][..], &["promote", "staging", "--dry-run"]]
    {
        let run = harness.run(arguments);
        assert_ne!(run.code, Some(0), "there is no source: {}", run.stderr);
    }
    assert_eq!(harness.files_outside_project(), before);
    let branches =
        Command::new("git").args(["branch", "--list"]).current_dir(harness.project()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&branches.stdout), "* main\n");
    let push = harness.run(&["promote", "staging", "--rehearse", "--push"]);
    assert_eq!(push.code, Some(2), "a rehearsal's branch is not pushed: {}", push.stderr);
}

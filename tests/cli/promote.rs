//! Promotions, rollbacks and histories on the command line, with real Git and real signatures, without a
//! cluster.

use std::{fs, process::Command};

use seasense::promotion::{
    gates::GateResult,
    store::{
        EnvLock,
        history::{Action, GateRecord, History, Key, Keys, NAMESPACE, Outcome, Record},
    },
    verdict::{CanaryWatch, Summary},
};
use serde_json::Value;

use super::{fakes, harness::Harness, schema::assert_allowed};

fn digest(c: char) -> String {
    format!("sha256:{}", String::from(c).repeat(64))
}

/// A clone of the project with the environment `staging`, and the programs that promotions use.
pub fn a_clone() -> Harness {
    let harness = Harness::new();
    let staging = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("envs/staging.toml");
    fs::copy(staging, harness.project().join("envs/staging.toml")).unwrap();
    for program in ["git", "ssh-keygen"] {
        let found = which::which(program).unwrap();
        std::os::unix::fs::symlink(found, harness.root().join("bin").join(program)).unwrap();
    }
    git(&harness, &["init", "-q", "-b", "main"]);
    git(&harness, &["config", "user.name", "Ada"]);
    git(&harness, &["config", "user.email", "ada@example.org"]);
    commit(&harness);
    harness
}

pub fn git(harness: &Harness, args: &[&str]) {
    let ended = Command::new("git")
        .args(args)
        .current_dir(harness.project())
        .env("HOME", harness.root().join("home"))
        .output()
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}

fn commit(harness: &Harness) {
    git(harness, &["add", "."]);
    git(harness, &["-c", "commit.gpgsign=false", "commit", "-qm", "x"]);
}

fn record(action: Action, c: char, outcome: Outcome, reason: &str) -> Record {
    let watch = Summary {
        since: "2026-11-24T11:58:00Z".parse().ok(),
        until: "2026-11-24T12:00:00Z".parse().ok(),
        samples: 24,
        requests: 600,
        failed: 1,
        p95_ms: 41.5,
        freshness_seconds: Some(3.0),
        sent: 1200,
        stored: 1200,
    };
    Record {
        version: 2,
        at: "2026-11-24T12:00:00Z".parse().unwrap(),
        environment: "staging".parse().unwrap(),
        action,
        who: "Ada <ada@example.org>".into(),
        digest: digest(c).parse().unwrap(),
        commit: None,
        from: "local".parse().ok(),
        previous: None,
        gates: vec![GateRecord { id: "soak".into(), result: GateResult::Passed, reason: "11 min".into() }],
        watch: (outcome == Outcome::Verified && action == Action::Promote).then_some(watch),
        canary: (outcome == Outcome::Failed).then_some(CanaryWatch {
            percent: 20,
            gateway: Some(watch),
            canary_only: Some(watch),
        }),
        outcome,
        reason: reason.into(),
        previous_hash: String::new(),
    }
}

/// Commits a lock file and a history of three records: the first is signed with an allowed key, the others
/// are unsigned.
pub fn with_history(harness: &Harness) -> String {
    let key = harness.root().join("ada");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f"])
        .arg(&key)
        .status();
    assert!(made.unwrap().success());
    let public = fs::read_to_string(key.with_extension("pub")).unwrap();
    let allowed = format!("ada@example.org namespaces=\"{NAMESPACE}\" {public}");
    fs::write(harness.project().join("envs/allowed_signers"), &allowed).unwrap();
    let mut history = History::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let signing = Keys::new(Some(Key::File(key)), &allowed).unwrap();
        let silent = Keys::new(None, &allowed).unwrap();
        signing
            .append(&mut history, record(Action::Promote, 'a', Outcome::Verified, "it held"))
            .await
            .unwrap();
        let slow = "p95 is 900 ms, more than 500 ms, in 3 samples in a row";
        silent.append(&mut history, record(Action::Promote, 'b', Outcome::Failed, slow)).await.unwrap();
        silent
            .append(
                &mut history,
                record(Action::AutoRollback, 'a', Outcome::Verified, "Ready again after bbbbbbbbbbbb failed"),
            )
            .await
            .unwrap();
    });
    let lock = EnvLock {
        digest: digest('a').parse().unwrap(),
        commit: None,
        images: [].into(),
        promoted_from: "local".parse().ok(),
        previous: None,
    };
    lock.write(&harness.project().join("envs/staging.lock.toml")).unwrap();
    write(harness, &history.to_text());
    history.to_text()
}

pub fn write(harness: &Harness, text: &str) {
    fs::create_dir_all(harness.project().join("envs/history")).unwrap();
    fs::write(harness.project().join("envs/history/staging.jsonl"), text).unwrap();
    commit(harness);
}

#[test]
fn code_60_is_a_promotion_that_is_refused() {
    let harness = Harness::new();
    let staging = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("envs/staging.toml");
    fs::copy(staging, harness.project().join("envs/staging.toml")).unwrap();
    std::os::unix::fs::symlink(which::which("git").unwrap(), harness.root().join("bin/git")).unwrap();
    let run = harness.run(&["promote", "staging"]);
    assert_eq!(run.code, Some(60), "{}", run.stderr);
    assert!(run.stderr.starts_with("error: the project is not a Git repository\n"), "{}", run.stderr);
    assert!(run.stderr.contains("run this in a clone of the project"), "{}", run.stderr);
}

#[test]
fn code_60_is_a_rollback_without_a_verified_digest() {
    let harness = a_clone();
    fakes::docker(&harness.socket(), |_| None);
    let run = harness.run(&["rollback", "staging"]);
    assert_eq!(run.code, Some(60), "{}", run.stderr);
    insta::assert_snapshot!(run.stderr, @r"
    error: there is no digest to roll back to
      because the environment has no lock file: no digest was promoted to it yet
      hint: find a verified digest with `seasense history ENV`, then use `--to DIGEST`
    ");
    with_history(&harness);
    let only = harness.run(&["rollback", "staging"]);
    assert_eq!(only.code, Some(60), "{}", only.stderr);
    assert!(only.stderr.contains("the current digest is the only verified one"), "{}", only.stderr);
}

#[test]
fn code_60_is_an_edit_of_a_promoted_file() {
    let harness = a_clone();
    fakes::docker(&harness.socket(), |_| None);
    with_history(&harness);
    fs::write(harness.project().join("envs/staging.lock.toml"), "mine\n").unwrap();
    let run = harness.run(&["rollback", "staging"]);
    assert_eq!(run.code, Some(60), "{}", run.stderr);
    assert!(run.stderr.contains("git checkout -- envs/staging.lock.toml"), "{}", run.stderr);
    let kept = fs::read_to_string(harness.project().join("envs/staging.lock.toml")).unwrap();
    assert_eq!(kept, "mine\n");
}

#[test]
fn invalid_digest_or_target_is_a_usage_error() {
    let harness = a_clone();
    fakes::docker(&harness.socket(), |_| None);
    let run = harness.run(&["promote", "staging", "--digest", "latest"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    for share in ["0", "51", "all"] {
        let run = harness.run(&["promote", "staging", "--canary", share]);
        assert_eq!(run.code, Some(2), "{}", run.stderr);
    }
    let run = harness.run(&["promote", "local"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("cannot promote to `local`"), "{}", run.stderr);
}

#[test]
fn concurrent_promotion_is_refused() {
    let harness = a_clone();
    fakes::docker(&harness.socket(), |_| None);
    let lock = harness.lock("promote-staging");
    fs::create_dir_all(lock.parent().unwrap()).unwrap();
    let held = fs::File::create(&lock).unwrap();
    held.lock().unwrap();
    let run = harness.run(&["promote", "staging"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
    assert!(run.stderr.contains("another run works on `promote-staging`"), "{}", run.stderr);
    drop(held);
}

#[test]
fn history_lists_actor_action_time_and_figures() {
    let harness = a_clone();
    let run = harness.run(&["history", "staging"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.stdout, "no digest was promoted to staging yet\n");
    with_history(&harness);
    let run = harness.run(&["history", "staging"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    insta::assert_snapshot!(run.stdout, @r"
    WHEN                  WHO  ACTION         DIGEST        OUTCOME   SIGNATURE              RESULT
    2026-11-24T12:00:00Z  Ada  auto-rollback  aaaaaaaaaaaa  verified  unsigned               Ready again after bbbbbbbbbbbb failed
    2026-11-24T12:00:00Z  Ada  promote        bbbbbbbbbbbb  failed    unsigned               p95 is 900 ms, more than 500 ms, in 3 samples in a row
    2026-11-24T12:00:00Z  Ada  promote        aaaaaaaaaaaa  verified  good: ada@example.org  600 requests, 1 failed, p95 42 ms, 1200 of 1200 stored
    ");
    let run = harness.run(&["history", "staging", "--json"]);
    let history: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_allowed("history", &history);
    assert_eq!(history["trusted"], true);
    assert_eq!(history["records"][0]["signature"]["detail"], "ada@example.org");
}

#[test]
fn code_70_is_a_modified_history() {
    let harness = a_clone();
    let text = with_history(&harness);
    // A removed line and a modified unsigned line break the chain; a modified signed line invalidates its
    // signature.
    let lines: Vec<&str> = text.lines().collect();
    let first = format!("{}\n", lines[0]);
    for (text, place, why) in [
        (format!("{}\n{}\n", lines[0], lines[2]), 2, "it does not follow the previous line"),
        (text.replacen("900 ms", "90 ms", 1), 3, "it does not follow the previous line"),
        (first.replacen("\"failed\":1", "\"failed\":0", 1), 1, "its signature is bad"),
    ] {
        write(&harness, &text);
        for json in [&["history", "staging"][..], &["history", "staging", "--json"]] {
            let run = harness.run(json);
            assert_eq!(run.code, Some(70), "{}", run.stderr);
            let expected = format!(
                "error: the history of staging cannot be trusted\n  at envs/history/staging.jsonl:{place}:1\n  because {why}"
            );
            assert!(run.stderr.starts_with(&expected), "{}", run.stderr);
            if json.len() == 3 {
                let history: Value = serde_json::from_str(&run.stdout).unwrap();
                assert_allowed("history", &history);
                assert_eq!(history["trusted"], false);
            }
        }
    }
    fakes::docker(&harness.socket(), |_| None);
    let run = harness.run(&["rollback", "staging", "--to", &digest('a')]);
    assert_eq!(run.code, Some(70), "nothing is done on the word of it: {}", run.stderr);
}

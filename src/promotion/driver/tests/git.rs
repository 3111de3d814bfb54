//! Tests of the driver with a store in real Git, without and with a forge.

use serde_json::{Value, json};

use super::*;
use crate::{
    base::git::tests::Clone,
    config,
    promotion::store::{
        EnvLock, GitStore,
        forge::{Forge, tests::server::Server},
        read_at,
    },
};

/// Returns the store of `staging` in `clone`.
fn store(clone: &Clone, forge: Option<Forge>) -> GitStore {
    GitStore {
        repository: clone.git.clone(),
        environment: "staging".into(),
        branch: "main".into(),
        fallback: None,
        topic: "promote",
        forge: forge.map(|forge| (forge, "origin".to_owned())),
        push: None,
    }
}

/// Runs `order` in an environment whose lock file is in `store`.
async fn run(env: &TestEnv, store: &GitStore, order: &Order) -> Ended {
    env.state.lock().unwrap().lock = None;
    env.run_with(store, order).await.unwrap()
}

async fn state(clone: &Clone, head: String) -> StoreState {
    read_at(&clone.git, &"staging".into(), StoreState { head, ..StoreState::default() }).await.unwrap()
}

#[tokio::test]
async fn the_lock_and_the_record_are_separate_commits() {
    let (clone, env) = (Clone::new().await, TestEnv::new(Script::Good));
    let store = store(&clone, None);
    clone.write("gitops/a.yaml", "edited");
    let done = run(&env, &store, &promote()).await;
    assert_eq!(done.report.ending, Ending::Verified);
    assert_eq!(kind(&done), None);
    let log = clone.run(&["log", "--format=%s", "main"]).await;
    assert_eq!(
        log,
        "Record that 2e3000000000 is verified in staging\nPromote staging to 2e3000000000\nBegin"
    );
    let changed = clone.run(&["show", "--format=", "--name-only", "main~1"]).await;
    assert_eq!(changed, "envs/staging.lock.toml", "one commit, one file");
    assert!(
        clone
            .run(&["show", "-s", "--format=%b", "main~1"])
            .await
            .contains("- source-ready passed: local is Ready")
    );
    assert_eq!(clone.run(&["status", "--porcelain"]).await, "M gitops/a.yaml", "the user's edit must stay");
    let state = state(&clone, clone.tip("main").await).await;
    assert_eq!(state.lock.unwrap().digest, *NEW);
    assert_eq!(state.history.lines.len(), 1);
    assert_eq!(run(&env, &store, &promote()).await.report.ending, Ending::Unchanged);
}

#[tokio::test]
async fn a_failed_digest_restores_the_lock_file_and_adds_two_records() {
    let (clone, env) = (Clone::new().await, TestEnv::new(Script::Lossy));
    let store = store(&clone, None);
    env.state.lock().unwrap().source = Some(OLD.clone());
    run(&env, &store, &order(Action::Promote, &OLD)).await;
    env.state.lock().unwrap().source = Some(NEW.clone());
    let before = clone.git.show(&clone.tip("main").await, &EnvLock::file(&"staging".into())).await.unwrap();
    let done = run(&env, &store, &promote()).await;
    assert_eq!(done.report.ending, Ending::RolledBack);
    assert_eq!(kind(&done), Some(Kind::Promotion));
    let after = clone.git.show(&clone.tip("main").await, &EnvLock::file(&"staging".into())).await.unwrap();
    assert_eq!(after, before, "the bytes must be equal");
    let state = state(&clone, clone.tip("main").await).await;
    let records: Vec<_> =
        state.history.lines.iter().map(|line| (line.record.action, line.record.outcome)).collect();
    assert_eq!(records[1..], [(Action::Promote, Outcome::Failed), (Action::AutoRollback, Outcome::Verified)]);
}

/// A forge with a pull request that is approved at another commit, and that refuses to merge it.
async fn a_forge() -> Server {
    let pull = json!({"number": 7, "html_url": "https://f/7", "user": {"login": "ada"},
        "head": {"ref": "promote/staging/2e3000000000", "sha": "x"}, "base": {"ref": "main"}});
    Server::new(move |line, count| match line {
        line if line.starts_with("POST") => (201, "", pull.clone()),
        line if line.starts_with("PUT") => (405, "", json!({"message": "checks are running"})),
        line if line.contains("/reviews") && count == 1 => (200, "", json!([])),
        line if line.contains("/reviews") => {
            (200, "", json!([{"user": {"login": "bob"}, "state": "APPROVED", "author_association": "MEMBER", "commit_id": "HEAD"}]))
        }
        _ => (200, "", json!([pull])),
    })
    .await
}

#[tokio::test]
async fn a_forge_gets_a_branch_and_a_pull_request() {
    let (clone, env, bare) = (Clone::new().await, TestEnv::new(Script::Good), tempfile::tempdir().unwrap());
    clone.run(&["init", "-q", "--bare", bare.path().to_str().unwrap()]).await;
    clone.run(&["remote", "add", "origin", bare.path().to_str().unwrap()]).await;
    clone.run(&["push", "-q", "origin", "main"]).await;
    let main = clone.tip("main").await;
    let server = a_forge().await;
    let text = format!(
        "kind = \"github\"\napi = \"{}\"\nrepository = \"sea/sense\"\ntoken-variable = \"T\"\nremote = \"origin\"\n",
        server.api
    );
    let settings: config::Forge = toml::from_str(&text).unwrap();
    let mut order = promote();
    order.rules.approvals = 1;

    let store = store(&clone, Some(Forge::of_test(&settings)));
    let requested = run(&env, &store, &order).await;
    assert_eq!(requested.report.ending, Ending::Refused);
    assert_eq!(requested.report.pull_request.as_deref(), Some("https://f/7"));
    assert_eq!(requested.failure.unwrap().causes, ["approvals: 0 of 1: https://f/7"]);
    let topic = clone.git.fetch("origin", "promote/staging/2e3000000000").await.unwrap().unwrap();
    let opened = server.requests().into_iter().find(|request| request.line.starts_with("POST")).unwrap();
    assert_eq!(opened.body["title"], "Promote staging to 2e3000000000");
    assert_eq!(clone.tip("main").await, main);
    assert_eq!(clone.git.fetch("origin", "main").await.unwrap(), Some(main));
    assert_eq!(env.state.lock().unwrap().deployed, []);

    // Bob approved another commit, which does not count.
    let stale = run(&env, &store, &order).await;
    assert_eq!(stale.report.ending, Ending::Refused);
    assert_eq!(
        clone.git.fetch("origin", "promote/staging/2e3000000000").await.unwrap(),
        Some(topic),
        "no new commit"
    );
    order.rules.approvals = 0;
    let done = run(&env, &store, &order).await;
    assert_eq!(done.report.ending, Ending::Verified);
    assert_eq!(kind(&done), None);
    assert_eq!(done.report.next, ["merge https://f/7 manually: it answered 405: checks are running"]);
    let tip = clone.git.fetch("origin", "promote/staging/2e3000000000").await.unwrap().unwrap();
    assert_eq!(state(&clone, tip.clone()).await.history.lines.len(), 1);
    let merged = server.requests().into_iter().find(|request| request.line.starts_with("PUT")).unwrap();
    assert_eq!(merged.body["sha"], Value::String(tip));
}

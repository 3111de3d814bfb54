//! The driver with a ledger in real Git, plain and under review on a forge.

use serde_json::{Value, json};

use super::*;
use crate::{
    base::git::tests::Clone,
    config,
    promotion::store::{
        EnvLock, GitStore, fill,
        forge::{Forge, tests::server::Server},
    },
};

/// The ledger of `staging` in `clone`.
fn ledger(clone: &Clone, forge: Option<Forge>) -> GitStore {
    GitStore {
        repository: clone.git.clone(),
        environment: "staging".into(),
        branch: "main".into(),
        topic: "promote",
        forge: forge.map(|forge| (forge, "origin".to_owned())),
        push: None,
    }
}

/// Runs `order` in a world that has no lock of its own.
async fn run(world: &TestEnv, ledger: &GitStore, order: &Order) -> Ended {
    world.facts.lock().unwrap().lock = None;
    world.drive(ledger, order).await.unwrap()
}

async fn book(clone: &Clone, head: String) -> LedgerState {
    fill(&clone.git, "staging", LedgerState { head, ..LedgerState::default() }).await.unwrap()
}

#[tokio::test]
async fn plain_git_gets_the_lock_and_the_record_each_in_a_commit() {
    let (clone, world) = (Clone::new().await, TestEnv::new(Script::Good));
    let ledger = ledger(&clone, None);
    clone.write("gitops/a.yaml", "edited");
    let done = run(&world, &ledger, &promote()).await;
    assert_eq!((done.report.ending, kind(&done)), (Ending::Verified, None));
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
    assert_eq!(clone.run(&["status", "--porcelain"]).await, "M gitops/a.yaml", "the person's edit stays");
    let book = book(&clone, clone.tip("main").await).await;
    assert_eq!((book.lock.unwrap().digest.as_str(), book.history.lines.len()), (NEW, 1));
    assert_eq!(run(&world, &ledger, &promote()).await.report.ending, Ending::Unchanged);
}

#[tokio::test]
async fn a_worse_digest_leaves_the_old_lock_and_both_records() {
    let (clone, world) = (Clone::new().await, TestEnv::new(Script::Lossy));
    let ledger = ledger(&clone, None);
    OLD.clone_into(&mut world.facts.lock().unwrap().source);
    run(&world, &ledger, &order(Action::Promote, OLD)).await;
    NEW.clone_into(&mut world.facts.lock().unwrap().source);
    let before = clone.git.show(&clone.tip("main").await, &EnvLock::file("staging")).await.unwrap();
    let done = run(&world, &ledger, &promote()).await;
    assert_eq!((done.report.ending, kind(&done)), (Ending::RolledBack, Some(Kind::Promotion)));
    let after = clone.git.show(&clone.tip("main").await, &EnvLock::file("staging")).await.unwrap();
    assert_eq!(after, before, "byte by byte");
    let book = book(&clone, clone.tip("main").await).await;
    let told: Vec<_> =
        book.history.lines.iter().map(|line| (line.record.action, line.record.outcome)).collect();
    assert_eq!(told[1..], [(Action::Promote, Outcome::Failed), (Action::Restore, Outcome::Verified)]);
}

/// A forge that takes the pull request, has it approved from the second run on, and merges.
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
async fn a_forge_gets_a_branch_and_a_pull_request_and_main_stays() {
    let (clone, world, bare) = (Clone::new().await, TestEnv::new(Script::Good), tempfile::tempdir().unwrap());
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

    let ledger = ledger(&clone, Some(Forge::of_test(&settings)));
    let asked = run(&world, &ledger, &order).await;
    assert_eq!(
        (asked.report.ending, asked.report.pull_request.as_deref()),
        (Ending::Refused, Some("https://f/7"))
    );
    assert_eq!(asked.failure.unwrap().causes, ["approvals: 0 of 1: https://f/7"]);
    let topic = clone.git.fetch("origin", "promote/staging/2e3000000000").await.unwrap().unwrap();
    let opened = server.asked().into_iter().find(|asked| asked.line.starts_with("POST")).unwrap();
    assert_eq!(opened.body["title"], "Promote staging to 2e3000000000");
    assert_eq!(
        (clone.tip("main").await, clone.git.fetch("origin", "main").await.unwrap()),
        (main.clone(), Some(main))
    );
    assert_eq!(world.facts.lock().unwrap().handed, [""; 0]);

    // Bob approved another commit, so it does not count: the driver asks for this very one.
    let stale = run(&world, &ledger, &order).await;
    assert_eq!(stale.report.ending, Ending::Refused);
    assert_eq!(
        clone.git.fetch("origin", "promote/staging/2e3000000000").await.unwrap(),
        Some(topic),
        "no new commit"
    );
    order.rules.approvals = 0;
    let done = run(&world, &ledger, &order).await;
    assert_eq!((done.report.ending, kind(&done)), (Ending::Verified, None));
    assert_eq!(done.report.next, ["merge https://f/7 by hand: it answers 405: checks are running"]);
    let tip = clone.git.fetch("origin", "promote/staging/2e3000000000").await.unwrap().unwrap();
    assert_eq!(book(&clone, tip.clone()).await.history.lines.len(), 1);
    let merged = server.asked().into_iter().find(|asked| asked.line.starts_with("PUT")).unwrap();
    assert_eq!(merged.body["sha"], Value::String(tip));
}

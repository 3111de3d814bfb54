//! Tests of rotated age keys and of the way back.

use super::*;

fn with_keys(script: Script, keys: &[&str]) -> TestEnv {
    let env = TestEnv::new(script);
    env.state.lock().unwrap().keys = Some(keys.iter().map(|key| (*key).to_owned()).collect());
    env
}

#[tokio::test]
async fn a_promotion_that_closes_the_way_back_is_refused() {
    let env = with_keys(Script::Good, &["age12e3"]);
    let done = ended(&env, &promote()).await;
    assert_eq!(done.report.ending, Ending::Refused);
    let failure = done.failure.unwrap();
    assert!(failure.causes[0].contains("the way back to 01d000000000"), "{failure:?}");
    assert!(failure.hints[0].contains("both age keys"), "{failure:?}");
    assert_eq!(env.state.lock().unwrap().deployed, []);
    let both = with_keys(Script::Good, &["age12e3", "age101d"]);
    assert_eq!(ended(&both, &promote()).await.report.ending, Ending::Verified);
}

#[tokio::test]
async fn a_rollback_without_the_old_key_is_refused() {
    let env = with_keys(Script::Good, &["age12e3", "age101d"]);
    ended(&env, &promote()).await;
    env.state.lock().unwrap().keys = Some(["age12e3".to_owned()].into());
    let done = ended(&env, &order(Action::Rollback, &OLD)).await;
    assert_eq!(done.report.ending, Ending::Refused);
    assert!(done.failure.unwrap().causes[0].starts_with("secrets: its secrets are encrypted for age101d"));
    assert_settled_at(&env, &NEW);
}

#[tokio::test]
async fn a_failed_rollback_returns_to_the_digest_verified_last() {
    let env = TestEnv::new(Script::OldIsStuck);
    ended(&env, &promote()).await;
    let done = ended(&env, &order(Action::Rollback, &OLD)).await;
    assert_eq!(done.report.ending, Ending::RolledBack, "{:?}", done.failure);
    assert_eq!(done.report.rolled_back_to.as_ref(), Some(&*NEW));
    assert_settled_at(&env, &NEW);
}

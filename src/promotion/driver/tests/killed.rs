//! Tests of runs that are killed at any step: the next run continues them.

use proptest::prelude::*;

use super::*;
use crate::base::digest::{Digest, digest};

/// The digest that must run in the end.
fn final_digest(script: Script) -> &'static Digest {
    if script == Script::Good { &NEW } else { &OLD }
}

async fn converges(script: Script, kills: &[usize], order: &Order, digest: &Digest) -> TestEnv {
    let env = TestEnv::new(script);
    for kill_at in kills {
        // A run that ends before that step is complete.
        let _ = env.run(order, *kill_at).await;
        assert!(env.history().lines.len() <= 1 + 2 * kills.len(), "too many records");
    }
    let last = env.run(order, 0).await.unwrap().unwrap();
    assert_eq!(last.failure.is_none(), script == Script::Good, "{last:?}");
    assert_settled_at(&env, digest);
    env
}

#[tokio::test]
async fn a_run_killed_at_any_step_is_continued() {
    for order in [promote(), canary()] {
        for script in [Script::Good, Script::Lossy, Script::Slow, Script::Stuck] {
            killed_at_every_step(script, &order).await;
        }
    }
}

async fn killed_at_every_step(script: Script, order: &Order) {
    let mut step = 1;
    // Ends with the first run that has fewer steps.
    while TestEnv::new(script).run(order, step).await.is_none() {
        let env = converges(script, &[step], order, final_digest(script)).await;
        if script == Script::Good {
            let records = env.history().lines.iter().filter(|line| line.record.digest == *NEW).count();
            assert_eq!(records, 1, "killed at {step}: it must be recorded once");
        }
        step += 1;
    }
    assert!(step > 20, "a run of {script:?} has only {step} steps");
}

#[tokio::test]
async fn every_next_run_removes_the_canary_of_a_killed_one() {
    for next in [promote(), order(Action::Rollback, &OLD), order(Action::Rollback, &digest('f'))] {
        let mut step = 1;
        loop {
            let env = TestEnv::new(Script::Good);
            if env.run(&canary(), step).await.is_some() {
                break;
            }
            let _ = env.run(&next, 0).await.unwrap();
            assert_eq!(env.state.lock().unwrap().canary, None, "killed at {step}, then {next:?}");
            step += 1;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn several_killed_runs_are_continued(
        kills in proptest::collection::vec(1_usize..90, 1..5),
        script in 0_usize..3,
        with_canary in any::<bool>(),
    ) {
        let order = if with_canary { canary() } else { promote() };
        let script = [Script::Good, Script::Lossy, Script::Slow][script];
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(converges(script, &kills, &order, final_digest(script)));
    }

    #[test]
    fn killed_rollbacks_on_request_are_continued(kills in proptest::collection::vec(1_usize..60, 1..5)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let env = TestEnv::new(Script::Good);
            ended(&env, &promote()).await;
            for kill_at in kills {
                let _ = env.run(&order(Action::Rollback, &OLD), kill_at).await;
            }
            ended(&env, &order(Action::Rollback, &OLD)).await;
            assert_settled_at(&env, &OLD);
        });
    }
}

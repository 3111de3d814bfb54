//! A run that is killed, at any step and several times, is taken up by the next one.

use proptest::prelude::*;

use super::*;

/// Where the world must come to rest, whatever was killed before.
fn rest(script: Script) -> &'static str {
    if script == Script::Good { NEW } else { OLD }
}

async fn converges(script: Script, kills: &[usize], order: &Order, rest: &str) -> TestEnv {
    let world = TestEnv::new(script);
    for kill_at in kills {
        // A run that ended before that step has done all there is to do.
        let _ = world.run(order, *kill_at).await;
        let known = world.history();
        assert!(known.lines.len() <= 1 + 2 * kills.len(), "records pile up");
    }
    let last = world.run(order, 0).await.unwrap().unwrap();
    assert_eq!(last.failure.is_none(), script == Script::Good, "{last:?}");
    rests_at(&world, rest);
    world
}

#[tokio::test]
async fn at_every_single_step() {
    for order in [promote(), canary()] {
        for script in [Script::Good, Script::Lossy, Script::Slow, Script::Stuck] {
            at_every_step_of(script, &order).await;
        }
    }
}

async fn at_every_step_of(script: Script, order: &Order) {
    let mut step = 1;
    // Until a run has no such step any more.
    while TestEnv::new(script).run(order, step).await.is_none() {
        let world = converges(script, &[step], order, rest(script)).await;
        if script == Script::Good {
            let records = world.history().lines.iter().filter(|line| line.record.digest == NEW).count();
            assert_eq!(records, 1, "killed at {step}: it is recorded once");
        }
        step += 1;
    }
    assert!(step > 20, "a run of {script:?} has only {step} steps");
}

#[tokio::test]
async fn while_it_has_a_share_whatever_is_done_next_takes_that_back_first() {
    for next in [promote(), order(Action::Rollback, OLD), order(Action::Rollback, "sha256:never")] {
        let mut step = 1;
        loop {
            let world = TestEnv::new(Script::Good);
            if world.run(&canary(), step).await.is_some() {
                break;
            }
            let _ = world.run(&next, 0).await.unwrap();
            assert_eq!(world.facts.lock().unwrap().trial, None, "killed at {step}, then {next:?}");
            step += 1;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn several_times_in_a_row(
        kills in proptest::collection::vec(1_usize..90, 1..5),
        script in 0_usize..3,
        shared in any::<bool>(),
    ) {
        let order = if shared { canary() } else { promote() };
        let script = [Script::Good, Script::Lossy, Script::Slow][script];
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(converges(script, &kills, &order, rest(script)));
    }

    #[test]
    fn while_it_goes_back_by_hand(kills in proptest::collection::vec(1_usize..60, 1..5)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = TestEnv::new(Script::Good);
            ended(&world, &promote()).await;
            for kill_at in kills {
                let _ = world.run(&order(Action::Rollback, OLD), kill_at).await;
            }
            ended(&world, &order(Action::Rollback, OLD)).await;
            rests_at(&world, OLD);
        });
    }
}

//! Estimates the remaining time of a run from earlier runs. Pure.

use super::{Run, StepTime, run::median};

/// Older runs are not representative of the current platform.
const RUNS: usize = 5;

/// The remaining milliseconds at `now`: the median over the newest earlier runs with the same steps and
/// outcomes.
///
/// `None` before the first step has ended, because the kind of run is still unknown, and if no earlier run is
/// similar.
pub fn remaining(history: &[Run], seen: &[StepTime], now: u64) -> Option<u64> {
    seen.iter().find(|step| step.ended_ms.is_some())?;
    let similar = history.iter().rev().filter(|run| run.is_ok());
    median(similar.filter_map(|run| remaining_of(run, seen, now)).take(RUNS))
}

/// The remaining time of `run` when it was at the same point.
fn remaining_of(run: &Run, seen: &[StepTime], now: u64) -> Option<u64> {
    let mut reached = 0;
    for step in seen {
        let is_part = step.part_of.is_some();
        let Some(then) = run.step(&step.step) else {
            // Whether a part is ever observed as not ready depends on timing; a step is always recorded.
            if is_part {
                continue;
            }
            return None;
        };
        let ended = then.ended_ms?;
        reached = reached.max(match step.ended_ms {
            Some(_) if then.ending == step.ending => ended,
            Some(_) => return None,
            // A running part may still wait for its dependencies.
            None if is_part => 0,
            None => (then.begun_ms + now.saturating_sub(step.begun_ms)).min(ended),
        });
    }
    Some(run.elapsed_ms.saturating_sub(reached))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::timing::Ending;

    fn step(name: &str, begun: u64, ended: Option<u64>, ending: Option<Ending>) -> StepTime {
        StepTime {
            step: name.into(),
            title: String::new(),
            begun_ms: begun,
            ended_ms: ended,
            ending,
            after: Vec::new(),
            part_of: None,
        }
    }

    fn done(name: &str, begun: u64, ended: u64) -> StepTime {
        step(name, begun, Some(ended), Some(Ending::Done))
    }

    fn running(name: &str, begun: u64) -> StepTime {
        step(name, begun, None, None)
    }

    fn run(steps: Vec<StepTime>, elapsed_ms: u64) -> Run {
        Run {
            begun_at: jiff::Timestamp::UNIX_EPOCH,
            instance: "local".into(),
            verdict: "ok".into(),
            elapsed_ms,
            plan: Vec::new(),
            steps,
        }
    }

    fn cold() -> Run {
        run(vec![done("supply", 0, 10), done("cluster", 10, 40), done("follow", 40, 100)], 110)
    }

    #[test]
    fn estimate_is_the_remaining_time_of_a_similar_run() {
        let seen = [done("supply", 0, 20), running("cluster", 20)];
        assert_eq!(remaining(&[cold()], &seen, 30), Some(90), "10 ms into a step that began at 10");
        assert_eq!(remaining(&[cold()], &seen, 500), Some(70), "a step that takes longer than before");
    }

    #[test]
    fn dissimilar_runs_have_no_estimate() {
        let seen = [done("supply", 0, 20), running("cluster", 20)];
        assert_eq!(remaining(&[], &seen, 30), None);
        assert_eq!(
            remaining(&[cold()], &[running("supply", 0)], 5),
            None,
            "the kind of run is still unknown"
        );
        assert_eq!(remaining(&[cold()], &[done("supply", 0, 5), running("new", 5)], 6), None);
        let unchanged = step("supply", 0, Some(1), Some(Ending::Unchanged));
        assert_eq!(remaining(&[cold()], &[unchanged], 2), None, "another kind of run");
        let failed = Run { verdict: "phase".into(), ..cold() };
        assert_eq!(remaining(&[failed], &seen, 30), None);
    }

    #[test]
    fn outlier_does_not_change_the_estimate() {
        let slow = run(vec![done("supply", 0, 10), done("cluster", 10, 40)], 9000);
        let seen = [done("supply", 0, 10)];
        assert_eq!(remaining(&[cold(), slow, cold()], &seen, 10), Some(100));
    }

    proptest! {
        #[test]
        fn estimate_never_increases_during_a_step(a in 0u64..200, b in 0u64..200) {
            let seen = [done("supply", 0, 10), running("cluster", 10)];
            let (early, late) = (a.min(b), a.max(b));
            prop_assert!(remaining(&[cold()], &seen, early) >= remaining(&[cold()], &seen, late));
        }
    }
}

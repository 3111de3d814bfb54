//! How long a run will still take, judged by earlier ones. Pure.

use super::{Run, StepTime, run::median};

/// Older runs tell of an older platform.
const RUNS: usize = 5;

/// Milliseconds left at `now`: the median over the newest earlier runs that took the same steps to the same ends.
///
/// `None` before the first step has ended, when it is not known yet what kind of run it is, and where no run was like it.
pub fn left(history: &[Run], seen: &[StepTime], now: u64) -> Option<u64> {
    seen.iter().find(|step| step.ended_ms.is_some())?;
    let like = history.iter().rev().filter(|run| run.is_ok());
    median(like.filter_map(|run| left_of(run, seen, now)).take(RUNS))
}

/// What was left of `run` when it stood where this one stands.
fn left_of(run: &Run, seen: &[StepTime], now: u64) -> Option<u64> {
    let mut reached = 0;
    for step in seen {
        let is_part = step.part_of.is_some();
        let Some(then) = run.step(&step.step) else {
            // Whether a part is caught unready is chance; a step is not.
            if is_part {
                continue;
            }
            return None;
        };
        let ended = then.ended_ms?;
        reached = reached.max(match step.ended_ms {
            Some(_) if then.ending == step.ending => ended,
            Some(_) => return None,
            // A part that has not ended may still wait for another.
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
    fn it_is_what_was_left_of_a_run_that_stood_here() {
        let seen = [done("supply", 0, 20), running("cluster", 20)];
        assert_eq!(left(&[cold()], &seen, 30), Some(90), "10 ms into a step that began at 10");
        assert_eq!(left(&[cold()], &seen, 500), Some(70), "a step that takes longer than ever holds it");
    }

    #[test]
    fn nothing_is_claimed_of_what_was_never_seen() {
        let seen = [done("supply", 0, 20), running("cluster", 20)];
        assert_eq!(left(&[], &seen, 30), None);
        assert_eq!(
            left(&[cold()], &[running("supply", 0)], 5),
            None,
            "it is not known yet what kind of run it is"
        );
        assert_eq!(left(&[cold()], &[done("supply", 0, 5), running("new", 5)], 6), None);
        let unchanged = step("supply", 0, Some(1), Some(Ending::Unchanged));
        assert_eq!(left(&[cold()], &[unchanged], 2), None, "another kind of run");
        let failed = Run { verdict: "phase".into(), ..cold() };
        assert_eq!(left(&[failed], &seen, 30), None);
    }

    #[test]
    fn one_slow_run_does_not_spoil_it() {
        let slow = run(vec![done("supply", 0, 10), done("cluster", 10, 40)], 9000);
        let seen = [done("supply", 0, 10)];
        assert_eq!(left(&[cold(), slow, cold()], &seen, 10), Some(100));
    }

    proptest! {
        #[test]
        fn less_is_left_as_time_goes_by(a in 0u64..200, b in 0u64..200) {
            let seen = [done("supply", 0, 10), running("cluster", 10)];
            let (early, late) = (a.min(b), a.max(b));
            prop_assert!(left(&[cold()], &seen, early) >= left(&[cold()], &seen, late));
        }
    }
}

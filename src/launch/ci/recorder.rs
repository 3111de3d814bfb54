//! Turns the events of a run into cases of its report.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::junit::{Case, STEPS, Suite, Verdict};
use crate::base::event::{Event, Outcome, Sink};

/// Records the ends of steps, and when each part of a wait was ready.
pub struct Recorder {
    begun: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    begun: BTreeMap<String, (String, Instant)>,
    steps: Vec<Case>,
    ready: BTreeMap<String, Duration>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self { begun: Instant::now(), state: Mutex::default() }
    }
}

impl Recorder {
    /// The steps that have ended.
    pub fn steps(&self) -> Suite {
        Suite { name: STEPS, cases: self.state.lock().unwrap_or_else(PoisonError::into_inner).steps.clone() }
    }

    /// The time from the start of a wait until its part `name` was ready.
    pub fn ready_after(&self, name: &str) -> Option<Duration> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).ready.get(name).copied()
    }

    /// The time since the run began.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

impl Sink for Recorder {
    fn emit(&self, event: Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Started { step, title } => {
                state.begun.insert(step, (title, Instant::now()));
            }
            Event::Waiting { step, parts } => {
                let waited = state.begun.get(&step).map(|(_, begun)| begun.elapsed()).unwrap_or_default();
                for part in parts.into_iter().filter(|part| part.ready) {
                    state.ready.entry(part.part).or_insert(waited);
                }
            }
            Event::Finished { step, outcome, elapsed } => {
                let title = state.begun.remove(&step).map(|(title, _)| title).unwrap_or_default();
                let (verdict, output) = match outcome {
                    Outcome::Done(detail) | Outcome::Unchanged(detail) => (Verdict::Passed, detail),
                    Outcome::Failed(detail) => {
                        (Verdict::Failed(format!("{title}: failed"), detail), String::new())
                    }
                };
                state.steps.push(Case { name: step, took: Some(elapsed), verdict, output });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::base::event::{Events, Pending, Step};

    #[test]
    fn steps_become_cases_and_parts_have_their_time() {
        let recorder = Arc::new(Recorder::default());
        let events: Events = recorder.clone();
        let step = Step::start(&events, "phases.follow", "Wait for the phases");
        let part = |ready| Pending {
            part: "data".into(),
            ready,
            blocker: None,
            detail: String::new(),
            since: Duration::ZERO,
            after: Vec::new(),
        };
        step.waiting(vec![part(false)]);
        assert_eq!(recorder.ready_after("data"), None);
        step.waiting(vec![part(true)]);
        assert!(recorder.ready_after("data").is_some());
        drop(step);
        let steps = recorder.steps();
        assert!(
            matches!(&steps.cases[0].verdict, Verdict::Failed(why, _) if why == "Wait for the phases: failed")
        );
    }
}

//! Records from events when steps begin and end.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{Ending, Run, StepTime, estimate};
use crate::base::event::{Event, Events, Pending, Sink};

/// The steps of this run so far, and earlier runs.
#[derive(Debug)]
pub struct StepTimes {
    begun: Instant,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    steps: Vec<StepTime>,
    history: Vec<Run>,
}

impl Default for StepTimes {
    fn default() -> Self {
        Self { begun: Instant::now(), state: Mutex::default() }
    }
}

impl StepTimes {
    /// The steps so far, in the order of their start.
    pub fn steps(&self) -> Vec<StepTime> {
        self.state().steps.clone()
    }

    /// Time since the run began.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Sets the earlier runs, oldest first; they are the basis of the estimate.
    pub fn set_history(&self, history: Vec<Run>) {
        self.state().history = history;
    }

    /// Estimates the remaining time of this run; `None` if no earlier run is similar.
    pub fn remaining(&self) -> Option<Duration> {
        let state = self.state();
        estimate::remaining(&state.history, &state.steps, millis(self.elapsed())).map(Duration::from_millis)
    }

    fn record(&self, event: &Event) {
        self.state().record(millis(self.elapsed()), event);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn millis(value: Duration) -> u64 {
    u64::try_from(value.as_millis()).unwrap_or(u64::MAX)
}

impl State {
    fn record(&mut self, now: u64, event: &Event) {
        match event {
            Event::Started { step, title } => self.steps.push(StepTime {
                step: step.clone(),
                title: title.clone(),
                begun_ms: now,
                ended_ms: None,
                ending: None,
                after: Vec::new(),
                part_of: None,
            }),
            Event::Waiting { step, parts } => self.wait(now, step, parts),
            Event::Finished { step, outcome, .. } => self.finish(now, step, Ending::from(outcome)),
            Event::Progress { .. } | Event::Notice { .. } | Event::Warning { .. } => {}
        }
    }

    /// Records the parts of a wait: a part that was never observed as not ready took no time, and a part that
    /// is no longer reported is ready.
    fn wait(&mut self, now: u64, step: &str, parts: &[Pending]) {
        let Some(begun) = self.begun(step) else { return };
        let reported: BTreeMap<String, &Pending> =
            parts.iter().map(|part| (format!("{step}/{}", part.part), part)).collect();
        for known in self.steps.iter_mut().filter(|known| is_open_part(known, step)) {
            if reported.get(&known.step).is_none_or(|part| part.ready) {
                (known.ended_ms, known.ending) = (Some(now), Some(Ending::Done));
            }
        }
        for part in parts.iter().filter(|part| !part.ready) {
            let name = format!("{step}/{}", part.part);
            let after = part.after.iter().map(|other| format!("{step}/{other}")).collect();
            let open = self.steps.iter_mut().find(|known| known.step == name && known.ended_ms.is_none());
            if let Some(known) = open {
                // The dependencies of a phase are known only after it was applied.
                known.after = after;
                continue;
            }
            self.steps.push(StepTime {
                title: part.part.clone(),
                begun_ms: begun,
                ended_ms: None,
                ending: None,
                after,
                part_of: Some(step.to_owned()),
                step: name,
            });
        }
        self.update_starts(step);
    }

    fn finish(&mut self, now: u64, step: &str, ending: Ending) {
        let name = step;
        for known in self.steps.iter_mut().filter(|known| known.ended_ms.is_none()) {
            if known.step == name || is_open_part(known, name) {
                (known.ended_ms, known.ending) = (Some(now), Some(ending));
            }
        }
        self.update_starts(name);
    }

    /// Sets the start of each part: a part begins when the last of its dependencies has ended.
    fn update_starts(&mut self, step: &str) {
        let ended: BTreeMap<String, u64> = self
            .steps
            .iter()
            .filter(|known| known.part_of.as_deref() == Some(step))
            .filter_map(|known| Some((known.step.clone(), known.ended_ms?)))
            .collect();
        for part in self.steps.iter_mut().filter(|known| known.part_of.as_deref() == Some(step)) {
            let last = part.after.iter().filter_map(|other| ended.get(other)).max();
            let last = last.copied().unwrap_or_default().min(part.ended_ms.unwrap_or(u64::MAX));
            part.begun_ms = part.begun_ms.max(last);
        }
    }

    fn begun(&self, step: &str) -> Option<u64> {
        self.steps.iter().rfind(|known| known.step == step).map(|known| known.begun_ms)
    }
}

fn is_open_part(known: &StepTime, step: &str) -> bool {
    known.part_of.as_deref() == Some(step) && known.ended_ms.is_none()
}

/// A sink that records every event and forwards it.
pub struct Recorder {
    times: Arc<StepTimes>,
    next: Events,
}

impl Recorder {
    /// Records into `times` and forwards to `next`.
    pub fn new(times: Arc<StepTimes>, next: Events) -> Self {
        Self { times, next }
    }
}

impl Sink for Recorder {
    fn emit(&self, event: Event) {
        self.times.record(&event);
        self.next.emit(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::event::{Outcome, Silent, Step};

    fn started(step: &str) -> Event {
        Event::Started { step: step.into(), title: step.to_uppercase() }
    }

    fn finished(step: &str) -> Event {
        Event::Finished { step: step.into(), outcome: Outcome::Done(String::new()), elapsed: Duration::ZERO }
    }

    fn waiting(parts: &[(&str, bool, &[&str])]) -> Event {
        let pending = |(part, ready, after): &(&str, bool, &[&str])| Pending {
            part: (*part).to_owned(),
            ready: *ready,
            blocker: None,
            detail: String::new(),
            since: Duration::ZERO,
            after: after.iter().map(|name| (*name).to_owned()).collect(),
        };
        Event::Waiting { step: "phases".into(), parts: parts.iter().map(pending).collect() }
    }

    #[test]
    fn part_begins_when_its_last_dependency_is_ready() {
        let mut state = State::default();
        state.record(100, &started("phases"));
        state
            .record(110, &waiting(&[("core", false, &[]), ("ready", true, &[]), ("apps", false, &["core"])]));
        state.record(500, &waiting(&[("core", true, &[]), ("apps", false, &["core"])]));
        state.record(900, &finished("phases"));
        let found: Vec<(&str, u64, Option<u64>)> =
            state.steps.iter().map(|step| (step.step.as_str(), step.begun_ms, step.ended_ms)).collect();
        assert_eq!(
            found,
            [("phases", 100, Some(900)), ("phases/core", 100, Some(500)), ("phases/apps", 500, Some(900))]
        );
    }

    #[test]
    fn dependency_may_become_known_later() {
        let mut state = State::default();
        state.record(0, &started("phases"));
        state.record(1, &waiting(&[("core", false, &[]), ("apps", false, &[])]));
        state.record(2, &waiting(&[("core", false, &[]), ("apps", false, &["core"])]));
        state.record(7, &waiting(&[("core", true, &[]), ("apps", false, &["core"])]));
        let apps = state.steps.iter().find(|step| step.step == "phases/apps").unwrap();
        assert_eq!(apps.begun_ms, 7);
        assert_eq!(apps.after, ["phases/core"]);
    }

    #[test]
    fn part_that_is_no_longer_reported_has_ended() {
        let mut state = State::default();
        state.record(0, &started("phases"));
        state.record(1, &waiting(&[("core", false, &[]), ("core/a", false, &[])]));
        state.record(7, &waiting(&[("core", true, &[])]));
        assert_eq!(state.steps.iter().filter(|step| step.ended_ms == Some(7)).count(), 2);
    }

    #[test]
    fn recorder_forwards_events_and_keeps_their_order() {
        let times = Arc::new(StepTimes::default());
        let events: Events = Arc::new(Recorder::new(Arc::clone(&times), Arc::new(Silent)));
        let outer = Step::start(&events, "outer", "");
        Step::start(&events, "inner", "").done("");
        outer.unchanged("");
        let steps = times.steps();
        assert_eq!(
            steps.iter().map(|step| (step.step.as_str(), step.ending)).collect::<Vec<_>>(),
            [("outer", Some(Ending::Unchanged)), ("inner", Some(Ending::Done))]
        );
    }
}

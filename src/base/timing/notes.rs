//! Notes when steps begin and end, from the events that pass by.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{Ending, Run, StepTime, estimate};
use crate::base::event::{Event, Events, Pending, Sink};

/// What is known of this run so far, and of earlier ones.
#[derive(Debug)]
pub struct Notes {
    begun: Instant,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    steps: Vec<StepTime>,
    history: Vec<Run>,
}

impl Default for Notes {
    fn default() -> Self {
        Self { begun: Instant::now(), state: Mutex::default() }
    }
}

impl Notes {
    /// The steps so far, in the order of their beginnings.
    pub fn steps(&self) -> Vec<StepTime> {
        self.state().steps.clone()
    }

    /// Time since the run began.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Tells it of earlier runs, oldest first: from now on it knows what is left.
    pub fn expect(&self, history: Vec<Run>) {
        self.state().history = history;
    }

    /// How long this run will still take, judged by earlier ones; `None` where none of them was like it.
    pub fn left(&self) -> Option<Duration> {
        let state = self.state();
        estimate::left(&state.history, &state.steps, millis(self.elapsed())).map(Duration::from_millis)
    }

    fn take(&self, event: &Event) {
        self.state().take(millis(self.elapsed()), event);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn millis(value: Duration) -> u64 {
    u64::try_from(value.as_millis()).unwrap_or(u64::MAX)
}

impl State {
    fn take(&mut self, now: u64, event: &Event) {
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

    /// Notes the parts of a wait: one that was never seen unready took no time, one that is no longer told of is ready.
    fn wait(&mut self, now: u64, step: &str, parts: &[Pending]) {
        let Some(begun) = self.begun(step) else { return };
        let told: BTreeMap<String, &Pending> =
            parts.iter().map(|part| (format!("{step}/{}", part.part), part)).collect();
        for known in self.steps.iter_mut().filter(|known| is_open_part(known, step)) {
            if told.get(&known.step).is_none_or(|part| part.ready) {
                (known.ended_ms, known.ending) = (Some(now), Some(Ending::Done));
            }
        }
        for part in parts.iter().filter(|part| !part.ready) {
            let name = format!("{step}/{}", part.part);
            let after = part.after.iter().map(|other| format!("{step}/{other}")).collect();
            let open = self.steps.iter_mut().find(|known| known.step == name && known.ended_ms.is_none());
            if let Some(known) = open {
                // What a phase waits for is known once it has been applied.
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
        self.settle(step);
    }

    fn finish(&mut self, now: u64, step: &str, ending: Ending) {
        let name = step;
        for known in self.steps.iter_mut().filter(|known| known.ended_ms.is_none()) {
            if known.step == name || is_open_part(known, name) {
                (known.ended_ms, known.ending) = (Some(now), Some(ending));
            }
        }
        self.settle(name);
    }

    /// A part begins when the last thing it waits for has ended.
    fn settle(&mut self, step: &str) {
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

/// A sink that notes every event and hands it on.
pub struct Recorder {
    notes: Arc<Notes>,
    next: Events,
}

impl Recorder {
    /// Notes into `notes` what goes to `next`.
    pub fn new(notes: Arc<Notes>, next: Events) -> Self {
        Self { notes, next }
    }
}

impl Sink for Recorder {
    fn emit(&self, event: Event) {
        self.notes.take(&event);
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
    fn parts_begin_when_the_last_they_wait_for_is_ready() {
        let mut state = State::default();
        state.take(100, &started("phases"));
        state.take(110, &waiting(&[("core", false, &[]), ("ready", true, &[]), ("apps", false, &["core"])]));
        state.take(500, &waiting(&[("core", true, &[]), ("apps", false, &["core"])]));
        state.take(900, &finished("phases"));
        let times: Vec<(&str, u64, Option<u64>)> =
            state.steps.iter().map(|step| (step.step.as_str(), step.begun_ms, step.ended_ms)).collect();
        assert_eq!(
            times,
            [("phases", 100, Some(900)), ("phases/core", 100, Some(500)), ("phases/apps", 500, Some(900))]
        );
    }

    #[test]
    fn what_a_part_waits_for_may_be_known_later() {
        let mut state = State::default();
        state.take(0, &started("phases"));
        state.take(1, &waiting(&[("core", false, &[]), ("apps", false, &[])]));
        state.take(2, &waiting(&[("core", false, &[]), ("apps", false, &["core"])]));
        state.take(7, &waiting(&[("core", true, &[]), ("apps", false, &["core"])]));
        let apps = state.steps.iter().find(|step| step.step == "phases/apps").unwrap();
        assert_eq!((apps.begun_ms, apps.after.as_slice()), (7, &["phases/core".to_owned()][..]));
    }

    #[test]
    fn a_part_that_is_no_longer_told_of_has_ended() {
        let mut state = State::default();
        state.take(0, &started("phases"));
        state.take(1, &waiting(&[("core", false, &[]), ("core/a", false, &[])]));
        state.take(7, &waiting(&[("core", true, &[])]));
        assert_eq!(state.steps.iter().filter(|step| step.ended_ms == Some(7)).count(), 2);
    }

    #[test]
    fn the_recorder_hands_everything_on_and_keeps_the_order() {
        let notes = Arc::new(Notes::default());
        let events: Events = Arc::new(Recorder::new(Arc::clone(&notes), Arc::new(Silent)));
        let outer = Step::start(&events, "outer", "");
        Step::start(&events, "inner", "").done("");
        outer.unchanged("");
        let steps = notes.steps();
        assert_eq!(
            steps.iter().map(|step| (step.step.as_str(), step.ending)).collect::<Vec<_>>(),
            [("outer", Some(Ending::Unchanged)), ("inner", Some(Ending::Done))]
        );
    }
}

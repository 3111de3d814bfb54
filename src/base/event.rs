//! What happened while work was done: the only way work reaches the screen, the log and `--output jsonl`.

use std::{sync::Arc, time::Duration};

use serde::Serialize;

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome", content = "detail")]
pub enum Outcome {
    /// It did its work; the detail says what came of it.
    Done(String),
    /// There was nothing to do; the detail says why.
    Unchanged(String),
    /// It ended without reaching its goal.
    Failed(String),
}

/// One thing that a wait still waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pending {
    /// Which part of the platform, for example a phase.
    pub part: String,
    /// Whether that part is ready.
    pub ready: bool,
    /// The one resource that blocks it, as `Kind namespace/name`.
    pub blocker: Option<String>,
    /// What is known of the blocker: its condition or its last event.
    pub detail: String,
    /// Since when it blocks, as time since the wait began.
    #[serde(rename = "since_ms", serialize_with = "millis")]
    pub since: Duration,
    /// The parts that must be ready before it can be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Event {
    /// A step began. Steps may overlap; `step` is unique within a run.
    Started {
        /// Stable dotted name, for example `supply.go.kubernetes`.
        step: String,
        /// What it does, for people.
        title: String,
    },
    /// A step moved on.
    Progress {
        /// The step.
        step: String,
        /// How much is done, in the unit of `total`.
        done: u64,
        /// How much there is in all, when that is known.
        total: Option<u64>,
        /// What it does at this moment.
        detail: String,
    },
    /// What a wait still waits for; replaces the step's earlier list.
    Waiting {
        /// The step.
        step: String,
        /// Its parts, in order.
        parts: Vec<Pending>,
    },
    /// A step ended.
    Finished {
        /// The step.
        step: String,
        /// How.
        #[serde(flatten)]
        outcome: Outcome,
        /// How long it took.
        #[serde(rename = "elapsed_ms", serialize_with = "millis")]
        elapsed: Duration,
    },
    /// Something to know that belongs to no step.
    Notice {
        /// The text.
        text: String,
    },
    /// Something to worry about that ends nothing.
    Warning {
        /// The text.
        text: String,
    },
}

fn millis<S: serde::Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(value.as_millis()).unwrap_or(u64::MAX))
}

/// Takes events.
pub trait Sink: Send + Sync {
    /// Takes one event; must not block for long and cannot fail.
    fn emit(&self, event: Event);
}

/// Where work reports to; cheap to clone.
pub type Events = Arc<dyn Sink>;

/// A sink that drops everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Sink for Silent {
    fn emit(&self, _: Event) {}
}

/// A step that is under way. Dropped without an end, it reports that it failed.
#[must_use]
pub struct Step {
    events: Events,
    name: String,
    begun: std::time::Instant,
    ended: bool,
}

impl Step {
    /// Reports that a step begins.
    pub fn start(events: &Events, name: impl Into<String>, title: impl Into<String>) -> Self {
        let name = name.into();
        events.emit(Event::Started { step: name.clone(), title: title.into() });
        Self { events: Arc::clone(events), name, begun: std::time::Instant::now(), ended: false }
    }

    /// Time since the step began.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Reports how far it got.
    pub fn progress(&self, done: u64, total: Option<u64>, detail: impl Into<String>) {
        self.events.emit(Event::Progress { step: self.name.clone(), done, total, detail: detail.into() });
    }

    /// Reports what it waits for.
    pub fn waiting(&self, parts: Vec<Pending>) {
        self.events.emit(Event::Waiting { step: self.name.clone(), parts });
    }

    /// Reports that the work is done.
    pub fn done(self, detail: impl Into<String>) {
        self.end(Outcome::Done(detail.into()));
    }

    /// Reports that there was nothing to do.
    pub fn unchanged(self, detail: impl Into<String>) {
        self.end(Outcome::Unchanged(detail.into()));
    }

    fn end(mut self, outcome: Outcome) {
        self.finish(outcome);
    }

    fn finish(&mut self, outcome: Outcome) {
        self.ended = true;
        self.events.emit(Event::Finished { step: self.name.clone(), outcome, elapsed: self.begun.elapsed() });
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if !self.ended {
            self.finish(Outcome::Failed(String::new()));
        }
    }
}

/// A sink that hands every event to several.
pub struct Tee(pub Vec<Events>);

impl Sink for Tee {
    fn emit(&self, event: Event) {
        for sink in &self.0 {
            sink.emit(event.clone());
        }
    }
}

/// A sink that keeps what it gets, for tests.
#[cfg(test)]
#[derive(Default)]
pub(crate) struct Recorder(pub(crate) std::sync::Mutex<Vec<Event>>);

#[cfg(test)]
impl Sink for Recorder {
    fn emit(&self, event: Event) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_is_dropped_says_that_it_failed() {
        let recorder = Arc::new(Recorder::default());
        let events: Events = recorder.clone();
        drop(Step::start(&events, "cluster.create", "Create the cluster"));
        Step::start(&events, "artifact", "Pack").done("sha256:1");
        let seen = recorder.0.lock().unwrap();
        assert!(matches!(&seen[1], Event::Finished { outcome: Outcome::Failed(_), .. }));
        assert!(
            matches!(&seen[3], Event::Finished { outcome: Outcome::Done(text), .. } if text == "sha256:1")
        );
        assert_eq!(seen.len(), 4);
    }

    #[test]
    fn events_serialise_flat() {
        let event = Event::Finished {
            step: "artifact".into(),
            outcome: Outcome::Unchanged("same digest".into()),
            elapsed: Duration::from_millis(12),
        };
        assert_eq!(
            serde_json::to_value(event).unwrap(),
            serde_json::json!({"event": "finished", "step": "artifact", "outcome": "unchanged",
                "detail": "same digest", "elapsed_ms": 12})
        );
    }
}

//! The events through which running work reports to the screen, the log and `--output jsonl`.

use std::{sync::Arc, time::Duration};

use serde::Serialize;

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome", content = "detail")]
pub enum Outcome {
    /// It did its work; the detail describes the result.
    Done(String),
    /// There was nothing to do; the detail is the reason.
    Unchanged(String),
    /// It ended without its result.
    Failed(String),
}

/// One part of a wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pending {
    /// The part of the platform, for example a phase.
    pub part: String,
    /// Whether the part is ready.
    pub ready: bool,
    /// The resource that blocks it, as `Kind namespace/name`.
    pub blocker: Option<String>,
    /// The state of the blocker: its condition or its last event.
    pub detail: String,
    /// When it began to block, as time since the wait began.
    #[serde(rename = "since_ms", serialize_with = "millis")]
    pub since: Duration,
    /// The parts that must be ready before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Event {
    /// A step began. Steps may overlap; `step` is unique within a run.
    Started {
        /// The stable dotted name, for example `supply.go.kubernetes`.
        step: String,
        /// A title for users.
        title: String,
    },
    /// A step made progress.
    Progress {
        /// The step.
        step: String,
        /// The amount that is done, in the unit of `total`.
        done: u64,
        /// The total amount, if it is known.
        total: Option<u64>,
        /// The current activity.
        detail: String,
    },
    /// The parts that a step waits for; replaces the earlier list of the step.
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
        /// The outcome.
        #[serde(flatten)]
        outcome: Outcome,
        /// The duration.
        #[serde(rename = "elapsed_ms", serialize_with = "millis")]
        elapsed: Duration,
    },
    /// Information that belongs to no step.
    Notice {
        /// The text.
        text: String,
    },
    /// A warning; the run continues.
    Warning {
        /// The text.
        text: String,
    },
}

fn millis<S: serde::Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(value.as_millis()).unwrap_or(u64::MAX))
}

/// A receiver of events.
pub trait Sink: Send + Sync {
    /// Receives one event; must not block for long and cannot fail.
    fn emit(&self, event: Event);
}

/// The receiver that work reports to; cheap to clone.
pub type Events = Arc<dyn Sink>;

/// A sink that drops all events.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Sink for Silent {
    fn emit(&self, _: Event) {}
}

/// A running step. If it is dropped before its end, it reports a failure.
#[must_use]
pub struct Step {
    events: Events,
    name: String,
    begun: std::time::Instant,
    ended: bool,
}

impl Step {
    /// Reports the start of a step.
    pub fn start(events: &Events, name: impl Into<String>, title: impl Into<String>) -> Self {
        let name = name.into();
        events.emit(Event::Started { step: name.clone(), title: title.into() });
        Self { events: Arc::clone(events), name, begun: std::time::Instant::now(), ended: false }
    }

    /// The time since the step began.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Reports progress.
    pub fn progress(&self, done: u64, total: Option<u64>, detail: impl Into<String>) {
        self.events.emit(Event::Progress { step: self.name.clone(), done, total, detail: detail.into() });
    }

    /// Reports something that the user should know now.
    pub fn warn(&self, text: impl Into<String>) {
        self.events.emit(Event::Warning { text: text.into() });
    }

    /// Reports the parts that the step waits for.
    pub fn waiting(&self, parts: Vec<Pending>) {
        self.events.emit(Event::Waiting { step: self.name.clone(), parts });
    }

    /// Reports that the step did its work.
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

/// A sink that forwards every event to several sinks.
pub struct Tee(pub Vec<Events>);

impl Sink for Tee {
    fn emit(&self, event: Event) {
        for sink in &self.0 {
            sink.emit(event.clone());
        }
    }
}

/// A sink that stores all events, for tests.
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
    fn dropped_step_reports_a_failure() {
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

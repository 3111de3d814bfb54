//! The progress of all jobs together. Each job counts with its expected duration, so that the bar is accurate.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::base::event::{Events, Step};

/// The total progress, in seconds of work.
pub struct TotalProgress {
    step: Step,
    total: u64,
    done: Mutex<State>,
}

#[derive(Default)]
struct State {
    jobs: BTreeMap<String, f64>,
    shown: u64,
}

impl TotalProgress {
    /// Starts the step `name`; all jobs together take `total` seconds of work.
    pub fn start(events: &Events, name: &str, title: &str, total: u64) -> Arc<Self> {
        let step = Step::start(events, name, title);
        step.progress(0, Some(total), "");
        Arc::new(Self { step, total, done: Mutex::new(State::default()) })
    }

    fn set(&self, job: &str, seconds: f64) {
        let mut state = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        state.jobs.insert(job.to_owned(), seconds);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a sum of seconds of work"
        )]
        let done = state.jobs.values().sum::<f64>() as u64;
        if done != state.shown {
            state.shown = done;
            self.step.progress(done, Some(self.total), "");
        }
    }

    /// Ends the step.
    pub fn finish(self: Arc<Self>, detail: String) {
        if let Some(meter) = Arc::into_inner(self) {
            meter.step.done(detail);
        }
    }
}

/// The progress of one job.
pub struct JobProgress {
    step: Step,
    meter: Arc<TotalProgress>,
    job: String,
    seconds: f64,
}

impl JobProgress {
    /// Starts the step of the job `job`, which takes `seconds`.
    pub fn start(
        events: &Events,
        meter: &Arc<TotalProgress>,
        job: &str,
        title: String,
        seconds: u32,
    ) -> Self {
        let step = Step::start(events, format!("supply.{job}"), title);
        Self { step, meter: Arc::clone(meter), job: job.to_owned(), seconds: seconds.into() }
    }

    /// Reports `done` of `total` units.
    pub fn progress(&self, done: u64, total: Option<u64>, detail: impl Into<String>) {
        self.step.progress(done, total, detail);
        if let Some(total) = total.filter(|total| *total > 0) {
            #[expect(
                clippy::cast_precision_loss,
                reason = "a count of packages or bytes; only its ratio matters"
            )]
            let fraction = done.min(total) as f64 / total as f64;
            self.meter.set(&self.job, self.seconds * fraction);
        }
    }

    /// Reports the current activity.
    pub fn detail(&self, text: impl Into<String>) {
        self.step.progress(0, None, text);
    }

    /// Reports something that the user should know now.
    pub fn warn(&self, text: impl Into<String>) {
        self.step.warn(text);
    }

    /// Ends the job's step.
    pub fn done(self, detail: impl Into<String>) {
        self.meter.set(&self.job, self.seconds);
        self.step.done(detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::event::{Event, Recorder};

    #[test]
    fn jobs_count_with_their_duration() {
        let recorder = Arc::new(Recorder::default());
        let events: Events = recorder.clone();
        let meter = TotalProgress::start(&events, "supply.build", "Build", 100);
        let heavy = JobProgress::start(&events, &meter, "go.kubernetes", "Compile".into(), 80);
        let light = JobProgress::start(&events, &meter, "c.pause", "Compile".into(), 20);
        heavy.progress(1, Some(4), "k8s.io/api");
        light.done("");
        heavy.done("");
        meter.finish(String::new());
        let shown: Vec<u64> = recorder
            .0
            .lock()
            .unwrap()
            .iter()
            .filter_map(|event| match event {
                Event::Progress { step, done, .. } if step == "supply.build" => Some(*done),
                _ => None,
            })
            .collect();
        assert_eq!(shown, [0, 20, 40, 100]);
    }
}

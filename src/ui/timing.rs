//! Remembers how long each step took, for the summary at the end.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::event::{Event, Events, Sink};

/// Hands every event on, and notes the ends of steps.
pub(super) struct Timing {
    next: Events,
    begun: Instant,
    took: Mutex<Vec<(String, Duration)>>,
}

impl Timing {
    pub(super) fn before(next: Events) -> Self {
        Self { next, begun: Instant::now(), took: Mutex::default() }
    }

    /// The steps that ended, in the order of their ends, and the time since the start.
    pub(super) fn read(&self) -> (Vec<(String, Duration)>, Duration) {
        let took = self.took.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (took, self.begun.elapsed())
    }
}

impl Sink for Timing {
    fn emit(&self, event: Event) {
        if let Event::Finished { step, elapsed, .. } = &event {
            let mut took = self.took.lock().unwrap_or_else(PoisonError::into_inner);
            took.push((step.clone(), *elapsed));
        }
        self.next.emit(event);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::event::{Silent, Step};

    #[test]
    fn the_ends_of_steps_are_kept_in_order() {
        let timing = Arc::new(Timing::before(Arc::new(Silent)));
        let events: Events = timing.clone();
        let outer = Step::start(&events, "outer", "");
        Step::start(&events, "inner", "").done("");
        outer.unchanged("");
        let names: Vec<String> = timing.read().0.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["inner", "outer"]);
    }
}

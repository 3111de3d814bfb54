//! Shows events as plain lines: for logs, for CI, for terminals that cannot redraw.

use std::{
    collections::HashMap,
    io::Write,
    sync::{Mutex, PoisonError},
};

use super::{Style, duration};
use crate::base::event::{Event, Outcome, Pending, Sink};

/// Prints changes only.
pub(super) struct Plain {
    style: Style,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    titles: HashMap<String, String>,
    blockers: HashMap<String, String>,
}

impl Plain {
    pub(super) fn new(style: Style) -> Self {
        Self { style, state: Mutex::default() }
    }

    fn line(&self, state: &mut State, event: Event) -> Option<String> {
        match event {
            Event::Started { step, title } => {
                let line = format!("{} {title}", self.style.dim("..."));
                state.titles.insert(step, title);
                Some(line)
            }
            Event::Progress { .. } => None,
            Event::Waiting { step, parts } => {
                let blocked = describe(&parts);
                let changed = state.blockers.insert(step, blocked.clone()).as_ref() != Some(&blocked);
                (changed && !blocked.is_empty()).then(|| format!("    {}", self.style.dim(&blocked)))
            }
            Event::Finished { step, outcome, elapsed } => {
                let title = state.titles.remove(&step).unwrap_or(step);
                Some(finished(self.style, &title, &outcome, &duration(elapsed)))
            }
            Event::Notice { text } => Some(format!("    {text}")),
            Event::Warning { text } => Some(format!("{} {text}", self.style.warn("warning:"))),
        }
    }
}

impl Sink for Plain {
    fn emit(&self, event: Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = self.line(&mut state, event) {
            let _ = writeln!(std::io::stderr().lock(), "{line}");
        }
    }
}

/// The line of an ended step.
pub(super) fn finished(style: Style, title: &str, outcome: &Outcome, elapsed: &str) -> String {
    let (mark, detail) = match outcome {
        Outcome::Done(detail) => (style.good(" ok"), detail),
        Outcome::Unchanged(detail) => (style.dim(" ok"), detail),
        Outcome::Failed(detail) => (style.bad("bad"), detail),
    };
    let detail = if detail.is_empty() { String::new() } else { format!("  {}", style.dim(detail)) };
    format!("{mark} {title}{detail}  {}", style.dim(elapsed))
}

/// The state of a wait in one line without times: the blocking resources, or the parts if no resource is known.
fn describe(parts: &[Pending]) -> String {
    let waiting = || parts.iter().filter(|part| !part.ready);
    let mut blockers: Vec<String> = waiting()
        .filter_map(|part| {
            let blocker = part.blocker.as_ref()?;
            Some(if part.detail.is_empty() { blocker.clone() } else { format!("{blocker}: {}", part.detail) })
        })
        .collect();
    // A phase and its child may have the same blocker.
    let mut seen = std::collections::BTreeSet::new();
    blockers.retain(|blocker| seen.insert(blocker.clone()));
    if blockers.is_empty() {
        blockers = waiting().map(|part| part.part.clone()).collect();
    }
    if blockers.is_empty() { String::new() } else { format!("waits for {}", blockers.join("; ")) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn waiting(ready: bool, seconds: u64) -> Event {
        let part = Pending {
            part: "data".into(),
            ready,
            blocker: Some("Cluster seasense/seasense-db".into()),
            detail: "creating the primary".into(),
            since: Duration::from_secs(seconds),
            after: Vec::new(),
        };
        Event::Waiting { step: "phases".into(), parts: vec![part] }
    }

    #[test]
    fn blocker_is_printed_once() {
        let plain = Plain::new(Style::PLAIN);
        let mut state = State::default();
        let first = plain.line(&mut state, waiting(false, 1)).unwrap();
        assert_eq!(first.trim(), "waits for Cluster seasense/seasense-db: creating the primary");
        assert_eq!(plain.line(&mut state, waiting(false, 9)), None);
        assert_eq!(plain.line(&mut state, waiting(true, 10)), None);
    }

    #[test]
    fn ended_step_uses_the_title_of_its_start() {
        let plain = Plain::new(Style::PLAIN);
        let mut state = State::default();
        plain.line(&mut state, Event::Started { step: "a".into(), title: "Pack".into() });
        let event = Event::Finished {
            step: "a".into(),
            outcome: Outcome::Done("sha256:12".into()),
            elapsed: Duration::from_millis(1500),
        };
        assert_eq!(plain.line(&mut state, event).unwrap(), " ok Pack  sha256:12  1.5 s");
    }
}

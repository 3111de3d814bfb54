//! Events on a terminal: running steps at the bottom with what blocks them, ended ones scroll away above.

use std::{
    io::Write as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use super::{
    Style, duration,
    fit::{fit_before, fold, terminal_width},
    plain::finished,
    screen::{Running, Screen},
};
use crate::base::{
    event::{Event, Sink},
    timing::Notes,
};

/// What a terminal that does not tell its width is taken for.
const WIDTH: usize = 80;
const TICK: Duration = Duration::from_millis(120);

/// Draws with indicatif: everything that moves is one bar of several lines, drawn anew at the width of the moment.
pub(super) struct Live {
    style: Style,
    notes: Arc<Notes>,
    screen: Arc<Mutex<Screen>>,
    /// There while something runs. Held as long as an event is drawn, so that no two are drawn at once.
    bar: Mutex<Option<ProgressBar>>,
}

impl Live {
    pub(super) fn new(style: Style, notes: Arc<Notes>) -> Self {
        Self { style, notes, screen: Arc::default(), bar: Mutex::default() }
    }

    fn bar(&self) -> ProgressBar {
        let (screen, notes, style) = (Arc::clone(&self.screen), Arc::clone(&self.notes), self.style);
        let draw = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
            let width = terminal_width().unwrap_or(WIDTH);
            let left = notes.left();
            let lines = lock(&screen).lines(notes.elapsed(), left, width, style);
            let _ = out.write_str(&lines.join("\n"));
        };
        // The template is a constant; were it wrong, indicatif's default still tells the truth.
        let template =
            ProgressStyle::with_template("{screen}").unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = ProgressBar::new_spinner().with_style(template.with_key("screen", draw));
        bar.enable_steady_tick(TICK);
        bar
    }

    /// Takes in the event; gives what scrolls away above.
    fn take(&self, screen: &mut Screen, event: Event) -> Option<String> {
        let width = terminal_width().unwrap_or(WIDTH);
        match event {
            Event::Started { step, title } => screen.running.push(Running {
                step,
                title,
                begun: self.notes.elapsed(),
                done: 0,
                total: None,
                detail: String::new(),
                parts: Vec::new(),
            }),
            Event::Progress { step, done, total, detail } => {
                if let Some(running) = screen.step(&step) {
                    (running.done, running.total, running.detail) = (done, total, detail);
                }
            }
            Event::Waiting { step, parts } => {
                if let Some(running) = screen.step(&step) {
                    running.parts = parts;
                }
            }
            Event::Finished { step, outcome, elapsed } => {
                let running = screen.take(&step)?;
                let text = finished(self.style, &running.title, &outcome, "");
                let elapsed = self.style.dim(&duration(elapsed));
                return Some(fit_before(text.trim_end(), &format!(" {elapsed}"), width));
            }
            Event::Notice { text } => return Some(fold(&format!("    {text}"), width, 4)),
            Event::Warning { text } => {
                return Some(fold(&format!("{} {text}", self.style.warn("warning:")), width, 4));
            }
        }
        None
    }
}

impl Sink for Live {
    fn emit(&self, event: Event) {
        let mut bar = lock(&self.bar);
        // The bar draws from the screen: the screen's lock must not be held while the bar is told anything.
        let (above, busy) = {
            let mut screen = lock(&self.screen);
            let above = self.take(&mut screen, event);
            (above, !screen.running.is_empty())
        };
        match (&*bar, above) {
            (Some(bar), Some(text)) => bar.println(text),
            (Some(bar), None) => bar.tick(),
            (None, Some(text)) => {
                let _ = writeln!(std::io::stderr().lock(), "{text}");
            }
            (None, None) => {}
        }
        if busy && bar.is_none() {
            *bar = Some(self.bar());
        } else if !busy && let Some(bar) = bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::event::Outcome;

    #[test]
    fn an_end_scrolls_away_in_one_line_and_the_step_is_gone() {
        let live = Live::new(Style::PLAIN, Arc::default());
        let mut screen = Screen::default();
        live.take(&mut screen, Event::Started { step: "a".into(), title: "Pack".into() });
        live.take(
            &mut screen,
            Event::Progress { step: "a".into(), done: 1, total: Some(2), detail: "x".into() },
        );
        assert_eq!((screen.running[0].done, screen.running[0].total), (1, Some(2)));
        let event = Event::Finished {
            step: "a".into(),
            outcome: Outcome::Done("sha256:12".into()),
            elapsed: Duration::from_millis(1500),
        };
        assert_eq!(live.take(&mut screen, event).unwrap(), " ok Pack  sha256:12  1.5 s");
        assert!(screen.running.is_empty());
    }
}

//! Shows events on a terminal: running steps with their blockers at the bottom, ended steps scroll up.

use std::{
    io::Write as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use super::{
    Style, duration,
    plain::finished,
    screen::{Running, Screen},
    width::{fit_before, fold, terminal_width},
};
use crate::base::{
    event::{Event, Sink},
    timing::StepTimes,
};

/// The width if the terminal does not report one.
const WIDTH: usize = 80;
const TICK: Duration = Duration::from_millis(120);

/// Draws with indicatif: all running steps are one bar of several lines, redrawn at the current width.
pub(super) struct Interactive {
    style: Style,
    times: Arc<StepTimes>,
    screen: Arc<Mutex<Screen>>,
    /// Exists while a step runs. Locked while an event is drawn, so that events are drawn one at a time.
    bar: Mutex<Option<ProgressBar>>,
}

impl Interactive {
    pub(super) fn new(style: Style, times: Arc<StepTimes>) -> Self {
        Self { style, times, screen: Arc::default(), bar: Mutex::default() }
    }

    fn bar(&self) -> ProgressBar {
        let (screen, times, style) = (Arc::clone(&self.screen), Arc::clone(&self.times), self.style);
        let draw = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
            let width = terminal_width().unwrap_or(WIDTH);
            let remaining = times.remaining();
            let lines = lock(&screen).lines(times.elapsed(), remaining, width, style);
            let _ = out.write_str(&lines.join("\n"));
        };
        // The template is a constant and valid; the default is a fallback.
        let template =
            ProgressStyle::with_template("{screen}").unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = ProgressBar::new_spinner().with_style(template.with_key("screen", draw));
        bar.enable_steady_tick(TICK);
        bar
    }

    /// Applies the event; returns the text that scrolls up.
    fn apply(&self, screen: &mut Screen, event: Event) -> Option<String> {
        let width = terminal_width().unwrap_or(WIDTH);
        match event {
            Event::Started { step, title } => screen.running.push(Running {
                step,
                title,
                begun: self.times.elapsed(),
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
                let running = screen.remove(&step)?;
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

impl Sink for Interactive {
    fn emit(&self, event: Event) {
        let mut bar = lock(&self.bar);
        // The bar draws from the screen: the lock of the screen must be released before the bar is used.
        let (above, busy) = {
            let mut screen = lock(&self.screen);
            let above = self.apply(&mut screen, event);
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
    fn ended_step_scrolls_up_in_one_line() {
        let ui = Interactive::new(Style::PLAIN, Arc::default());
        let mut screen = Screen::default();
        ui.apply(&mut screen, Event::Started { step: "a".into(), title: "Pack".into() });
        ui.apply(
            &mut screen,
            Event::Progress { step: "a".into(), done: 1, total: Some(2), detail: "x".into() },
        );
        assert_eq!(screen.running[0].done, 1);
        assert_eq!(screen.running[0].total, Some(2));
        let event = Event::Finished {
            step: "a".into(),
            outcome: Outcome::Done("sha256:12".into()),
            elapsed: Duration::from_millis(1500),
        };
        assert_eq!(ui.apply(&mut screen, event).unwrap(), " ok Pack  sha256:12  1.5 s");
        assert!(screen.running.is_empty());
    }
}

//! Events on a terminal: running steps at the bottom with what blocks them, ended ones scroll away above.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::{Style, duration, plain::finished};
use crate::event::{Event, Pending, Sink};

/// Draws with indicatif.
pub(super) struct Live {
    screen: MultiProgress,
    style: Style,
    steps: Mutex<HashMap<String, Running>>,
}

struct Running {
    title: String,
    bar: ProgressBar,
    parts: Vec<ProgressBar>,
}

impl Live {
    pub(super) fn new(style: Style) -> Self {
        Self { screen: MultiProgress::new(), style, steps: Mutex::default() }
    }

    fn start(&self, steps: &mut HashMap<String, Running>, step: String, title: String) {
        let bar = self.screen.add(ProgressBar::new_spinner().with_style(spinner()));
        bar.set_prefix(title.clone());
        bar.enable_steady_tick(Duration::from_millis(120));
        steps.insert(step, Running { title, bar, parts: Vec::new() });
    }

    fn wait(&self, running: &mut Running, parts: &[Pending]) {
        while running.parts.len() < parts.len() {
            let last = running.parts.last().unwrap_or(&running.bar);
            let line = self.screen.insert_after(last, ProgressBar::new_spinner().with_style(line()));
            running.parts.push(line);
        }
        for surplus in running.parts.drain(parts.len()..) {
            surplus.finish_and_clear();
        }
        for (bar, part) in running.parts.iter().zip(parts) {
            bar.set_message(self.pending(part));
            bar.tick();
        }
    }

    fn pending(&self, part: &Pending) -> String {
        if part.ready {
            return format!("{} {}", self.style.good("ok"), part.part);
        }
        let blocker = part.blocker.as_deref().unwrap_or_default();
        let since = if part.since.is_zero() { String::new() } else { duration(part.since) };
        format!(
            "{} {:22} {blocker} {} {since}",
            self.style.warn(".."),
            part.part,
            self.style.dim(&part.detail)
        )
    }
}

impl Sink for Live {
    fn emit(&self, event: Event) {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Started { step, title } => self.start(&mut steps, step, title),
            Event::Progress { step, done, total, detail } => {
                if let Some(running) = steps.get(&step) {
                    progress(&running.bar, done, total, detail);
                }
            }
            Event::Waiting { step, parts } => {
                if let Some(running) = steps.get_mut(&step) {
                    self.wait(running, &parts);
                }
            }
            Event::Finished { step, outcome, elapsed } => {
                let Some(running) = steps.remove(&step) else { return };
                for bar in running.parts.iter().chain([&running.bar]) {
                    bar.finish_and_clear();
                    self.screen.remove(bar);
                }
                let text = finished(self.style, &running.title, &outcome, &duration(elapsed));
                let _ = self.screen.println(text);
            }
            Event::Notice { text } => {
                let _ = self.screen.println(format!("    {text}"));
            }
            Event::Warning { text } => {
                let _ = self.screen.println(format!("{} {text}", self.style.warn("warning:")));
            }
        }
    }
}

fn progress(bar: &ProgressBar, done: u64, total: Option<u64>, detail: String) {
    if let Some(total) = total
        && bar.length() != Some(total)
    {
        bar.set_length(total);
        bar.set_style(counted());
    }
    bar.set_position(done);
    bar.set_message(detail);
}

fn template(text: &str) -> ProgressStyle {
    // The templates are constants below; were one wrong, indicatif's default still tells the truth.
    ProgressStyle::with_template(text).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn spinner() -> ProgressStyle {
    template("{spinner:.cyan} {prefix} {msg:.dim} {elapsed:.dim}")
}

fn counted() -> ProgressStyle {
    template("{spinner:.cyan} {prefix} {bar:24.cyan/blue} {percent:>3} % {wide_msg:.dim} {elapsed:.dim}")
}

fn line() -> ProgressStyle {
    template("    {msg}")
}

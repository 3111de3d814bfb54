//! What a person sees: draws events live, plainly or as JSON lines, and renders failures. Decides nothing.

mod failure;
mod fit;
mod jsonl;
mod live;
mod plain;
mod screen;
mod style;
mod text;
mod watch;

use std::{
    io::{IsTerminal, Write},
    sync::Arc,
    time::Duration,
};

use clap::ValueEnum;

pub use self::{
    failure::render_failure,
    style::Style,
    text::{duration, size, table},
    watch::{Mark, Model, Row, Screen, watch},
};
use crate::base::{
    event::Events,
    failure::Failure,
    timing::{Notes, Recorder, StepTime},
};

/// How work is shown on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Output {
    /// Live on a terminal, plain elsewhere
    #[default]
    Auto,
    /// One line per event, never redrawn
    Plain,
    /// One JSON object per event
    Jsonl,
    /// Nothing but failures
    Quiet,
}

/// The terminal, as the commands see it.
#[derive(Clone)]
pub struct Ui {
    events: Events,
    notes: Arc<Notes>,
    output: Output,
    style: Style,
}

impl Ui {
    /// Looks at the terminal once and decides how to draw.
    pub fn new(output: Output) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let style = Style::detect(terminal);
        let notes = Arc::new(Notes::default());
        let events: Events = match output {
            Output::Quiet => Arc::new(crate::base::event::Silent),
            Output::Jsonl => Arc::new(jsonl::Jsonl::default()),
            Output::Auto if terminal => Arc::new(live::Live::new(style, Arc::clone(&notes))),
            Output::Auto | Output::Plain => Arc::new(plain::Plain::new(style)),
        };
        let events: Events = Arc::new(Recorder::new(Arc::clone(&notes), events));
        Self { events, notes, output, style }
    }

    /// Where work reports to.
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// What is noted of the steps so far.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// The steps that ended, in the order of their ends, and the time since the program's start.
    pub fn took(&self) -> (Vec<(String, Duration)>, Duration) {
        let mut ended: Vec<_> =
            self.notes.steps().into_iter().filter(|step| step.part_of.is_none()).collect();
        ended.sort_by_key(|step| step.ended_ms);
        let time = |step: &StepTime| step.elapsed_ms().map(Duration::from_millis);
        let took = ended.iter().filter_map(|step| Some((step.step.clone(), time(step)?))).collect();
        (took, self.notes.elapsed())
    }

    /// The colours of standard error.
    pub fn style(&self) -> Style {
        self.style
    }

    /// The colours of standard output.
    pub fn data_style(&self) -> Style {
        Style::detect(std::io::stdout().is_terminal())
    }

    /// Writes data to standard output. A reader that went away is not an error of ours.
    pub fn data(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Writes text for people to standard error, unless events are wanted there as JSON or not at all.
    pub fn say(&self, text: &str) {
        if matches!(self.output, Output::Auto | Output::Plain) {
            let _ = std::io::stderr().lock().write_all(text.as_bytes());
        }
    }

    /// Asks a person to answer yes or no; `None` where nobody is there to answer.
    pub fn confirm(&self, question: &str) -> Option<bool> {
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return None;
        }
        let _ = write!(std::io::stderr().lock(), "{question} [y/N] ");
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).ok()?;
        Some(matches!(answer.trim(), "y" | "Y" | "yes"))
    }

    /// Shows a failure on standard error.
    pub fn fail(&self, failure: &Failure) {
        let text = match self.output {
            Output::Jsonl => format!("{}\n", failure.to_json()),
            _ => render_failure(failure, self.style),
        };
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }
}

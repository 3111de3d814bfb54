//! The user interface: shows events interactively, as plain lines or as JSON lines, and renders failures.

mod failure;
mod interactive;
mod jsonl;
mod plain;
mod screen;
mod style;
mod text;
mod watch;
mod width;

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
    timing::{Recorder, StepTime, StepTimes},
};

/// How events are shown on standard error.
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

/// The terminal.
#[derive(Clone)]
pub struct Ui {
    events: Events,
    step_times: Arc<StepTimes>,
    output: Output,
    style: Style,
}

impl Ui {
    /// Detects the terminal and chooses the presentation of events.
    pub fn new(output: Output) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let style = Style::detect(terminal);
        let step_times = Arc::new(StepTimes::default());
        let events: Events = match output {
            Output::Quiet => Arc::new(crate::base::event::Silent),
            Output::Jsonl => Arc::new(jsonl::Jsonl::default()),
            Output::Auto if terminal => {
                Arc::new(interactive::Interactive::new(style, Arc::clone(&step_times)))
            }
            Output::Auto | Output::Plain => Arc::new(plain::Plain::new(style)),
        };
        let events: Events = Arc::new(Recorder::new(Arc::clone(&step_times), events));
        Self { events, step_times, output, style }
    }

    /// The receiver of events.
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// The recorded times of the steps.
    pub fn step_times(&self) -> &StepTimes {
        &self.step_times
    }

    /// The durations of the ended steps, in the order of their ends, and the time since the program's start.
    pub fn durations(&self) -> (Vec<(String, Duration)>, Duration) {
        let mut ended: Vec<_> =
            self.step_times.steps().into_iter().filter(|step| step.part_of.is_none()).collect();
        ended.sort_by_key(|step| step.ended_ms);
        let time = |step: &StepTime| step.elapsed_ms().map(Duration::from_millis);
        let durations = ended.iter().filter_map(|step| Some((step.step.clone(), time(step)?))).collect();
        (durations, self.step_times.elapsed())
    }

    /// The colours of standard error.
    pub fn style(&self) -> Style {
        self.style
    }

    /// The colours of standard output.
    pub fn data_style(&self) -> Style {
        Style::detect(std::io::stdout().is_terminal())
    }

    /// Writes data to standard output. A closed pipe is not an error.
    pub fn data(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Writes text for users to standard error, unless the output is JSON lines or quiet.
    pub fn message(&self, text: &str) {
        if matches!(self.output, Output::Auto | Output::Plain) {
            let _ = std::io::stderr().lock().write_all(text.as_bytes());
        }
    }

    /// Asks the user to answer yes or no; `None` without a terminal.
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

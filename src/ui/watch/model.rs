//! The content of the view.

/// The state of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is in its desired state.
    Good,
    /// It is in progress, or needs attention.
    Pending,
    /// It failed.
    Bad,
    /// It has no state.
    Info,
}

/// One row: a mark, a name, a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The mark.
    pub mark: Mark,
    /// The name; the texts of a pane are aligned.
    pub name: String,
    /// The text.
    pub text: String,
}

impl Row {
    /// Creates a row.
    pub fn new(mark: Mark, name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { mark, name: name.into(), text: text.into() }
    }
}

/// The content after one observation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    /// The environment's name.
    pub environment: String,
    /// Whether the environment is ready.
    pub ready: bool,
    /// The state of the cluster and its artifact in one line.
    pub headline: String,
    /// The time and duration of the observation.
    pub observed: String,
    /// The command line of this program for this environment.
    pub command: String,
    /// The problems.
    pub problems: Vec<Row>,
    /// The next step for each problem, in the same order.
    pub hints: Vec<String>,
    /// The phases.
    pub phases: Vec<Row>,
    /// The Deployments.
    pub workloads: Vec<Row>,
    /// The database.
    pub database: Vec<Row>,
    /// The fleet.
    pub fleet: Vec<Row>,
    /// The rate of readings as text.
    pub ingest: String,
    /// Readings per second between two observations, oldest first.
    pub rates: Vec<f64>,
    /// The last events.
    pub events: Vec<Row>,
}

//! What the view shows: texts that somebody else has chosen.

/// Whether something is as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is.
    Good,
    /// It is on its way, or worth a look.
    Late,
    /// It is not.
    Bad,
    /// It is only told.
    Plain,
}

/// One line: a mark, a name, a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The mark.
    pub mark: Mark,
    /// The name; lines of one pane have their texts in one column.
    pub name: String,
    /// The text.
    pub text: String,
}

impl Row {
    /// A line.
    pub fn new(mark: Mark, name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { mark, name: name.into(), text: text.into() }
    }
}

/// Everything that one look shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    /// The environment's name.
    pub environment: String,
    /// Whether all is well.
    pub ready: bool,
    /// What runs, in a few words.
    pub headline: String,
    /// When it was looked at, and how long that took.
    pub looked: String,
    /// How a person calls this program for this environment.
    pub command: String,
    /// What is wrong.
    pub problems: Vec<Row>,
    /// What to do about each, in the same order.
    pub hints: Vec<String>,
    /// The phases.
    pub phases: Vec<Row>,
    /// The Deployments.
    pub workloads: Vec<Row>,
    /// The database.
    pub database: Vec<Row>,
    /// The fleet.
    pub fleet: Vec<Row>,
    /// How many readings arrive, in words.
    pub ingest: String,
    /// Readings per second between the looks, oldest first.
    pub rates: Vec<f64>,
    /// The last events.
    pub events: Vec<Row>,
}

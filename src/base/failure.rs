//! The one error a person sees: what happened, where, why, what to do next, and the exit code it stands for.

use std::{fmt, path::PathBuf};

/// What kind of failure it was; decides the exit code (the table stands in the README).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A bug in seasense itself.
    Internal,
    /// The command line was not understood.
    Usage,
    /// An environment file, or another settings file, is wrong.
    Environment,
    /// A tool or a daemon is missing, too old, or refuses.
    Tool,
    /// The cluster could not be made, reached or removed.
    Cluster,
    /// A Flux phase did not become ready.
    Phase,
    /// A workload is not healthy, or a check from outside failed.
    Workload,
    /// A promotion was refused.
    Promotion,
    /// The cluster differs from what it should run.
    Drift,
    /// The command that `ci` was given failed, in an environment that was fine.
    Command,
    /// A time limit passed.
    TimedOut,
    /// The person pressed Ctrl-C, or the process was asked to end.
    Interrupted,
}

impl Kind {
    /// Every kind, in the order of the exit codes.
    pub const ALL: [Self; 12] = [
        Self::Internal,
        Self::Usage,
        Self::Environment,
        Self::Tool,
        Self::Cluster,
        Self::Phase,
        Self::Workload,
        Self::Promotion,
        Self::Drift,
        Self::Command,
        Self::TimedOut,
        Self::Interrupted,
    ];

    /// The process exit code of this kind.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Internal => 1,
            Self::Usage => 2,
            Self::Environment => 10,
            Self::Tool => 20,
            Self::Cluster => 30,
            Self::Phase => 40,
            Self::Workload => 50,
            Self::Promotion => 60,
            Self::Drift => 70,
            Self::Command => 80,
            Self::TimedOut => 124,
            Self::Interrupted => 130,
        }
    }

    /// The stable name of this kind in `--json` output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Usage => "usage",
            Self::Environment => "environment",
            Self::Tool => "tool",
            Self::Cluster => "cluster",
            Self::Phase => "phase",
            Self::Workload => "workload",
            Self::Promotion => "promotion",
            Self::Drift => "drift",
            Self::Command => "command",
            Self::TimedOut => "timed-out",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A place in a file, both numbers from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file, as the person would name it.
    pub file: PathBuf,
    /// Line and column, where they are known.
    pub position: Option<(usize, usize)>,
}

impl Location {
    /// The line and column of byte `offset` in `text`.
    pub fn at_offset(file: impl Into<PathBuf>, text: &str, offset: usize) -> Self {
        let before = &text[..text.floor_char_boundary(offset.min(text.len()))];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1;
        Self { file: file.into(), position: Some((line, column)) }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        Ok(())
    }
}

/// How the kernel, and everything that runs on it, says that a disk is full.
const FULL_DISK: [&str; 2] = ["no space left on device", "disk quota exceeded"];
const FREE_SPACE: &str = "free some space there, then run this again; nothing is half-written";

/// A failure on its way to the person.
///
/// Messages are lowercase fragments without a final period; they read well after "error: ".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Decides the exit code.
    pub kind: Kind,
    /// What happened.
    pub message: String,
    /// Where, when a file is to blame.
    pub location: Option<Location>,
    /// Why, outermost first.
    pub causes: Vec<String>,
    /// What to do next; each a full instruction.
    pub hints: Vec<String>,
}

/// The result of nearly everything in this library.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// A failure of `kind` with what happened.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), location: None, causes: Vec::new(), hints: Vec::new() }
    }

    /// Names the place in a file that is to blame.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// Adds one cause, as text.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.add_cause(cause.into());
        self
    }

    /// Adds an error and its sources as causes.
    #[must_use]
    pub fn caused_by(mut self, error: &(dyn std::error::Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(current) = next {
            let text = current.to_string();
            if self.causes.last() != Some(&text) {
                self.add_cause(text);
            }
            next = current.source();
        }
        self
    }

    /// A full disk is a fault of the machine, whatever was being done, and has its own cure.
    fn add_cause(&mut self, cause: String) {
        let full = FULL_DISK.iter().any(|words| cause.to_ascii_lowercase().contains(words));
        if full && !self.hints.iter().any(|hint| hint == FREE_SPACE) {
            self.kind = Kind::Tool;
            self.hints.push(FREE_SPACE.to_owned());
        }
        self.causes.push(cause);
    }

    /// What happened and why, joined by colons.
    pub fn with_causes(&self) -> String {
        let told: Vec<&str> =
            std::iter::once(&self.message).chain(&self.causes).map(String::as_str).collect();
        told.join(": ")
    }

    /// The failure as the JSON object of an event.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "event": "failure",
            "kind": self.kind.name(),
            "exit_code": self.kind.exit_code(),
            "message": self.message,
            "location": self.location.as_ref().map(ToString::to_string),
            "causes": self.causes,
            "hints": self.hints,
        })
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// Turns a foreign error into a [`Failure`] with a message of our own in front.
pub trait Context<T> {
    /// Wraps the error as the cause of a failure of `kind` with `message`.
    fn context(self, kind: Kind, message: impl Into<String>) -> Result<T>;
    /// The same, with the message made only when it is needed.
    fn with_context(self, kind: Kind, message: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: std::error::Error + 'static> Context<T> for std::result::Result<T, E> {
    fn context(self, kind: Kind, message: impl Into<String>) -> Result<T> {
        self.map_err(|error| Failure::new(kind, message).caused_by(&error))
    }

    fn with_context(self, kind: Kind, message: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| Failure::new(kind, message()).caused_by(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_distinct_and_ordered() {
        let codes: Vec<u8> = Kind::ALL.iter().map(|kind| kind.exit_code()).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
    }

    #[test]
    fn a_full_disk_is_a_fault_of_the_machine_and_told_once() {
        let error = std::io::Error::from_raw_os_error(28);
        let failure =
            Failure::new(Kind::Cluster, "write").caused_by(&error).because("no space left on device");
        assert_eq!((failure.kind, failure.hints.len(), failure.causes.len()), (Kind::Tool, 1, 2));
    }

    #[test]
    fn the_json_form_has_the_exit_code() {
        assert_eq!(Failure::new(Kind::Phase, "x").to_json()["exit_code"], 40);
    }

    #[test]
    fn location_counts_characters_not_bytes() {
        let place = Location::at_offset("envs/local.toml", "é = 1\nname = é x", 16);
        assert_eq!(place.to_string(), "envs/local.toml:2:9");
    }

    #[test]
    fn causes_follow_the_source_chain() {
        let error = std::io::Error::other("disk full");
        let failure = Failure::new(Kind::Tool, "write the lock").caused_by(&error);
        assert_eq!(failure.causes, ["disk full"]);
    }
}

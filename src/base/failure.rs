//! The one error type that users see: message, location, causes, hints and the kind that determines the exit
//! code.

use std::{fmt, path::PathBuf};

/// The kind of a failure; determines the exit code (see the table in the README).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A bug in seasense itself.
    Internal,
    /// The command line is invalid.
    Usage,
    /// An environment file or another settings file is invalid.
    Environment,
    /// A tool or a daemon is missing, too old, or failed.
    Tool,
    /// The cluster could not be created, reached or removed.
    Cluster,
    /// A Flux phase did not become ready.
    Phase,
    /// A workload is not healthy, or an acceptance check failed.
    Workload,
    /// A promotion was rejected.
    Promotion,
    /// The cluster differs from what it should run.
    Drift,
    /// The command of `ci` failed in a healthy environment.
    Command,
    /// A time limit passed.
    TimedOut,
    /// The user pressed Ctrl-C, or the process received a signal to end.
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

/// A location in a file; line and column start at 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The path of the file, as shown to users.
    pub file: PathBuf,
    /// Line and column, if they are known.
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

/// How the kernel and programs report a full disk.
const FULL_DISK: [&str; 2] = ["no space left on device", "disk quota exceeded"];
const FREE_SPACE: &str = "free some disk space, then run this again; no file is half-written";

/// A failure that is reported to the user.
///
/// Messages are lowercase fragments without a final period, suitable after "error: ".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Determines the exit code.
    pub kind: Kind,
    /// What happened.
    pub message: String,
    /// The location in a file, if a file is the cause.
    pub location: Option<Location>,
    /// The causes, outermost first.
    pub causes: Vec<String>,
    /// The next steps; each is a complete instruction.
    pub hints: Vec<String>,
}

/// The result type of this library.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// A failure of `kind` with a message.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), location: None, causes: Vec::new(), hints: Vec::new() }
    }

    /// Adds the location in a file.
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

    /// Adds a cause. A full disk has the kind `Tool` and its own hint in every context.
    fn add_cause(&mut self, cause: String) {
        let full = FULL_DISK.iter().any(|words| cause.to_ascii_lowercase().contains(words));
        if full && !self.hints.iter().any(|hint| hint == FREE_SPACE) {
            self.kind = Kind::Tool;
            self.hints.push(FREE_SPACE.to_owned());
        }
        self.causes.push(cause);
    }

    /// The message and the causes, joined by colons.
    pub fn with_causes(&self) -> String {
        let parts: Vec<&str> =
            std::iter::once(&self.message).chain(&self.causes).map(String::as_str).collect();
        parts.join(": ")
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

    /// Adds a next step.
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

/// Converts a foreign error into a [`Failure`] with a message.
pub trait Context<T> {
    /// Wraps the error as the cause of a failure of `kind` with `message`.
    fn context(self, kind: Kind, message: impl Into<String>) -> Result<T>;
    /// Like [`Context::context`], with a lazily created message.
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
    fn full_disk_is_a_tool_failure_with_one_hint() {
        let error = std::io::Error::from_raw_os_error(28);
        let failure =
            Failure::new(Kind::Cluster, "write").caused_by(&error).because("no space left on device");
        assert_eq!(failure.kind, Kind::Tool);
        assert_eq!(failure.hints.len(), 1);
        assert_eq!(failure.causes.len(), 2);
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

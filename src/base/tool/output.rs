//! The output of a child process, or the error with which it ended.

use std::{fmt, time::Duration};

use crate::base::failure::{Failure, Kind};

/// The output of a child process that exited with code 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    /// Its standard output; invalid UTF-8 is replaced.
    pub stdout: String,
    /// Its standard error; invalid UTF-8 is replaced.
    pub stderr: String,
}

/// All other endings of a child process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolError {
    /// The program is not on `PATH`.
    Missing {
        /// The program's name.
        program: String,
    },
    /// The child could not be started, written to or read from.
    Io {
        /// The program's name.
        program: String,
        /// The error of the operating system.
        message: String,
    },
    /// The child exited with another code than 0.
    Exited {
        /// The command line; it never contains secrets.
        command: String,
        /// Its exit code.
        code: i32,
        /// The last lines of its output.
        tail: String,
    },
    /// A signal ended the child.
    Signalled {
        /// The command line.
        command: String,
        /// The signal's number.
        signal: i32,
    },
    /// The child exceeded its time limit and was killed.
    TimedOut {
        /// The command line.
        command: String,
        /// Its limit.
        limit: Duration,
        /// The last lines of its output.
        tail: String,
    },
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { program } => write!(f, "`{program}` is not on PATH"),
            Self::Io { program, message } => write!(f, "`{program}` could not be run: {message}"),
            Self::Exited { command, code, .. } => write!(f, "`{command}` exited with code {code}"),
            Self::Signalled { command, signal } => write!(f, "`{command}` was ended by signal {signal}"),
            Self::TimedOut { command, limit, .. } => {
                write!(f, "`{command}` was killed after {} s", limit.as_secs())
            }
        }
    }
}

impl std::error::Error for ToolError {}

impl ToolError {
    /// The last lines of the child's output, if there are any.
    pub fn tail(&self) -> Option<&str> {
        match self {
            Self::Exited { tail, .. } | Self::TimedOut { tail, .. } if !tail.is_empty() => Some(tail),
            _ => None,
        }
    }

    /// Converts to a failure with `message`; the kind is `kind` unless the tool is missing or timed out.
    pub fn into_failure(self, kind: Kind, message: impl Into<String>) -> Failure {
        let kind = match self {
            Self::Missing { .. } => Kind::Tool,
            Self::TimedOut { .. } => Kind::TimedOut,
            _ => kind,
        };
        let failure = Failure::new(kind, message).because(self.to_string());
        match self.tail() {
            Some(tail) => failure.because(tail.to_owned()),
            None => failure,
        }
    }
}

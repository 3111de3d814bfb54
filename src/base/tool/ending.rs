//! How a child process ended, and what that means for the person.

use std::{fmt, time::Duration};

use crate::base::failure::{Failure, Kind};

/// What a child that ended well has written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    /// Its standard output, lossily decoded.
    pub stdout: String,
    /// Its standard error, lossily decoded.
    pub stderr: String,
}

/// Every other way a child process can end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolError {
    /// The program is not on `PATH`.
    Missing {
        /// Its name.
        program: String,
    },
    /// It could not be started, fed or read.
    Io {
        /// Its name.
        program: String,
        /// What the system said.
        message: String,
    },
    /// It exited with another code than 0.
    Exited {
        /// The command line, without secrets (those never stand on it).
        command: String,
        /// Its exit code.
        code: i32,
        /// The last lines it wrote.
        tail: String,
    },
    /// A signal ended it.
    Signalled {
        /// The command line.
        command: String,
        /// The signal's number.
        signal: i32,
    },
    /// It ran longer than it may, and was killed.
    TimedOut {
        /// The command line.
        command: String,
        /// Its limit.
        limit: Duration,
        /// The last lines it wrote.
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
                write!(f, "`{command}` was still running after {} s and was ended", limit.as_secs())
            }
        }
    }
}

impl std::error::Error for ToolError {}

impl ToolError {
    /// The last lines the child wrote, if it wrote any.
    pub fn tail(&self) -> Option<&str> {
        match self {
            Self::Exited { tail, .. } | Self::TimedOut { tail, .. } if !tail.is_empty() => Some(tail),
            _ => None,
        }
    }

    /// A failure with `message` in front; `kind` unless the tool itself is missing or timed out.
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

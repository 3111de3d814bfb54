//! Collects the files of a bundle, and records what is missing; shared by concurrent tasks.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;

use crate::base::failure::Result;

/// The content of a file before redaction.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// Lines of text.
    Text(String),
    /// Data whose texts are redacted before it is written as JSON.
    Data(Value),
}

/// A part that could not be collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Missing {
    pub part: String,
    pub reason: String,
}

/// The files by their paths in the bundle, and the missing parts.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub files: Vec<(String, Content)>,
    pub missing: Vec<Missing>,
}

/// Adds files and missing parts.
#[derive(Default)]
pub(super) struct Collector(Mutex<Collected>);

impl Collector {
    /// Adds a text file.
    pub(super) fn text(&self, path: impl Into<String>, text: impl Into<String>) {
        self.with(|collected| collected.files.push((path.into(), Content::Text(text.into()))));
    }

    /// Adds a JSON file.
    pub(super) fn data(&self, path: impl Into<String>, value: Value) {
        self.with(|collected| collected.files.push((path.into(), Content::Data(value))));
    }

    /// Adds a JSON file with the serialized `value`.
    pub(super) fn serialized(&self, path: &str, value: &impl Serialize) {
        match serde_json::to_value(value) {
            Ok(value) => self.data(path, value),
            Err(error) => self.missing(path, error.to_string()),
        }
    }

    /// Records that `part` is missing.
    pub(super) fn missing(&self, part: impl Into<String>, reason: impl Into<String>) {
        let missing = Missing { part: part.into(), reason: reason.into() };
        self.with(|collected| collected.missing.push(missing));
    }

    /// Returns the value; if it is an error, records that `part` is missing.
    pub(super) fn ok<T>(&self, part: &str, value: Result<T>) -> Option<T> {
        value.map_err(|failure| self.missing(part, failure.with_causes())).ok()
    }

    /// Returns everything collected.
    pub(super) fn into_inner(self) -> Collected {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn with(&self, change: impl FnOnce(&mut Collected)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

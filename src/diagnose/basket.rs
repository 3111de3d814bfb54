//! What was collected so far, and what could not be; filled by several parts at once.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;

/// A file of the bundle before it is cleaned.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// Lines of text.
    Text(String),
    /// Data, cleaned text by text and then written as JSON.
    Data(Value),
}

/// Something that was wanted and could not be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Missing {
    pub part: String,
    pub reason: String,
}

/// Files by their paths in the bundle, and what is missing.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub files: Vec<(String, Content)>,
    pub missing: Vec<Missing>,
}

#[derive(Default)]
pub(super) struct Basket(Mutex<Gathered>);

impl Basket {
    pub(super) fn text(&self, path: impl Into<String>, text: impl Into<String>) {
        self.with(|gathered| gathered.files.push((path.into(), Content::Text(text.into()))));
    }

    pub(super) fn data(&self, path: impl Into<String>, value: Value) {
        self.with(|gathered| gathered.files.push((path.into(), Content::Data(value))));
    }

    /// Data of any shape that serde knows.
    pub(super) fn serialized(&self, path: &str, value: &impl Serialize) {
        match serde_json::to_value(value) {
            Ok(value) => self.data(path, value),
            Err(error) => self.missing(path, error.to_string()),
        }
    }

    pub(super) fn missing(&self, part: impl Into<String>, reason: impl Into<String>) {
        let missing = Missing { part: part.into(), reason: reason.into() };
        self.with(|gathered| gathered.missing.push(missing));
    }

    /// The value, or a note that `part` is missing.
    pub(super) fn taken<T>(&self, part: &str, value: crate::base::failure::Result<T>) -> Option<T> {
        value.map_err(|failure| self.missing(part, failure.with_causes())).ok()
    }

    pub(super) fn into_inner(self) -> Gathered {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn with(&self, change: impl FnOnce(&mut Gathered)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

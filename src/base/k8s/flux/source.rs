//! Reads the sources of Flux.

use serde_json::Value;

use super::{
    super::object::{self, condition, text},
    is_current,
};

/// The state of a source: of the artifact, or of one of its components.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Whether its `Ready` condition is true for the current generation.
    pub ready: bool,
    /// The fetched revision.
    pub revision: String,
    /// The reason why it is not ready.
    pub reason: String,
    /// The message why it is not ready.
    pub message: String,
}

impl Source {
    /// Reads an `OCIRepository`.
    pub fn read(object: &Value) -> Self {
        let ready = condition(object, "Ready");
        Self {
            name: object::name(object).to_owned(),
            ready: ready.as_ref().is_some_and(|found| found.is_true() && is_current(object)),
            revision: text(object, "/status/artifact/revision").unwrap_or_default().to_owned(),
            reason: ready.as_ref().map(|found| found.reason.to_owned()).unwrap_or_default(),
            message: ready.as_ref().map(|found| found.message.to_owned()).unwrap_or_default(),
        }
    }
}

//! Reads the sources of Flux.

use serde_json::Value;

use super::{
    super::object::{self, condition},
    is_current, revision,
};
use crate::base::digest::Digest;

/// The state of a source: of the artifact, or of one of its components.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Whether its `Ready` condition is true for the current generation.
    pub ready: bool,
    /// The fetched digest.
    pub revision: Option<Digest>,
    /// The reason why it is not ready.
    pub reason: String,
    /// The message why it is not ready.
    pub message: String,
}

impl Source {
    /// Whether the last attempt to fetch it failed.
    pub fn fails(&self) -> bool {
        !self.ready && self.reason.ends_with("Failed")
    }

    /// Reads an `OCIRepository`.
    pub fn read(object: &Value) -> Self {
        let ready = condition(object, "Ready");
        Self {
            name: object::name(object).to_owned(),
            ready: ready.as_ref().is_some_and(|found| found.is_true() && is_current(object)),
            revision: revision(object, "/status/artifact/revision"),
            reason: ready.as_ref().map(|found| found.reason.to_owned()).unwrap_or_default(),
            message: ready.as_ref().map(|found| found.message.to_owned()).unwrap_or_default(),
        }
    }
}

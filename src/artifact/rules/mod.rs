//! The rules for the objects that Flux builds from the tree, as functions from an object to its violations. Pure.

mod images;
mod objects;
mod phases;
mod pods;
mod references;
mod secrets;
mod templates;
mod whole;

use serde_json::Value;

pub(super) use images::{images, pinned};
pub(super) use phases::{PhaseId, phases};
pub(super) use references::references;
pub(super) use secrets::{Readers, for_environment, recipients};
pub(super) use whole::{default_deny, doubled};

/// A violation of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub message: String,
    /// Where it is in the object.
    pub near: Option<Near>,
    /// The next step.
    pub hint: Option<String>,
}

/// A place in an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Near {
    /// A text in a key or a value.
    Text(String),
    /// The path of a field, for example `spec.containers[0].image`.
    Field(String),
}

/// The name of a rule and the function that finds violations in an object.
pub type Rule = (&'static str, fn(&Value) -> Vec<Finding>);

/// The rules for each object of the tree. Upstream's objects have their own defaults.
pub const RULES: [Rule; 10] = [
    ("namespace-restricted", objects::namespace_restricted),
    ("pod-restricted", pods::pod_restricted),
    ("pod-minimal", pods::pod_minimal),
    ("secret-mounted", pods::secret_mounted),
    ("rbac-no-wildcards", objects::rbac_no_wildcards),
    ("secret-encrypted", secrets::secret_encrypted),
    ("data-retained", objects::data_retained),
    ("service-internal", objects::service_internal),
    ("phase-bounded", objects::phase_bounded),
    ("budget-selects", objects::budget_selects),
];

/// A violation with this message.
fn finding(message: impl Into<String>) -> Finding {
    Finding { message: message.into(), near: None, hint: None }
}

impl Finding {
    /// Sets the path of the field that violates the rule.
    fn field(mut self, path: impl Into<String>) -> Self {
        self.near = Some(Near::Field(path.into()));
        self
    }

    /// Sets the next step.
    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// Returns a finding unless the condition is true.
fn unless(condition: bool, violation: impl Into<String>) -> Option<Finding> {
    (!condition).then(|| finding(violation))
}

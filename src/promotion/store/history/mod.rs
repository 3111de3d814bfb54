//! `envs/history/<env>.jsonl`: who brought what where, when, and how it was verified. One record a line, signed and chained.

mod chain;
mod record;
mod sign;

pub use chain::{Fault, History, Line};
pub use record::{Action, GateNote, Outcome, Record, VERSION};
pub use sign::{Key, Keys, NAMESPACE, Signature, allowed_file};

use std::path::PathBuf;

/// Where the history of `environment` lies, below the project's root.
pub fn file(environment: &str) -> PathBuf {
    PathBuf::from(format!("envs/history/{environment}.jsonl"))
}

#[cfg(test)]
pub(crate) mod tests {
    pub(crate) use super::chain::tests::a_record;
}

//! `envs/history/<env>.jsonl`: the records of every promotion and rollback, one per line, signed and chained.

mod chain;
mod record;
mod sign;

pub use chain::{Fault, History, Line};
pub use record::{Action, GateRecord, Outcome, Record, Signature, VERSION};
pub use sign::{Key, Keys, NAMESPACE, allowed_file};

use std::path::PathBuf;

use crate::config::EnvName;

/// Returns the history file of `environment`, relative to the project's root.
pub fn file(environment: &EnvName) -> PathBuf {
    PathBuf::from(format!("envs/history/{environment}.jsonl"))
}

#[cfg(test)]
pub(crate) mod tests {
    pub(crate) use super::chain::tests::a_record;
}

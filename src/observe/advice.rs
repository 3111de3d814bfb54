//! The command that mends an environment; it depends on the kind of environment.

use crate::config::Environment;

/// The commands to advise for one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Advice {
    /// Brings the environment up to date, as a complete instruction.
    pub repair: String,
    /// Starts its stopped or paused nodes.
    pub start: String,
}

impl Advice {
    /// The advice for a local environment.
    pub(super) fn local() -> Self {
        Self { repair: "run `seasense dev`".to_owned(), start: "run `seasense resume`".to_owned() }
    }

    /// The advice for `environment`.
    pub(super) fn of(environment: &Environment) -> Self {
        let name = environment.name();
        if let Some(real) = environment.rehearsed() {
            let again = format!("run `seasense promote {real} --rehearse`: it deploys a digest again");
            let start = format!("run `seasense promote {real} --rehearse`: it starts the rehearsal again");
            return Self { repair: again, start };
        }
        if environment.cluster.engine.is_attached() {
            let repair = format!("run `seasense promote {name}` or `seasense rollback {name}`");
            return Self { start: "start its nodes".to_owned(), repair };
        }
        Self::local()
    }
}

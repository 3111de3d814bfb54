//! Refuses a command on an environment that it is not meant for.

use crate::{
    base::failure::{Failure, Kind, Result},
    config::Environment,
};

/// Refuses an attached environment, for a command that creates, stops or removes the cluster.
pub fn require_local(environment: &Environment) -> Result<()> {
    let (name, engine) = (environment.name(), environment.cluster.engine);
    if !engine.is_attached() {
        return Ok(());
    }
    Err(Failure::new(Kind::Usage, format!("`{name}` is not a local environment"))
        .because(format!("its cluster is attached (engine `{}`); this command needs engine `kind`", engine.name()))
        .hint(format!(
            "`seasense promote {name}` promotes a digest to it, `seasense status --env {name}` shows its state"
        )))
}

/// Refuses a rehearsal, for a command that does more than show its state or remove it.
pub fn refuse_rehearsal(environment: &Environment) -> Result<()> {
    let Some(real) = environment.rehearsed() else { return Ok(()) };
    let name = environment.name();
    Err(Failure::new(Kind::Usage, format!("`{name}` is a rehearsal: it can only be inspected and removed"))
        .because("it runs only digests that another environment has verified")
        .hint(format!(
            "`seasense promote {real} --rehearse` promotes a digest to it, `seasense down --env {name}` removes it"
        )))
}

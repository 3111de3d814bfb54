//! Compares the source and the target of a promotion.

use crate::{
    compare::{self, CompareContext},
    config::{EnvName, Environment},
    local::LocalContext,
    promotion::gates::Parity,
};

/// Builds what Flux would apply in both environments and compares it.
///
/// A rehearsal counts as the environment that it rehearses: its own differences from that environment are
/// declared in its definition and covered by tests.
pub async fn compare(
    (context, local): (&CompareContext, &LocalContext),
    source: &Environment,
    target: &Environment,
) -> Parity {
    let (source, target) = (rehearsed(source), rehearsed(target));
    match compare::parity::check(context, &local.events, (&source, &target)).await {
        Ok(found) => Parity { allowed: found.allowed.len(), unexplained: describe(&found) },
        Err(failure) => Parity {
            allowed: 0,
            unexplained: vec![format!("cannot compare {source} with {target}: {}", failure.message)],
        },
    }
}

/// Returns the name of the environment that `environment` rehearses, else its own name.
fn rehearsed(environment: &Environment) -> EnvName {
    environment.rehearsed().unwrap_or_else(|| environment.name().clone())
}

fn describe(found: &compare::parity::Parity) -> Vec<String> {
    found.unexplained.iter().map(|one| format!("{}: {}", one.location, one.description)).collect()
}

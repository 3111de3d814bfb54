//! What the gates `parity` and `budget` ask about: answered by the comparison of environments and by the price table.

use crate::{
    config::{EngineKind, Environment},
    promote::gate::Parity,
};

/// What a comparison of the two environments shows.
#[expect(clippy::unused_async, reason = "a comparison reads files and runs programs")]
pub async fn parity(source: &Environment, target: &Environment) -> Parity {
    let told = format!(
        "{} and {} cannot be compared yet: there is no `seasense parity`",
        source.name(),
        target.name()
    );
    Parity { allowed: 0, unexplained: vec![told] }
}

/// What `environment` costs, in EUR a month; nothing where its cluster is no rented one.
pub fn monthly(environment: &Environment) -> Result<Option<f64>, String> {
    match environment.cluster.engine {
        EngineKind::Kind | EngineKind::Kubeconfig => Ok(None),
        EngineKind::Scaleway => Err("its price is not known: there is no `seasense cost` yet".to_owned()),
    }
}

//! What the gates `parity` and `budget` ask about: answered by the comparison of environments and by the price table.

use crate::{
    base::failure::Result,
    cloud::cost,
    compare::{self, CompareContext},
    config::{EngineKind, Environment, Infrastructure, Prices, Project},
    images,
    local::LocalContext,
    promotion::gates::Parity,
};

/// What a comparison of the two environments shows, all that Flux would apply in them built.
///
/// A rehearsal stands for the environment it rehearses: by what it differs from that one is declared and tested elsewhere.
pub async fn parity(engine: &LocalContext, source: &Environment, target: &Environment) -> Parity {
    let context = CompareContext {
        project: engine.project.clone(),
        dirs: engine.dirs.clone(),
        supply: images::Mode::Auto,
        registry: format!("127.0.0.1:{}", source.ports.registry.get_ref()),
    };
    let real = |environment: &Environment| environment.rehearsed().unwrap_or(environment.name()).to_owned();
    let (source, target) = (real(source), real(target));
    match compare::parity::check(&context, &engine.events, (&source, &target)).await {
        Ok(found) => Parity {
            allowed: found.allowed.len(),
            unexplained: found
                .unexplained
                .iter()
                .map(|one| format!("{}: {}", one.location, one.description))
                .collect(),
        },
        Err(failure) => Parity {
            allowed: 0,
            unexplained: vec![format!("{source} and {target} cannot be compared: {}", failure.message)],
        },
    }
}

/// What `environment` costs, in EUR a month; nothing where its cluster is no rented one.
pub fn monthly(project: &Project, environment: &Environment) -> std::result::Result<Option<f64>, String> {
    match environment.cluster.engine {
        EngineKind::Kind | EngineKind::Kubeconfig => Ok(None),
        EngineKind::Scaleway => {
            priced(project, environment.name()).map(Some).map_err(|failure| failure.message)
        }
    }
}

fn priced(project: &Project, name: &str) -> Result<f64> {
    let (layout, prices) = (Infrastructure::load(project, name)?, Prices::load(project)?);
    cost::monthly(&cost::of_layout(&layout, &prices), &layout, &prices)
}

//! What the gates `parity` and `budget` ask about: answered by the comparison of environments and by the price table.

use crate::{
    config::{EngineKind, Environment, Infrastructure, Prices, Project},
    cost,
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
pub fn monthly(project: &Project, environment: &Environment) -> Result<Option<f64>, String> {
    match environment.cluster.engine {
        EngineKind::Kind | EngineKind::Kubeconfig => Ok(None),
        EngineKind::Scaleway => {
            priced(project, environment.name()).map(Some).map_err(|failure| failure.message)
        }
    }
}

fn priced(project: &Project, name: &str) -> crate::failure::Result<f64> {
    let (layout, prices) = (Infrastructure::load(project, name)?, Prices::load(project)?);
    let items = cost::of_layout(&layout, &prices);
    Ok(cost::bill(&items, &prices, f64::from(prices.hours_per_month))?.eur_per_month)
}

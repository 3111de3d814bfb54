//! Makes, changes and removes what an environment runs on at Scaleway, with OpenTofu.
//!
//! The modules in `infra/scaleway` say what there is; this module runs them, and cares for what OpenTofu does not know: the
//! bucket of its own state, what Kubernetes made by itself, and whatever is left and would be paid for.

mod api;
mod apply;
mod backend;
pub mod cost;
mod destroy;
mod dns;
mod made;
mod plan;
mod programs;
mod redact;
mod scale;
mod summary;
mod sweep;
mod tofu;
mod workspace;

use std::path::PathBuf;

pub use api::Api;
pub use apply::{Applied, Record, apply};
pub use backend::State;
pub use destroy::{DestroyOptions, Destroyed, destroy};
pub use plan::{Planned, plan};
pub use scale::{Pool, Scaled, To, scale};
pub use summary::{Action, Change, Summary, Value as Difference};
pub use sweep::{LeftoverResource, leftover_resources};

use crate::{
    base::event::Events,
    config::{CloudKeys, HostDirs, Infrastructure, Project},
};

/// What the commands of this module work with; cheap to clone.
#[derive(Clone)]
pub struct InfraContext {
    /// The checkout.
    pub project: Project,
    /// The folders outside it.
    pub dirs: HostDirs,
    /// Where work reports to.
    pub events: Events,
    /// What the environment is made of.
    pub wanted: Infrastructure,
    /// The keys to make it with.
    pub credentials: CloudKeys,
    /// Where OpenTofu's state is kept.
    pub state: State,
    /// How many cores a build may use.
    pub cores: usize,
}

impl InfraContext {
    /// The private folder of the environment's state on this machine.
    fn folder(&self) -> PathBuf {
        self.dirs.infra(&self.wanted.environment)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::{Environment, Gateway, Infrastructure, Project};

    #[test]
    fn what_runs_in_an_environment_agrees_with_what_it_runs_on() {
        let project = Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        for name in Infrastructure::names(&project) {
            let below = Infrastructure::load(&project, &name).unwrap();
            let above = Environment::load(&project, &name).unwrap().variables;
            assert_eq!(below.domain, *above.hostname.get_ref(), "{name}: its name");
            let storage = format!("{}Gi", below.database_storage_gb);
            assert_eq!(storage, *above.database_storage.get_ref(), "{name}: its volumes");
            assert_eq!(below.database_instances, u32::from(*above.database_instances.get_ref()), "{name}");
            let registry = format!("rg.{}.scw.cloud/{}", below.region, below.name());
            assert_eq!(registry, *above.registry.get_ref(), "{name}: where its images are");
            assert_eq!(below.load_balancer, above.gateway == Gateway::LoadBalancer, "{name}: its way in");
        }
    }
}

//! Creates, changes and removes the infrastructure of an environment at Scaleway, with OpenTofu.
//!
//! The modules in `infra/scaleway` define it; this module runs them, and handles what OpenTofu does not manage:
//! the bucket of its state, the resources that Kubernetes created, and leftover resources.

mod api;
mod apply;
mod backend;
mod change_plan;
mod cluster_resources;
pub mod cost;
mod destroy;
mod dns;
mod leftovers;
mod programs;
mod redact;
mod scale;
mod summary;
mod tofu;
mod workspace;

use std::path::PathBuf;

pub use api::Api;
pub use apply::{Applied, apply};
pub use backend::State;
pub use change_plan::{ChangePlan, plan};
pub use destroy::{DestroyOptions, Destroyed, destroy};
pub use dns::Record;
pub use leftovers::LeftoverResource;
pub use scale::{Pool, ScaleTarget, Scaled, scale};
pub use summary::{Action, Change, Difference, Summary};

use crate::{
    base::event::Events,
    config::{CloudKeys, HostDirs, Infrastructure, Project},
};

/// The context of all infrastructure commands; cheap to clone.
#[derive(Clone)]
pub struct InfraContext {
    /// The project.
    pub project: Project,
    /// The directories outside the project.
    pub dirs: HostDirs,
    /// The event sink.
    pub events: Events,
    /// The infrastructure of the environment.
    pub infrastructure: Infrastructure,
    /// The API keys.
    pub credentials: CloudKeys,
    /// Where OpenTofu's state is stored.
    pub state: State,
    /// How many processors a build may use.
    pub cores: usize,
}

impl InfraContext {
    /// The private directory of the environment on this machine.
    fn folder(&self) -> PathBuf {
        self.dirs.infra(&self.infrastructure.environment)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::{Environment, Gateway, Infrastructure, Project};

    #[test]
    fn environment_and_infrastructure_files_agree() {
        let project = Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        for name in Infrastructure::names(&project) {
            let infrastructure = Infrastructure::load(&project, &name).unwrap();
            let variables = Environment::load(&project, &name).unwrap().variables;
            assert_eq!(infrastructure.domain, *variables.hostname.get_ref(), "{name}: domain");
            let storage = format!("{}Gi", infrastructure.database_storage_gb);
            assert_eq!(storage, *variables.database_storage.get_ref(), "{name}: volumes");
            assert_eq!(
                infrastructure.database_instances,
                u32::from(*variables.database_instances.get_ref()),
                "{name}"
            );
            let registry = format!("rg.{}.scw.cloud/{}", infrastructure.region, infrastructure.name());
            assert_eq!(registry, *variables.registry.get_ref(), "{name}: registry");
            assert_eq!(
                infrastructure.load_balancer,
                variables.gateway == Gateway::LoadBalancer,
                "{name}: gateway"
            );
        }
    }
}

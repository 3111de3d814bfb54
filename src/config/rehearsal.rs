//! A rehearsal: an attached environment on this machine, in a cluster of its own. Pure.
//!
//! It is called `rehearsal-<name>` and has no file: it is what the environment's file says, but for what a laptop cannot
//! be. Each such difference is a variable of the environment or a matter of this machine, and is named here.

use toml::Spanned;

use super::{ClusterSpec, EngineKind, Environment, Gateway, Issuer, Ports};

/// What the names of rehearsals begin with.
pub(super) const PREFIX: &str = "rehearsal-";

/// The variables in which a rehearsal may differ from what it rehearses, and why it has to.
pub const DIFFERENCES: [(&str, &str); 9] = [
    ("BUOYS", "only probe buoys send readings there"),
    ("ENVIRONMENT", "it opens the worthless secrets of `local`: the real key is on no laptop"),
    ("GATEWAY_SERVICE", "there is no provider who makes load balancers"),
    ("HOSTNAME", "its name is one of this machine"),
    ("HTTPS_PORT", "its port is a free one of this machine"),
    ("ISSUER", "no public authority signs for a name of this machine"),
    ("REGISTRY", "its registry is a container beside it"),
    ("REGISTRY_INSECURE", "which speaks HTTP on the Docker network"),
    ("STORAGE_CLASS", "its volumes are folders of the node"),
];

impl Environment {
    /// Whether it is one.
    pub fn is_rehearsal(&self) -> bool {
        self.rehearsed().is_some()
    }

    /// The environment that it rehearses, where it is a rehearsal.
    pub fn rehearsed(&self) -> Option<&str> {
        self.name().strip_prefix(PREFIX)
    }

    /// The rehearsal of this environment on the machine that `local` describes.
    #[must_use]
    pub fn rehearsal(self, local: &Self) -> Self {
        let name = self.name().to_owned();
        let mut ours = self.opening_secrets_of(local.name());
        *ours.name.get_mut() = format!("{PREFIX}{name}");
        ours.cluster = ClusterSpec { engine: EngineKind::Kind, ..local.cluster.clone() };
        ours.ports = Ports { https: beside(&local.ports.https), registry: local.ports.registry.clone() };
        *ours.fleet.buoys.get_mut() = 0;
        let variables = &mut ours.variables;
        *variables.hostname.get_mut() = format!("{name}.{}", local.variables.hostname.get_ref());
        variables.issuer = Issuer::SelfSigned;
        variables.gateway = Gateway::NodePort;
        variables.storage_class = local.variables.storage_class.clone();
        ours.with_own_registry()
    }

    /// The container of the registry that it has for itself, where it is a rehearsal: what is copied there has really
    /// been copied.
    pub fn registry_container(&self) -> Option<String> {
        self.is_rehearsal().then(|| format!("{}-registry", self.cluster_name()))
    }

    /// Names that registry in the variables.
    pub(super) fn with_own_registry(mut self) -> Self {
        if let Some(container) = self.registry_container() {
            *self.variables.registry.get_mut() = format!("{container}:5000");
        }
        self
    }
}

/// The port after `port`: `engine::claim` looks from there for one that is free.
fn beside(port: &Spanned<u16>) -> Spanned<u16> {
    let mut next = port.clone();
    *next.get_mut() = port.get_ref().saturating_add(1);
    next
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    use super::*;
    use crate::config::Project;

    fn load(name: &str) -> Environment {
        let project = Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        Environment::load(&project, name).unwrap()
    }

    #[test]
    fn a_rehearsal_differs_in_declared_variables_only() {
        let declared: BTreeSet<&str> = DIFFERENCES.iter().map(|(name, _)| *name).collect();
        assert!(DIFFERENCES.iter().all(|(_, why)| !why.is_empty()));
        for name in ["staging", "production"] {
            let (real, rehearsed) = (load(name), load(&format!("rehearsal-{name}")));
            let (real, rehearsed) = (real.to_variables(), rehearsed.to_variables());
            assert_eq!(real.keys().collect::<Vec<_>>(), rehearsed.keys().collect::<Vec<_>>());
            let differs: BTreeSet<&str> =
                real.keys().filter(|key| real[*key] != rehearsed[*key]).map(String::as_str).collect();
            assert!(differs.is_subset(&declared), "{name}: {differs:?}");
            assert_eq!(real["DATABASE_INSTANCES"], rehearsed["DATABASE_INSTANCES"]);
            assert_eq!(real["BACKEND_REPLICAS"], rehearsed["BACKEND_REPLICAS"]);
        }
    }

    #[test]
    fn it_asks_of_a_digest_what_the_real_one_asks() {
        let (real, rehearsed) = (load("staging"), load("rehearsal-staging"));
        assert_eq!(real.promotion, rehearsed.promotion);
        assert_eq!((rehearsed.rehearsed(), real.rehearsed()), (Some("staging"), None));
    }

    #[test]
    fn it_is_an_environment_of_this_machine_with_names_and_secrets_of_this_machine() {
        let rehearsed = load("rehearsal-production");
        assert!(rehearsed.is_rehearsal() && !rehearsed.cluster.engine.is_attached());
        assert_eq!(rehearsed.cluster_name(), "seasense-rehearsal-production");
        assert_eq!(rehearsed.variables.hostname.get_ref(), "production.seasense.localhost");
        assert_eq!((rehearsed.secrets(), rehearsed.https_port()), ("local", 8444));
        assert_eq!(rehearsed.to_variables()["ENVIRONMENT"], "local");
        let other = rehearsed.as_instance("rehearsal-production-ab12", 9000);
        assert_eq!(other.secrets(), "local", "under another name of this machine as well");
        assert_eq!(
            other.registry_container().as_deref(),
            Some("seasense-rehearsal-production-ab12-registry")
        );
        assert_eq!(other.to_variables()["REGISTRY"], "seasense-rehearsal-production-ab12-registry:5000");
    }
}

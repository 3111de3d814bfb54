//! A rehearsal: the environment of an attached cluster, in a kind cluster on this machine. Pure.
//!
//! Its name is `rehearsal-<name>`, and it has no file: it uses the environment's file except for the
//! differences that are listed here, each a variable of the environment or a property of this machine.

use toml::Spanned;

use super::{ClusterSpec, EngineKind, EnvName, Environment, Gateway, Issuer, Ports};

/// The variables in which a rehearsal may differ from its environment, and the reason for each.
pub const DIFFERENCES: [(&str, &str); 9] = [
    ("BUOYS", "only the probe buoys of promotions run there"),
    ("ENVIRONMENT", "it uses the public test secrets of `local`: the real key is not on this machine"),
    ("GATEWAY_SERVICE", "this machine has no provider of load balancers"),
    ("HOSTNAME", "it uses a host name of this machine"),
    ("HTTPS_PORT", "it uses a free port of this machine"),
    ("ISSUER", "no public authority issues certificates for a host name of this machine"),
    ("REGISTRY", "it has its own registry container"),
    ("REGISTRY_INSECURE", "that registry uses HTTP on the Docker network"),
    ("STORAGE_CLASS", "its volumes are directories of the node"),
];

impl Environment {
    /// Whether this environment is a rehearsal.
    pub fn is_rehearsal(&self) -> bool {
        self.rehearsed().is_some()
    }

    /// The environment that it rehearses, if it is a rehearsal.
    pub fn rehearsed(&self) -> Option<EnvName> {
        self.name().rehearsed()
    }

    /// The rehearsal of this environment on the machine that `local` describes.
    #[must_use]
    pub fn rehearsal(self, local: &Self) -> Self {
        let name = self.name().clone();
        let mut ours = self.with_secrets_of(local.name());
        *ours.name.get_mut() = name.rehearsal();
        ours.cluster = ClusterSpec { engine: EngineKind::Kind, ..local.cluster.clone() };
        ours.ports = Ports { https: next(&local.ports.https), registry: local.ports.registry.clone() };
        *ours.fleet.buoys.get_mut() = 0;
        let variables = &mut ours.variables;
        *variables.hostname.get_mut() = format!("{name}.{}", local.variables.hostname.get_ref());
        variables.issuer = Issuer::SelfSigned;
        variables.gateway = Gateway::NodePort;
        variables.storage_class = local.variables.storage_class.clone();
        ours.with_own_registry()
    }

    /// The container of its own registry, if it is a rehearsal. With a separate registry, copying an
    /// artifact to the rehearsal is a real copy.
    pub fn registry_container(&self) -> Option<String> {
        self.is_rehearsal().then(|| format!("{}-registry", self.cluster_name()))
    }

    /// Sets that registry in the variables.
    pub(super) fn with_own_registry(mut self) -> Self {
        if let Some(container) = self.registry_container() {
            *self.variables.registry.get_mut() = format!("{container}:5000");
        }
        self
    }
}

/// The next port; `cluster::claim` searches for a free one from there.
fn next(port: &Spanned<u16>) -> Spanned<u16> {
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
        Environment::named(&project, name).unwrap()
    }

    #[test]
    fn rehearsal_differs_in_declared_variables_only() {
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
    fn rehearsal_has_the_promotion_conditions_of_its_environment() {
        let (real, rehearsed) = (load("staging"), load("rehearsal-staging"));
        assert_eq!(real.promotion, rehearsed.promotion);
        assert_eq!(rehearsed.rehearsed(), Some("staging".into()));
        assert_eq!(real.rehearsed(), None);
    }

    #[test]
    fn rehearsal_uses_names_ports_and_secrets_of_this_machine() {
        let rehearsed = load("rehearsal-production");
        assert!(rehearsed.is_rehearsal() && !rehearsed.cluster.engine.is_attached());
        assert_eq!(rehearsed.cluster_name(), "seasense-rehearsal-production");
        assert_eq!(rehearsed.variables.hostname.get_ref(), "production.seasense.localhost");
        assert_eq!(rehearsed.secrets(), "local");
        assert_eq!(rehearsed.https_port(), 8444);
        assert_eq!(rehearsed.to_variables()["ENVIRONMENT"], "local");
        let other = rehearsed.as_instance("rehearsal-production-ab12", 9000);
        assert_eq!(other.secrets(), "local", "the same under another instance name");
        assert_eq!(
            other.registry_container().as_deref(),
            Some("seasense-rehearsal-production-ab12-registry")
        );
        assert_eq!(other.to_variables()["REGISTRY"], "seasense-rehearsal-production-ab12-registry:5000");
    }
}

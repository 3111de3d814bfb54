//! The settings that cannot change in a running cluster; pure.

use super::Environment;

impl Environment {
    /// The keys that differ between `self` and `running` although a cluster keeps them from its creation.
    pub fn fixed_differences(&self, running: &Self) -> Vec<&'static str> {
        let differs = [
            ("cluster.nodes", self.cluster.nodes.get_ref() != running.cluster.nodes.get_ref()),
            ("ports.https", self.ports.https.get_ref() != running.ports.https.get_ref()),
            ("ports.registry", self.ports.registry.get_ref() != running.ports.registry.get_ref()),
            ("variables.registry", self.variables.registry.get_ref() != running.variables.registry.get_ref()),
            (
                "variables.database-storage",
                self.variables.database_storage.get_ref() != running.variables.database_storage.get_ref(),
            ),
            (
                "variables.storage-class",
                self.variables.storage_class.get_ref() != running.variables.storage_class.get_ref(),
            ),
        ];
        differs.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Project;

    fn with(edits: &[(&str, &str)]) -> Environment {
        let folder = tempfile::tempdir().unwrap();
        for inside in ["envs", "gitops"] {
            std::fs::create_dir(folder.path().join(inside)).unwrap();
        }
        let local = Path::new(env!("CARGO_MANIFEST_DIR")).join("envs/local.toml");
        let mut text = std::fs::read_to_string(local).unwrap();
        for (from, to) in edits {
            assert!(text.contains(from), "{from}");
            text = text.replacen(from, to, 1);
        }
        std::fs::write(folder.path().join("envs/local.toml"), text).unwrap();
        Environment::named(&Project::find(folder.path()).unwrap(), "local").unwrap()
    }

    #[test]
    fn only_the_shape_of_the_cluster_is_fixed() {
        let running = with(&[]);
        assert_eq!(with(&[]).fixed_differences(&running), [""; 0]);
        let live = [("buoys = 12", "buoys = 3"), ("backend-replicas = 1", "backend-replicas = 2")];
        assert_eq!(with(&live).fixed_differences(&running), [""; 0]);
        let fixed = [("nodes = 1", "nodes = 3"), ("https = 8443", "https = 9443"), ("\"2Gi\"", "\"3Gi\"")];
        assert_eq!(
            with(&fixed).fixed_differences(&running),
            ["cluster.nodes", "ports.https", "variables.database-storage"]
        );
    }
}

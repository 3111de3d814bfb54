//! The objects of a Kustomization's inventory.

use serde_json::Value;

use super::super::object::{self, text};

/// One object that a Kustomization applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its namespace; empty for objects without one.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Group and version.
    pub api_version: String,
}

impl Entry {
    /// Reads an entry of `healthChecks`.
    pub(super) fn read_check(check: &Value) -> Option<Self> {
        let field = |pointer: &str| text(check, pointer).map(str::to_owned);
        Some(Self {
            namespace: field("/namespace").unwrap_or_default(),
            name: field("/name")?,
            kind: field("/kind")?,
            api_version: field("/apiVersion")?,
        })
    }

    /// Reads an inventory entry: `<namespace>_<name>_<group>_<kind>`; a colon in a name is encoded as `__`.
    pub(super) fn read(entry: &Value) -> Option<Self> {
        let id = text(entry, "/id")?;
        let (namespace, rest) = id.split_once('_')?;
        let (rest, kind) = rest.rsplit_once('_')?;
        let (name, group) = rest.rsplit_once('_')?;
        let version = text(entry, "/v")?;
        let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
        Some(Self {
            namespace: namespace.to_owned(),
            name: name.replace("__", ":"),
            kind: kind.to_owned(),
            api_version,
        })
    }

    /// `Kind namespace/name`.
    pub fn title(&self) -> String {
        object::title(&self.kind, &self.namespace, &self.name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn inventory_entry_identifies_its_object() {
        let read = |id: &str, v: &str| Entry::read(&json!({"id": id, "v": v})).unwrap();
        let entry = read("seasense_seasense-db_postgresql.cnpg.io_Cluster", "v1");
        assert_eq!(entry.title(), "Cluster seasense/seasense-db");
        assert_eq!(entry.api_version, "postgresql.cnpg.io/v1");
        let role = read("_system__controller__x_rbac.authorization.k8s.io_ClusterRole", "v1");
        assert_eq!(role.title(), "ClusterRole system:controller:x");
        let namespace = read("_seasense__Namespace", "v1");
        assert_eq!(namespace.name, "seasense");
        assert_eq!(namespace.api_version, "v1");
    }
}

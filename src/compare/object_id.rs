//! The identity of a Kubernetes object: the key by which the objects of two sides are matched.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// An object's kind, namespace, name and API group. Another API version of the same object is a change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ObjectId {
    /// For example `Deployment`.
    pub kind: String,
    /// The namespace; empty if it has none.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The API group of its kind, for example `apps`; empty for the core group.
    pub group: String,
}

impl ObjectId {
    /// Returns the identity of `object`.
    pub fn of(object: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let version = object["apiVersion"].as_str().unwrap_or_default();
        Self {
            kind: text(&object["kind"]),
            namespace: text(&object["metadata"]["namespace"]),
            name: text(&object["metadata"]["name"]),
            group: version.rsplit_once('/').map_or("", |(group, _)| group).to_owned(),
        }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.namespace.is_empty() { "" } else { "/" };
        write!(f, "{} {}{separator}{}", self.kind, self.namespace, self.name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_api_version_is_not_part_of_the_identity() {
        let object = |version: &str| {
            ObjectId::of(
                &json!({"apiVersion": version, "kind": "Job", "metadata": {"name": "n", "namespace": "s"}}),
            )
        };
        assert_eq!(object("batch/v1"), object("batch/v1beta1"));
        assert_eq!(object("batch/v1").to_string(), "Job s/n");
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}});
        assert_eq!(ObjectId::of(&namespace).to_string(), "Namespace n");
    }
}

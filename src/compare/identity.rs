//! What an object of a cluster is called: the key by which two sides' objects are compared.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// An object's kind and name. Its version is no part of it: a newer version of the same object is a change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Id {
    /// For example `Deployment`.
    pub kind: String,
    /// Its namespace; empty where it has none.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The API group of its kind, for example `apps`; empty for the core.
    pub group: String,
}

impl Id {
    /// What `object` is called.
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

impl fmt::Display for Id {
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
    fn a_version_is_no_part_of_what_an_object_is_called() {
        let object = |version: &str| {
            Id::of(
                &json!({"apiVersion": version, "kind": "Job", "metadata": {"name": "n", "namespace": "s"}}),
            )
        };
        assert_eq!(object("batch/v1"), object("batch/v1beta1"));
        assert_eq!(object("batch/v1").to_string(), "Job s/n");
        assert_eq!(
            Id::of(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}})).to_string(),
            "Namespace n"
        );
    }
}

//! The selectors of patches and replacements, matched as kustomize matches them. Pure.

use regex::Regex;
use serde_json::Value;

use crate::base::yaml::Node;

/// Which objects a patch or a replacement changes. An empty field selects every object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Selector {
    group: String,
    version: String,
    kind: String,
    name: String,
    namespace: String,
    labels: String,
    annotations: String,
}

impl Selector {
    pub(super) fn of(node: &Node) -> Self {
        let text = |name: &str| node.get(name).and_then(Node::text).unwrap_or_default().to_owned();
        Self {
            group: text("group"),
            version: text("version"),
            kind: text("kind"),
            name: text("name"),
            namespace: text("namespace"),
            labels: text("labelSelector"),
            annotations: text("annotationSelector"),
        }
    }

    /// Whether an object with these names, now or before it was renamed, is selected. `None`: unknown, which matches.
    pub(super) fn matches(&self, object: &Value, names: &[&str], namespace: Option<&str>) -> bool {
        let version = object["apiVersion"].as_str();
        let (group, version) = match version.map(|text| text.split_once('/').unwrap_or(("", text))) {
            Some((group, version)) => (Some(group), Some(version)),
            None => (None, None),
        };
        let plain =
            |wanted: &str, own: Option<&str>| wanted.is_empty() || own.is_none_or(|own| own == wanted);
        plain(&self.group, group)
            && plain(&self.version, version)
            && plain(&self.kind, object["kind"].as_str())
            && names.iter().any(|name| is_match(&self.name, name))
            && namespace.is_none_or(|namespace| is_match(&self.namespace, namespace))
            && has_all(&self.labels, &object["metadata"]["labels"])
            && has_all(&self.annotations, &object["metadata"]["annotations"])
    }

    /// Whether an object of which only kind and name are known may be selected.
    pub(super) fn may_match(&self, kind: &str, name: &str) -> bool {
        (self.kind.is_empty() || self.kind == kind) && is_match(&self.name, name)
    }

    /// The selector for messages.
    pub(super) fn describe(&self) -> String {
        let fields = [
            ("group", &self.group),
            ("version", &self.version),
            ("kind", &self.kind),
            ("name", &self.name),
            ("namespace", &self.namespace),
            ("labelSelector", &self.labels),
            ("annotationSelector", &self.annotations),
        ];
        let set = fields.iter().filter(|(_, value)| !value.is_empty());
        let set: Vec<String> = set.map(|(name, value)| format!("{name} `{value}`")).collect();
        set.join(", ")
    }
}

/// Kustomize anchors the expressions. One that is invalid is its error.
fn is_match(expression: &str, text: &str) -> bool {
    expression.is_empty() || Regex::new(&format!("^(?:{expression})$")).map_or(true, |own| own.is_match(text))
}

/// Whether the values satisfy a selector. Only equality is judged; other requirements count as satisfied.
fn has_all(selector: &str, values: &Value) -> bool {
    selector.split(',').map(str::trim).filter(|part| !part.is_empty()).all(|part| {
        let is_plain = !part.contains(['!', '(', ')', ' ', '<', '>']);
        match part.split_once('=') {
            _ if !is_plain => true,
            Some((name, value)) => values[name] == value.trim_start_matches('='),
            None => values.get(part).is_some(),
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::yaml::nodes;

    fn matches(selector: &str) -> bool {
        let object = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "x-backend", "namespace": "seasense", "labels": {"app": "b"}},
        });
        Selector::of(&nodes(selector)[0]).matches(&object, &["x-backend", "backend"], Some("seasense"))
    }

    #[test]
    fn objects_are_selected_as_in_kustomize() {
        for selector in [
            "{kind: Deployment}",
            "{name: backend}",
            "{name: 'back.*|front.*', group: apps, version: v1}",
            "{labelSelector: 'app=b'}",
            "{labelSelector: 'app in (b)', namespace: seasense}",
        ] {
            assert!(matches(selector), "{selector}");
        }
        for selector in [
            "{kind: StatefulSet}",
            "{name: back}",
            "{group: batch}",
            "{labelSelector: 'app=c'}",
            "{annotationSelector: x}",
            "{namespace: other}",
        ] {
            assert!(!matches(selector), "{selector}");
        }
    }
}

//! Renders the Flux tree: each Kustomization with its conditions and the objects it has applied. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::base::k8s::{
    flux::Kustomization,
    object::{self, list},
};

/// Renders the tree, starting with the Kustomizations that no other one applies.
pub(super) fn text(objects: &[Value]) -> String {
    let found: BTreeMap<String, (Kustomization, &Value)> = objects
        .iter()
        .map(|object| (object::name(object).to_owned(), (Kustomization::read(object), object)))
        .collect();
    let applied: BTreeSet<&str> = found
        .iter()
        .flat_map(|(name, (owner, _))| children(owner).filter(move |child| child != name))
        .collect();
    let mut text = String::new();
    let mut rendered = BTreeSet::new();
    for name in found.keys().filter(|name| !applied.contains(name.as_str())) {
        render(name, &found, 0, &mut rendered, &mut text);
    }
    text
}

fn children(owner: &Kustomization) -> impl Iterator<Item = &str> {
    let kustomizations = owner.objects.iter().filter(|entry| entry.kind == "Kustomization");
    kustomizations.map(|entry| entry.name.as_str())
}

fn render<'a>(
    name: &'a str,
    found: &'a BTreeMap<String, (Kustomization, &Value)>,
    depth: usize,
    rendered: &mut BTreeSet<&'a str>,
    text: &mut String,
) {
    let Some((kustomization, object)) = found.get(name).filter(|_| rendered.insert(name)) else { return };
    let indent = "  ".repeat(depth);
    let revision = object::text(object, "/status/lastAppliedRevision").unwrap_or_default();
    let revision = revision.rsplit('@').next().unwrap_or_default();
    let after = if kustomization.depends_on.is_empty() {
        String::new()
    } else {
        format!("  after {}", kustomization.depends_on.join(", "))
    };
    *text += &format!("{indent}Kustomization {name}  {revision}{after}\n");
    for condition in list(object, "/status/conditions") {
        let field = |pointer: &str| object::text(condition, pointer).unwrap_or_default();
        let message = field("/message").trim().replace('\n', " ");
        *text +=
            &format!("{indent}  [{}={} {}] {message}\n", field("/type"), field("/status"), field("/reason"));
    }
    for entry in kustomization.objects.iter().filter(|entry| entry.kind != "Kustomization") {
        *text += &format!("{indent}  {}\n", entry.title());
    }
    for child in children(kustomization) {
        render(child, found, depth + 1, rendered, text);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn applied_objects_are_indented_below_their_kustomization() {
        let object = |name: &str, ready: &str, entries: &[&str]| {
            let entries: Vec<Value> = entries.iter().map(|id| json!({"id": id, "v": "v1"})).collect();
            json!({"metadata": {"name": name}, "spec": {"dependsOn": [{"name": "x"}]},
                "status": {"lastAppliedRevision": "latest@sha256:aa", "inventory": {"entries": entries},
                    "conditions": [{"type": "Ready", "status": ready, "reason": "R", "message": "two\nlines"}]}})
        };
        let flux = "kustomize.toolkit.fluxcd.io_Kustomization";
        let text = text(&[
            object("apps", "False", &["seasense_backend_apps_Deployment"]),
            object(
                "platform",
                "True",
                &[&format!("flux-system_apps_{flux}"), &format!("flux-system_platform_{flux}")],
            ),
        ]);
        insta::assert_snapshot!(text, @r"
        Kustomization platform  sha256:aa  after x
          [Ready=True R] two lines
          Kustomization apps  sha256:aa  after x
            [Ready=False R] two lines
            Deployment seasense/backend
        ");
    }
}

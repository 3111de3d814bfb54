//! The Flux tree as text: each Kustomization with its conditions, and below it what it has applied. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::base::k8s::{
    flux::Kustomization,
    object::{self, list},
};

/// The tree, root first; what no other one applies stands at the left.
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
    let mut told = BTreeSet::new();
    for name in found.keys().filter(|name| !applied.contains(name.as_str())) {
        tell(name, &found, 0, &mut told, &mut text);
    }
    text
}

fn children(owner: &Kustomization) -> impl Iterator<Item = &str> {
    let kustomizations = owner.objects.iter().filter(|entry| entry.kind == "Kustomization");
    kustomizations.map(|entry| entry.name.as_str())
}

fn tell<'a>(
    name: &'a str,
    found: &'a BTreeMap<String, (Kustomization, &Value)>,
    depth: usize,
    told: &mut BTreeSet<&'a str>,
    text: &mut String,
) {
    let Some((own, object)) = found.get(name).filter(|_| told.insert(name)) else { return };
    let indent = "  ".repeat(depth);
    let revision = own.applied.rsplit('@').next().unwrap_or_default();
    let after = if own.depends_on.is_empty() {
        String::new()
    } else {
        format!("  after {}", own.depends_on.join(", "))
    };
    *text += &format!("{indent}Kustomization {name}  {revision}{after}\n");
    for condition in list(object, "/status/conditions") {
        let field = |pointer: &str| object::text(condition, pointer).unwrap_or_default();
        let message = field("/message").trim().replace('\n', " ");
        *text +=
            &format!("{indent}  [{}={} {}] {message}\n", field("/type"), field("/status"), field("/reason"));
    }
    for entry in own.objects.iter().filter(|entry| entry.kind != "Kustomization") {
        *text += &format!("{indent}  {}\n", entry.title());
    }
    for child in children(own) {
        tell(child, found, depth + 1, told, text);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_one_has_applied_stands_below_it() {
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

//! Rules for all objects of the platform together. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Finding, finding};

/// Returns each object that two phases apply: each would overwrite the other's.
pub(in crate::artifact) fn doubled<'a>(phases: &BTreeMap<String, &'a [Value]>) -> Vec<(&'a Value, Finding)> {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for (phase, objects) in phases {
        for object in *objects {
            let group = object["apiVersion"].as_str().and_then(|version| version.rsplit_once('/'));
            let metadata = &object["metadata"];
            let group = group.map_or("", |(group, _)| group);
            let id = json!([group, object["kind"], metadata["namespace"], metadata["name"]]).to_string();
            match owners.get(&id) {
                Some(owner) if *owner != phase => {
                    let message = format!("the phases `{owner}` and `{phase}` both apply it");
                    found.push((object, finding(message).hint("keep it in one of them")));
                }
                _ => {
                    owners.insert(id, phase);
                }
            }
        }
    }
    found
}

/// Returns each namespace without a policy that denies all traffic by default.
pub(in crate::artifact) fn default_deny<'a>(objects: &[&'a Value]) -> Vec<(&'a Value, Finding)> {
    let denies = |object: &Value| {
        object["kind"] == "NetworkPolicy"
            && object["spec"]["podSelector"] == json!({})
            && object["spec"]["policyTypes"] == json!(["Ingress", "Egress"])
            && object["spec"].get("ingress").is_none()
            && object["spec"].get("egress").is_none()
    };
    let closed: BTreeSet<&str> = objects
        .iter()
        .filter(|object| denies(object))
        .filter_map(|object| object["metadata"]["namespace"].as_str())
        .collect();
    let namespaces = objects.iter().copied().filter(|object| object["kind"] == "Namespace");
    let open = namespaces
        .filter(|object| !object["metadata"]["name"].as_str().is_some_and(|name| closed.contains(name)));
    open.map(|object| {
        let hint = "add a NetworkPolicy with an empty `podSelector`, both `policyTypes`, and no rules";
        (object, finding("no policy denies all traffic of the namespace by default").hint(hint))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_of_two_phases_is_found() {
        let object = |version: &str| json!({"apiVersion": version, "kind": "A", "metadata": {"name": "a"}});
        let (a, b) = ([object("x/v1")], [object("x/v2"), object("v1")]);
        let phases = BTreeMap::from([("a".to_owned(), a.as_slice()), ("b".to_owned(), b.as_slice())]);
        let found = doubled(&phases);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].1.message, "the phases `a` and `b` both apply it");
    }

    #[test]
    fn a_namespace_without_a_default_policy_is_found() {
        let namespace = json!({"kind": "Namespace", "metadata": {"name": "n"}});
        let policy =
            |spec: Value| json!({"kind": "NetworkPolicy", "metadata": {"namespace": "n"}, "spec": spec});
        let both = json!(["Ingress", "Egress"]);
        let denying = policy(json!({"podSelector": {}, "policyTypes": both}));
        assert_eq!(default_deny(&[&namespace, &denying]), []);
        let allowing = policy(json!({"podSelector": {}, "policyTypes": both, "egress": []}));
        assert_eq!(default_deny(&[&namespace, &allowing]).len(), 1);
    }
}

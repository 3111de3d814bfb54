//! Rules for references between the objects of an environment. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Finding, Near, finding, list,
    templates::{PodTemplate, pod_template},
    text,
};
use crate::config::nearest;

/// Namespaces that every cluster has.
const AT_BIRTH: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// What the objects of an environment refer to.
struct Index<'a> {
    namespaces: BTreeSet<&'a str>,
    accounts: BTreeSet<(&'a str, &'a str)>,
    /// The pod templates of each namespace.
    pods: BTreeMap<&'a str, Vec<PodTemplate<'a>>>,
    /// The names of the objects of each kind: its group, the kind and the namespace.
    names: BTreeMap<(&'a str, &'a str, &'a str), Vec<&'a str>>,
}

/// Returns what refers to nothing in `objects`, which are all of an environment, or in `before`, which the cluster
/// contains before. The result has the index of the object.
pub(in crate::artifact) fn references(objects: &[&Value], before: &[Value]) -> Vec<(usize, Finding)> {
    let index = Index::of(objects.iter().copied().chain(before));
    let of = |object: &Value| {
        let found = [
            index.namespace(object),
            index.service_account(object),
            index.target_ports(object),
            index.health_checks(object),
        ];
        found.into_iter().flatten().collect::<Vec<_>>()
    };
    let found = objects.iter().enumerate();
    let found = found.flat_map(|(at, object)| of(object).into_iter().map(move |finding| (at, finding)));
    // One fault of a namespace is in all its objects.
    let mut namespaces = BTreeSet::new();
    let mut is_first = |finding: &Finding| {
        finding.near != Some(Near::Field(NAMESPACE.to_owned())) || namespaces.insert(finding.message.clone())
    };
    found.filter(|(_, finding)| is_first(finding)).collect()
}

impl<'a> Index<'a> {
    fn of(objects: impl Iterator<Item = &'a Value>) -> Self {
        let mut index = Self {
            namespaces: AT_BIRTH.into(),
            accounts: BTreeSet::new(),
            pods: BTreeMap::new(),
            names: BTreeMap::new(),
        };
        for object in objects {
            let (namespace, name) = (text(object, "/metadata/namespace"), text(object, "/metadata/name"));
            match text(object, "/kind") {
                "Namespace" => drop(index.namespaces.insert(name)),
                "ServiceAccount" => drop(index.accounts.insert((namespace, name))),
                _ => index.pods.entry(namespace).or_default().extend(pod_template(object)),
            }
            index.names.entry((group(object), text(object, "/kind"), namespace)).or_default().push(name);
        }
        index
    }

    fn namespace(&self, object: &Value) -> Vec<Finding> {
        let Some(namespace) = object["metadata"]["namespace"].as_str() else { return Vec::new() };
        if self.namespaces.contains(namespace) {
            return Vec::new();
        }
        let found = finding(format!("nothing in the tree defines the namespace `{namespace}`"));
        vec![with_nearest(
            found.field(NAMESPACE),
            namespace,
            self.namespaces.iter().copied(),
            "add a Namespace object",
        )]
    }

    fn service_account(&self, object: &Value) -> Vec<Finding> {
        let namespace = text(object, "/metadata/namespace");
        let Some(pods) = pod_template(object) else { return Vec::new() };
        let name = text(pods.spec, "/serviceAccountName");
        if matches!(name, "" | "default") || self.accounts.contains(&(namespace, name)) {
            return Vec::new();
        }
        let found = finding(format!("the namespace `{namespace}` has no ServiceAccount `{name}`"));
        let known = self.accounts.iter().filter(|(own, _)| *own == namespace).map(|(_, name)| *name);
        let field = format!("{}.serviceAccountName", pods.path);
        vec![with_nearest(found.field(field), name, known, "add it; without it no pod is created")]
    }

    /// A named target port that no selected pod has. A Service whose pods another controller creates is not judged.
    fn target_ports(&self, object: &Value) -> Vec<Finding> {
        let selector = object.pointer("/spec/selector").and_then(Value::as_object);
        let Some(selector) = selector.filter(|own| object["kind"] == "Service" && !own.is_empty()) else {
            return Vec::new();
        };
        let all = self.pods.get(text(object, "/metadata/namespace"));
        let selects =
            |pod: &&PodTemplate<'_>| selector.iter().all(|(name, value)| pod.labels.get(name) == Some(value));
        let selected: Vec<&PodTemplate<'_>> = all.into_iter().flatten().filter(selects).collect();
        if selected.is_empty() {
            return Vec::new();
        }
        let containers = selected.iter().flat_map(|pod| pod.containers());
        let ports: BTreeSet<&str> = containers
            .flat_map(|(_, container)| list(container, "/ports").filter_map(|port| port["name"].as_str()))
            .collect();
        let targets = list(object, "/spec/ports").enumerate();
        let targets = targets.filter_map(|(at, port)| Some((at, port["targetPort"].as_str()?)));
        let unknown = targets.filter(|(_, port)| !ports.contains(port) && port.parse::<u16>().is_err());
        let missing = |(at, port): (usize, &str)| {
            let found = finding(format!("no selected pod has a port called `{port}`"));
            let found = found.field(format!("spec.ports[{at}].targetPort"));
            with_nearest(
                found,
                port,
                ports.iter().copied(),
                "name a port of the containers, or use its number",
            )
        };
        unknown.map(missing).collect()
    }

    /// Health checks of objects that no phase builds. Operators create objects, so only these are certain: phases,
    /// namespaces, and a name that differs from that of an object by a slip of the pen.
    fn health_checks(&self, object: &Value) -> Vec<Finding> {
        if group(object) != FLUX || object["kind"] != "Kustomization" {
            return Vec::new();
        }
        let own = text(object, "/metadata/namespace");
        let checks = list(object, "/spec/healthChecks").enumerate();
        checks.filter_map(|(at, check)| self.health_check(at, check, own)).collect()
    }

    fn health_check(&self, at: usize, check: &Value, own: &str) -> Option<Finding> {
        let (kind, name) = (text(check, "/kind"), text(check, "/name"));
        let namespace = text(check, "/namespace");
        let find =
            |namespace| self.names.get(&(group(check), kind, namespace)).into_iter().flatten().copied();
        let known: Vec<&str> = if namespace.is_empty() {
            find(own).chain(find("")).collect()
        } else {
            find(namespace).collect()
        };
        if known.contains(&name) {
            return None;
        }
        if !namespace.is_empty() && !self.namespaces.contains(namespace) {
            let found =
                finding(format!("a health check names the namespace `{namespace}`, which nothing defines"));
            let field = format!("spec.healthChecks[{at}].namespace");
            let known = self.namespaces.iter().copied();
            return Some(with_nearest(found.field(field), namespace, known, "correct it"));
        }
        let slip = known.iter().copied().find(|other| is_slip(name, other));
        let is_phase = group(check) == FLUX && kind == "Kustomization";
        if !is_phase && slip.is_none() {
            return None;
        }
        let found = finding(format!("a health check waits for {kind} `{name}`, which no phase builds"));
        let found = found.field(format!("spec.healthChecks[{at}].name"));
        Some(match slip {
            Some(slip) => found.hint(format!("the nearest known name is `{slip}`")),
            None => with_nearest(found, name, known, "name an object of the tree"),
        })
    }
}

const NAMESPACE: &str = "metadata.namespace";
const FLUX: &str = "kustomize.toolkit.fluxcd.io";

fn group(object: &Value) -> &str {
    text(object, "/apiVersion").rsplit_once('/').map_or("", |(group, _)| group)
}

/// Whether two names differ by one or two letters. Numbers distinguish names on purpose.
fn is_slip(name: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let distance = strsim::damerau_levenshtein(name, other);
    name.len() > 5 && digits(name) == digits(other) && (1..=2).contains(&distance)
}

fn with_nearest<'a>(
    found: Finding,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
    otherwise: &str,
) -> Finding {
    match nearest(name, known) {
        Some(near) => found.hint(format!("the nearest known name is `{near}`")),
        None => found.hint(otherwise),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(port: &str) -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "backend", "namespace": "sea"},
            "spec": {"template": {
                "metadata": {"labels": {"app": "b", "more": "x"}},
                "spec": {"serviceAccountName": "own", "containers": [{"name": "c", "ports": [{"name": port}]}]},
            }},
        })
    }

    fn messages(objects: &[Value]) -> Vec<String> {
        let before = [
            json!({"kind": "Namespace", "metadata": {"name": "sea"}}),
            json!({"kind": "ServiceAccount", "metadata": {"name": "own", "namespace": "sea"}}),
        ];
        let objects: Vec<&Value> = objects.iter().collect();
        references(&objects, &before).into_iter().map(|(_, finding)| finding.message).collect()
    }

    #[test]
    fn namespaces_that_nothing_defines_are_refused() {
        let object = |namespace: &str| json!({"kind": "A", "metadata": {"namespace": namespace}});
        assert_eq!(messages(&[object("sea"), object("kube-system")]), [""; 0]);
        assert_eq!(messages(&[object("se")]), ["nothing in the tree defines the namespace `se`"]);
    }

    #[test]
    fn accounts_that_nothing_defines_are_refused() {
        assert_eq!(messages(&[pod("http")]), [""; 0]);
        let mut other = pod("http");
        other["spec"]["template"]["spec"]["serviceAccountName"] = "onw".into();
        assert_eq!(messages(&[other]), ["the namespace `sea` has no ServiceAccount `onw`"]);
    }

    #[test]
    fn a_named_port_must_exist_in_a_selected_pod() {
        let service = |selector: Value, port: Value| json!({"kind": "Service", "metadata": {"namespace": "sea"}, "spec": {"selector": selector, "ports": [{"targetPort": port}]}});
        let all = |service: Value| messages(&[pod("http"), service]);
        assert_eq!(all(service(json!({"app": "b"}), json!("http"))), [""; 0]);
        assert_eq!(all(service(json!({"app": "b"}), json!(8080))), [""; 0]);
        assert_eq!(all(service(json!({"app": "other"}), json!("web"))), [""; 0], "pods of an operator");
        assert_eq!(
            all(service(json!({"app": "b"}), json!("htpp"))),
            ["no selected pod has a port called `htpp`"]
        );
    }

    #[test]
    fn health_checks_that_never_succeed_are_refused() {
        let check = |kind: &str, name: &str, namespace: &str| {
            let group = if kind == "Kustomization" { FLUX } else { "apps" };
            let check = json!({"apiVersion": format!("{group}/v1"), "kind": kind, "name": name, "namespace": namespace});
            let phase = json!({"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": {"name": "apps", "namespace": "sea"}, "spec": {"healthChecks": [check]}});
            messages(&[pod("http"), phase]).len()
        };
        assert_eq!(check("Deployment", "backend", "sea"), 0);
        assert_eq!(check("Deployment", "made-by-an-operator", "sea"), 0);
        assert_eq!(check("Deployment", "backedn", "sea"), 1);
        assert_eq!(check("Deployment", "backend-2", "sea"), 0);
        assert_eq!(check("Deployment", "backend", "see"), 1);
        assert_eq!(check("Kustomization", "apps", "sea"), 0);
        assert_eq!(check("Kustomization", "gone", "sea"), 1);
    }
}

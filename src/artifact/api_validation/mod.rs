//! Judges built objects as the API server does, with `kube-validate`, a program built from the API server's own packages.

mod accepted;

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use accepted::{Accepted, Key};

use super::{build::is_plain_secret, program::OnDemand};
use crate::{
    base::{
        event::Events,
        failure::{Context, Failure, Kind, Result},
        tool::Invocation,
    },
    config::{HostDirs, Project},
    images,
};

/// The program `kube-validate`, and the objects that it accepted before.
#[derive(Debug, Clone)]
pub struct ApiValidation {
    program: OnDemand,
    accepted: Accepted,
}

/// One reason of the API server to refuse an object.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Refusal {
    /// The path of the field, for example `spec.ports[0].name`; empty for the object as a whole.
    pub field: String,
    /// The API server's text, without the field.
    pub message: String,
    /// Whether the field or the kind does not exist.
    #[serde(default)]
    pub unknown: bool,
    /// The names that exist instead.
    #[serde(default)]
    pub known: Vec<String>,
}

/// What a cluster contains that decides on other objects.
#[derive(Debug, Default)]
pub(super) struct Cluster<'a> {
    /// The custom resource definitions, by group and kind.
    definitions: BTreeMap<(&'a str, &'a str), &'a Value>,
    /// The labels of the namespaces.
    namespaces: BTreeMap<&'a str, &'a Value>,
}

#[derive(Serialize)]
struct Request<'a> {
    definitions: Vec<&'a Value>,
    namespaces: BTreeMap<&'a str, &'a Value>,
    objects: Vec<&'a Value>,
}

#[derive(Deserialize)]
struct Response {
    problems: Vec<Vec<Refusal>>,
}

impl ApiValidation {
    /// The name of the program in `infra/images.toml`.
    pub const PROGRAM: &str = "kube-validate";

    /// Runs `program`, with the list of accepted objects in the cache of `dirs`.
    pub fn new(program: PathBuf, dirs: &HostDirs) -> Self {
        Self { program: OnDemand::At(program), accepted: Accepted::of(dirs) }
    }

    /// Runs the program of `project`, which is built when it is used first and is not in the supply's cache.
    pub fn on_demand(project: &Project, dirs: &HostDirs, events: &Events) -> Self {
        let program = OnDemand::of(Self::PROGRAM, project, dirs, events);
        Self { program, accepted: Accepted::of(dirs) }
    }

    /// Runs the program of `project` if it is in the supply's cache.
    pub fn find(project: &Project, dirs: &HostDirs) -> Result<Option<Self>> {
        let program = images::find_program(project, dirs, Self::PROGRAM)?;
        Ok(program.map(|program| Self::new(program, dirs)))
    }

    /// Returns what the API server of `cluster` would refuse in each object, in their order.
    ///
    /// Objects that were accepted before under the same definitions are not judged again. Fails with kind `Tool` if
    /// the program fails.
    pub(super) async fn refusals(
        &self,
        cluster: &Cluster<'_>,
        objects: &[&Value],
    ) -> Result<Vec<Vec<Refusal>>> {
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let program = self.program.path().await?;
        let mut known = self.accepted.read();
        let keys: Vec<Key> =
            objects.iter().map(|object| Key::of(program, object, &cluster.context_of(object))).collect();
        let pending: Vec<usize> = (0..objects.len()).filter(|at| !known.contains(&keys[*at])).collect();
        let mut result = vec![Vec::new(); objects.len()];
        if pending.is_empty() {
            return Ok(result);
        }
        let asked = pending.iter().map(|at| objects[*at]).collect();
        for (at, refusals) in pending.iter().zip(run(program, &cluster.request(asked)).await?) {
            if refusals.is_empty() && !is_plain_secret(objects[*at]) {
                known.insert(keys[*at].clone());
            }
            result[*at] = refusals;
        }
        self.accepted.write(&known).context(Kind::Tool, "write the list of accepted objects")?;
        Ok(result)
    }
}

impl<'a> Cluster<'a> {
    /// A cluster that contains `objects`.
    pub(super) fn of(objects: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut cluster = Self::default();
        for object in objects {
            match object["kind"].as_str() {
                Some("CustomResourceDefinition") => {
                    let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
                    let kind = (text("/spec/group"), text("/spec/names/kind"));
                    cluster.definitions.insert(kind, object);
                }
                Some("Namespace") => {
                    let name = object["metadata"]["name"].as_str().unwrap_or_default();
                    cluster.namespaces.insert(name, &object["metadata"]["labels"]);
                }
                _ => (),
            }
        }
        cluster
    }

    /// What else decides on an object: its definition and the labels of its namespace.
    fn context_of(&self, object: &Value) -> [Option<&'a Value>; 2] {
        let namespace = object["metadata"]["namespace"].as_str().unwrap_or_default();
        [self.definition_of(object), self.namespaces.get(namespace).copied()]
    }

    fn definition_of(&self, object: &Value) -> Option<&'a Value> {
        let kind = object["kind"].as_str().unwrap_or_default();
        self.definitions.get(&(group(object), kind)).copied()
    }

    fn request<'b>(&'b self, objects: Vec<&'b Value>) -> Request<'b> {
        // Definitions of the same group are there for the names of its kinds.
        let groups: Vec<&str> = objects.iter().map(|object| group(object)).collect();
        let used = self.definitions.iter().filter(|((group, _), _)| groups.contains(group));
        let labels = self.namespaces.iter().filter(|(_, labels)| is_text_map(labels));
        Request {
            definitions: used.map(|(_, definition)| *definition).collect(),
            namespaces: labels.map(|(name, labels)| (*name, *labels)).collect(),
            objects,
        }
    }
}

/// The group of an object's kind.
fn group(object: &Value) -> &str {
    let version = object["apiVersion"].as_str().unwrap_or_default();
    version.split_once('/').map_or("", |(group, _)| group)
}

/// Labels of another shape are a problem of the Namespace itself.
fn is_text_map(labels: &Value) -> bool {
    labels.is_null() || labels.as_object().is_some_and(|labels| labels.values().all(Value::is_string))
}

async fn run(program: &std::path::Path, request: &Request<'_>) -> Result<Vec<Vec<Refusal>>> {
    let text = serde_json::to_vec(request).context(Kind::Internal, "write the request to kube-validate")?;
    let ran = Invocation::new(program).stdin(text).capture().await;
    let ran = ran.map_err(|error| error.into_failure(Kind::Tool, "cannot judge the objects"))?;
    let response: Response =
        serde_json::from_str(&ran.stdout).context(Kind::Tool, "read the response of kube-validate")?;
    if response.problems.len() != request.objects.len() {
        return Err(Failure::new(Kind::Tool, "kube-validate returned another number of objects"));
    }
    Ok(response.problems)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn definition(group: &str, kind: &str) -> Value {
        json!({"kind": "CustomResourceDefinition", "spec": {"group": group, "names": {"kind": kind}}})
    }

    #[test]
    fn definition_and_namespace_decide_on_an_object() {
        let (buoy, other) = (definition("x.org", "Buoy"), definition("y.org", "Buoy"));
        let namespace = json!({"kind": "Namespace", "metadata": {"name": "sea", "labels": {"a": "b"}}});
        let cluster = Cluster::of([&buoy, &other, &namespace]);
        let object = json!({"apiVersion": "x.org/v1", "kind": "Buoy", "metadata": {"namespace": "sea"}});
        assert_eq!(cluster.context_of(&object), [Some(&buoy), Some(&json!({"a": "b"}))]);
        assert_eq!(cluster.context_of(&json!({"apiVersion": "v1", "kind": "Buoy"})), [None, None]);
    }

    #[test]
    fn a_request_has_the_definitions_of_its_groups() {
        let all = [definition("x.org", "Buoy"), definition("x.org", "Float"), definition("y.org", "Buoy")];
        let cluster = Cluster::of(&all);
        let object = json!({"apiVersion": "x.org/v1", "kind": "Boy"});
        assert_eq!(cluster.request(vec![&object]).definitions, [&all[0], &all[1]]);
    }
}

//! Finds, for each field in which two environments' manifests differ, the variables that make it differ. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::{
    compare::{self, Change, ChangeKind, Field, ObjectId, Phases, fields},
    config::Variables,
};

/// Returns the placeholder for the value of `variable` in the template build. It is a plain scalar at any
/// position in YAML.
pub(super) fn placeholder(variable: &str) -> String {
    format!("{PREFIX}{variable}{SUFFIX}")
}

const PREFIX: &str = "VARIABLE-";
const SUFFIX: &str = "-ELBAIRAV";

/// The differences between the manifests of two environments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifests {
    /// Differences caused by variables.
    pub explained: Vec<Explained>,
    /// Differences not caused by variables.
    pub unexplained: Vec<Explained>,
}

/// One field that differs, with the variables that cause it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// The phase.
    pub phase: String,
    /// The object, as `Kind namespace/name`.
    pub object: String,
    /// The field's path; empty for the whole object.
    pub field: String,
    /// The variables in its value, or in the path of the folder it comes from.
    pub variables: BTreeSet<String>,
}

/// The only folder whose subfolder may be chosen by the variable `ENVIRONMENT`.
const SECRETS: &str = "secrets";

/// Explains the differences between `before` and `after`, which were built from the same files with different
/// variables. `template` was built with placeholders as values; `differing` are the variables whose values
/// differ.
pub fn explain(
    before: &Phases,
    after: &Phases,
    template: &Phases,
    differing: &BTreeSet<String>,
) -> Manifests {
    let mut found = Manifests::default();
    for change in compare::Manifests::between(before, after).changes {
        for (field, candidates) in causes(&change, before, after, template) {
            let variables: BTreeSet<String> = candidates.intersection(differing).cloned().collect();
            let list = if variables.is_empty() { &mut found.unexplained } else { &mut found.explained };
            list.push(Explained {
                phase: change.phase.clone(),
                object: change.id.to_string(),
                field,
                variables,
            });
        }
    }
    found
}

/// Returns the fields of a change, each with the variables that can have caused it.
fn causes(
    change: &Change,
    before: &Phases,
    after: &Phases,
    template: &Phases,
) -> Vec<(String, BTreeSet<String>)> {
    // Another folder contains other files: the variables in its path explain all differences between them.
    let in_path = in_path(&change.phase, before, after, template);
    match &change.kind {
        ChangeKind::Changed { from: None, fields } => {
            let template = template.object(&change.phase, &change.id);
            let of = |field: &Field| {
                let in_value =
                    template.map(|object| in_field(object, before, change, field)).unwrap_or_default();
                (field.path.clone(), in_value.union(&in_path).cloned().collect())
            };
            fields.iter().map(of).collect()
        }
        // An object whose name contains a variable is a different object in each environment.
        ChangeKind::Added { .. } | ChangeKind::Removed { .. } => {
            let in_name = in_name(&change.phase, &change.id, template);
            vec![(String::new(), in_name.union(&in_path).cloned().collect())]
        }
        ChangeKind::Changed { .. } => vec![(String::new(), in_path)],
    }
}

/// Returns the variables in the path of a phase, if the paths differ.
fn in_path(phase: &str, before: &Phases, after: &Phases, template: &Phases) -> BTreeSet<String> {
    let path =
        |phases: &Phases| phases.definitions.get(phase).map(|definition| definition["spec"]["path"].clone());
    let (old, new) = (path(before), path(after));
    if old == new {
        return BTreeSet::new();
    }
    // The objects of the root contain the definitions with placeholders.
    let definition = template.objects.values().flat_map(BTreeMap::iter).find(|(id, object)| {
        id.name == phase && id.kind == "Kustomization" && object["spec"]["path"].is_string()
    });
    let mut variables =
        definition.map(|(_, object)| variables_in(&object["spec"]["path"])).unwrap_or_default();
    let is_secret = |path: &Option<Value>| {
        let path = path.as_ref().and_then(Value::as_str).unwrap_or_default();
        path.trim_start_matches("./").split('/').next() == Some(SECRETS)
    };
    if !is_secret(&old) || !is_secret(&new) {
        variables.remove("ENVIRONMENT");
    }
    variables
}

/// Returns the variables in the same field of the template object.
fn in_field(template: &Value, before: &Phases, change: &Change, field: &Field) -> BTreeSet<String> {
    let Some(object) = before.object(&change.phase, &change.id) else { return BTreeSet::new() };
    let substituted = fields(object, template).into_iter();
    let overlaps = |other: &Field| other.path.starts_with(&field.path) || field.path.starts_with(&other.path);
    let values = substituted.filter(overlaps).filter_map(|field| field.after);
    values.flat_map(|value| variables_in(&value)).collect()
}

/// Returns the variables in the names of template objects that `id` matches.
fn in_name(phase: &str, id: &ObjectId, template: &Phases) -> BTreeSet<String> {
    let matches = |other: &ObjectId| {
        let fits = |name: &str, template: &str| {
            template.split_once(PREFIX).is_some_and(|(head, rest)| {
                let tail = rest.rsplit_once(SUFFIX).map_or("", |(_, tail)| tail);
                name.starts_with(head) && name.ends_with(tail)
            })
        };
        other.kind == id.kind && (fits(&id.name, &other.name) || fits(&id.namespace, &other.namespace))
    };
    let objects = template.objects.get(phase).into_iter().flatten();
    objects
        .filter(|(other, _)| matches(other))
        .flat_map(|(_, object)| variables_in(&object["metadata"]))
        .collect()
}

/// Returns every variable whose placeholder is in `value`.
fn variables_in(value: &Value) -> BTreeSet<String> {
    let text = value.to_string();
    let names = Variables::NAMES.into_iter();
    names.filter(|name| text.contains(&placeholder(name))).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn phases(path: &str, objects: &[Value]) -> Phases {
        let definition =
            json!({"kind": "Kustomization", "metadata": {"name": "apps"}, "spec": {"path": path}});
        let root = BTreeMap::from([(ObjectId::of(&definition), definition.clone())]);
        let objects = objects.iter().map(|object| (ObjectId::of(object), object.clone())).collect();
        Phases {
            definitions: [("apps".to_owned(), definition)].into(),
            objects: [("apps".to_owned(), objects), ("platform".to_owned(), root)].into(),
        }
    }

    fn app(name: &str, replicas: &Value, host: &str) -> Value {
        json!({"kind": "App", "metadata": {"name": name}, "spec": {"replicas": replicas, "hosts": ["a", host]}})
    }

    fn describe(before: &Phases, after: &Phases, template: &Phases) -> (Vec<String>, Vec<String>) {
        let differing = ["BUOYS", "HOSTNAME", "ISSUER", "ENVIRONMENT"].map(str::to_owned).into();
        let found = explain(before, after, template, &differing);
        let text = |one: &Explained| {
            let variables: Vec<&str> = one.variables.iter().map(String::as_str).collect();
            format!("{} {} {}", one.object, one.field, variables.join(",")).trim_end().to_owned()
        };
        (found.explained.iter().map(text).collect(), found.unexplained.iter().map(text).collect())
    }

    #[test]
    fn a_field_is_explained_by_the_variables_in_its_value() {
        let template = phases(
            "./apps",
            &[app("x", &json!(placeholder("BUOYS")), &format!("api.{}", placeholder("HOSTNAME")))],
        );
        let before = phases("./apps", &[app("x", &json!(1), "api.one")]);
        let after = phases("./apps", &[app("x", &json!(2), "api.two")]);
        let (explained, unexplained) = describe(&before, &after, &template);
        assert_eq!(explained, ["App x spec.hosts[1] HOSTNAME", "App x spec.replicas BUOYS"]);
        assert_eq!(unexplained, [""; 0]);
        let plain = phases("./apps", &[app("x", &json!(1), "api.one")]);
        assert_eq!(describe(&before, &after, &plain).1, ["App x spec.hosts[1]", "App x spec.replicas"]);
    }

    #[test]
    fn a_variable_that_does_not_differ_explains_no_field() {
        let template = phases("./apps", &[app("x", &json!(placeholder("REGISTRY")), "h")]);
        let (before, after) =
            (phases("./apps", &[app("x", &json!(1), "h")]), phases("./apps", &[app("x", &json!(2), "h")]));
        assert_eq!(describe(&before, &after, &template).1, ["App x spec.replicas"]);
    }

    #[test]
    fn another_folder_is_explained_by_the_variable_in_its_path() {
        let sides = |folder: &str, variable: &str| {
            let side = |name: &str| phases(&format!("./{folder}/{name}"), &[app(name, &json!(1), "h")]);
            let template = phases(&format!("./{folder}/{}", placeholder(variable)), &[]);
            describe(&side("one"), &side("two"), &template)
        };
        assert_eq!(
            sides("issuer", "ISSUER").0,
            ["Kustomization apps spec.path ISSUER", "App one  ISSUER", "App two  ISSUER"]
        );
        // `ENVIRONMENT` may only select secrets.
        assert_eq!(sides("secrets", "ENVIRONMENT").1, [""; 0]);
        assert_eq!(sides("elsewhere", "ENVIRONMENT").1, ["App one", "App two"]);
        assert_eq!(sides("issuer", "REGISTRY").1.len(), 3);
    }

    #[test]
    fn an_object_is_explained_by_a_variable_in_its_name() {
        let side = |name: &str| phases("./apps", &[app(name, &json!(1), "h")]);
        let template = side(&format!("app-{}", placeholder("HOSTNAME")));
        assert_eq!(
            describe(&side("app-one"), &side("app-two"), &template).0,
            ["App app-one  HOSTNAME", "App app-two  HOSTNAME"]
        );
        assert_eq!(describe(&side("one"), &side("two"), &template).1, ["App one", "App two"]);
    }
}

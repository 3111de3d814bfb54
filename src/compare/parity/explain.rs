//! Finds, for each field in which two environments' manifests differ, the variables that make it differ. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::stand_in;
use crate::compare::{Change, Field, Id, Phases, What, fields, manifests};

/// What the manifests of two environments differ in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifests {
    /// What variables make differ.
    pub explained: Vec<Explained>,
    /// What none of them does: phase, object, field.
    pub unexplained: Vec<Explained>,
}

/// One field that differs, and what makes it so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// The phase.
    pub phase: String,
    /// The object, as `Kind namespace/name`.
    pub object: String,
    /// The field's path; empty for the whole object.
    pub field: String,
    /// The variables that fill it in, or that choose the folder it comes from.
    pub variables: BTreeSet<String>,
}

/// The folder that the variable `ENVIRONMENT` may choose from, and nothing else may.
const SECRETS: &str = "secrets";

/// Explains what differs between `before` and `after`, which were built from the same files with other variables; in `named`
/// a name stands for each variable's value, and `differing` are those whose values differ.
pub fn explain(before: &Phases, after: &Phases, named: &Phases, differing: &BTreeSet<String>) -> Manifests {
    let mut found = Manifests::default();
    for change in manifests::Manifests::between(before, after).changes {
        for (field, made_by) in reasons(&change, before, after, named) {
            let variables: BTreeSet<String> = made_by.intersection(differing).cloned().collect();
            let lists = if variables.is_empty() { &mut found.unexplained } else { &mut found.explained };
            lists.push(Explained {
                phase: change.phase.clone(),
                object: change.id.to_string(),
                field,
                variables,
            });
        }
    }
    found
}

/// The fields of a change, each with the variables that can have made it.
fn reasons(
    change: &Change,
    before: &Phases,
    after: &Phases,
    named: &Phases,
) -> Vec<(String, BTreeSet<String>)> {
    // Another folder is another set of files: all of it is explained by what chose the folder.
    let chosen = chosen(&change.phase, before, after, named);
    match &change.what {
        What::Changed { from: None, fields } => {
            let template = named.object(&change.phase, &change.id);
            let of = |field: &Field| {
                let direct =
                    template.map(|object| mentioned(object, before, change, field)).unwrap_or_default();
                (field.path.clone(), direct.union(&chosen).cloned().collect())
            };
            fields.iter().map(of).collect()
        }
        // A name that a variable is part of is another name.
        What::Added { .. } | What::Removed { .. } => {
            let by_name = named_otherwise(&change.phase, &change.id, named);
            vec![(String::new(), by_name.union(&chosen).cloned().collect())]
        }
        What::Changed { .. } => vec![(String::new(), chosen)],
    }
}

/// The variables that stand in the path of a phase, where they lead to another folder.
fn chosen(phase: &str, before: &Phases, after: &Phases, named: &Phases) -> BTreeSet<String> {
    let path =
        |phases: &Phases| phases.definitions.get(phase).map(|definition| definition["spec"]["path"].clone());
    let (old, new) = (path(before), path(after));
    if old == new {
        return BTreeSet::new();
    }
    // The root's own objects hold the definitions with names in the place of values.
    let definition = named.objects.values().flat_map(BTreeMap::iter).find(|(id, object)| {
        id.name == phase && id.kind == "Kustomization" && object["spec"]["path"].is_string()
    });
    let mut variables =
        definition.map(|(_, object)| variables_in(&object["spec"]["path"])).unwrap_or_default();
    let inside = |path: &Option<Value>| {
        let path = path.as_ref().and_then(Value::as_str).unwrap_or_default();
        path.trim_start_matches("./").split('/').next() == Some(SECRETS)
    };
    if !inside(&old) || !inside(&new) {
        variables.remove("ENVIRONMENT");
    }
    variables
}

/// The variables in the same field of the object with names in the place of values.
fn mentioned(template: &Value, before: &Phases, change: &Change, field: &Field) -> BTreeSet<String> {
    let Some(object) = before.object(&change.phase, &change.id) else { return BTreeSet::new() };
    let filled_in = fields(object, template).into_iter();
    let at_it = |other: &Field| other.path.starts_with(&field.path) || field.path.starts_with(&other.path);
    filled_in.filter(at_it).filter_map(|field| field.after).flat_map(|value| variables_in(&value)).collect()
}

/// The variables that are part of the name of an object which only one environment calls so.
fn named_otherwise(phase: &str, id: &Id, named: &Phases) -> BTreeSet<String> {
    let same = |other: &Id| {
        let fits = |name: &str, template: &str| {
            template.split_once("VARIABLE-").is_some_and(|(head, rest)| {
                let tail = rest.rsplit_once("-ELBAIRAV").map_or("", |(_, tail)| tail);
                name.starts_with(head) && name.ends_with(tail)
            })
        };
        other.kind == id.kind && (fits(&id.name, &other.name) || fits(&id.namespace, &other.namespace))
    };
    let objects = named.objects.get(phase).into_iter().flatten();
    objects
        .filter(|(other, _)| same(other))
        .flat_map(|(_, object)| variables_in(&object["metadata"]))
        .collect()
}

/// Every variable that stands anywhere in `value`.
fn variables_in(value: &Value) -> BTreeSet<String> {
    let text = value.to_string();
    let names = crate::config::Variables::NAMES.into_iter();
    names.filter(|name| text.contains(&stand_in(name))).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn phases(path: &str, objects: &[Value]) -> Phases {
        let definition =
            json!({"kind": "Kustomization", "metadata": {"name": "apps"}, "spec": {"path": path}});
        let root = BTreeMap::from([(Id::of(&definition), definition.clone())]);
        let objects = objects.iter().map(|object| (Id::of(object), object.clone())).collect();
        Phases {
            definitions: [("apps".to_owned(), definition)].into(),
            objects: [("apps".to_owned(), objects), ("platform".to_owned(), root)].into(),
        }
    }

    fn app(name: &str, replicas: &Value, host: &str) -> Value {
        json!({"kind": "App", "metadata": {"name": name}, "spec": {"replicas": replicas, "hosts": ["a", host]}})
    }

    fn describe(before: &Phases, after: &Phases, named: &Phases) -> (Vec<String>, Vec<String>) {
        let differing = ["BUOYS", "HOSTNAME", "ISSUER", "ENVIRONMENT"].map(str::to_owned).into();
        let found = explain(before, after, named, &differing);
        let tell = |one: &Explained| {
            let variables: Vec<&str> = one.variables.iter().map(String::as_str).collect();
            format!("{} {} {}", one.object, one.field, variables.join(",")).trim_end().to_owned()
        };
        (found.explained.iter().map(tell).collect(), found.unexplained.iter().map(tell).collect())
    }

    #[test]
    fn a_field_is_explained_by_the_variables_that_fill_it_in() {
        let named = phases(
            "./apps",
            &[app("x", &json!(stand_in("BUOYS")), &format!("api.{}", stand_in("HOSTNAME")))],
        );
        let before = phases("./apps", &[app("x", &json!(1), "api.one")]);
        let after = phases("./apps", &[app("x", &json!(2), "api.two")]);
        let (explained, unexplained) = describe(&before, &after, &named);
        assert_eq!(explained, ["App x spec.hosts[1] HOSTNAME", "App x spec.replicas BUOYS"]);
        assert_eq!(unexplained, [""; 0]);
        let plain = phases("./apps", &[app("x", &json!(1), "api.one")]);
        assert_eq!(describe(&before, &after, &plain).1, ["App x spec.hosts[1]", "App x spec.replicas"]);
    }

    #[test]
    fn a_variable_that_does_not_differ_explains_nothing() {
        let named = phases("./apps", &[app("x", &json!(stand_in("REGISTRY")), "h")]);
        let (before, after) =
            (phases("./apps", &[app("x", &json!(1), "h")]), phases("./apps", &[app("x", &json!(2), "h")]));
        assert_eq!(describe(&before, &after, &named).1, ["App x spec.replicas"]);
    }

    #[test]
    fn another_folder_is_explained_by_what_chose_it_and_environments_choose_secrets_only() {
        let sides = |folder: &str, variable: &str| {
            let side = |name: &str| phases(&format!("./{folder}/{name}"), &[app(name, &json!(1), "h")]);
            describe(&side("one"), &side("two"), &phases(&format!("./{folder}/{}", stand_in(variable)), &[]))
        };
        assert_eq!(
            sides("issuer", "ISSUER").0,
            ["Kustomization apps spec.path ISSUER", "App one  ISSUER", "App two  ISSUER"]
        );
        assert_eq!(sides("secrets", "ENVIRONMENT").1, [""; 0]);
        assert_eq!(sides("elsewhere", "ENVIRONMENT").1, ["App one", "App two"]);
        assert_eq!(sides("issuer", "REGISTRY").1.len(), 3);
    }

    #[test]
    fn an_object_is_explained_by_a_variable_in_its_name() {
        let side = |name: &str| phases("./apps", &[app(name, &json!(1), "h")]);
        let named = side(&format!("app-{}", stand_in("HOSTNAME")));
        assert_eq!(
            describe(&side("app-one"), &side("app-two"), &named).0,
            ["App app-one  HOSTNAME", "App app-two  HOSTNAME"]
        );
        assert_eq!(describe(&side("one"), &side("two"), &named).1, ["App one", "App two"]);
    }
}

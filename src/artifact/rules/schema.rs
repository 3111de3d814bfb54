//! The schemas of the kinds: finds kinds that no one defines, fields that do not exist, and values of another
//! type, as the API server would. Pure.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Finding, finding, list, text};
use crate::{base::k8s::builtin, config::nearest};

/// The custom kinds, by group and kind, with the schema of each version.
#[derive(Debug, Clone, Default)]
pub(in crate::artifact) struct Schemas {
    kinds: BTreeMap<(String, String), BTreeMap<String, Value>>,
}

impl Schemas {
    /// Adds the kinds that the custom resource definitions in `objects` define.
    pub(in crate::artifact) fn add<'a>(&mut self, objects: impl IntoIterator<Item = &'a Value>) {
        for object in objects.into_iter().filter(|object| object["kind"] == "CustomResourceDefinition") {
            let key = (text(object, "/spec/group").to_owned(), text(object, "/spec/names/kind").to_owned());
            let versions = list(object, "/spec/versions").filter(|version| version["served"] == true);
            let schema = |version: &Value| {
                let schema = version.pointer("/schema/openAPIV3Schema").cloned().unwrap_or_default();
                (text(version, "/name").to_owned(), schema)
            };
            self.kinds.entry(key).or_default().extend(versions.map(schema));
        }
    }

    /// Returns what the API server would refuse in `object`.
    pub(in crate::artifact) fn violations(&self, object: &Value) -> Vec<Finding> {
        let version = text(object, "/apiVersion");
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        let kind = text(object, "/kind");
        if builtin::has_group(group) {
            return builtin_violations(group, version, kind, object);
        }
        let Some(versions) = self.kinds.get(&(group.to_owned(), kind.to_owned())) else {
            return vec![self.unknown(group, kind)];
        };
        let Some(schema) = versions.get(version) else {
            let known: Vec<&str> = versions.keys().map(String::as_str).collect();
            let message = format!("`{kind}` has no version `{group}/{version}`");
            return vec![
                finding(message).near("apiVersion").hint(format!("its versions are {}", known.join(", "))),
            ];
        };
        let mut found = Vec::new();
        let fields = schema["properties"].as_object();
        for (name, value) in object.as_object().into_iter().flatten() {
            // The API server adds these to every schema; SOPS adds `sops`, which Flux removes.
            if !matches!(name.as_str(), "apiVersion" | "kind" | "metadata" | "sops") {
                let known = fields.and_then(|fields| fields.get(name));
                field(schema, known, name, value, &mut found);
            }
        }
        found
    }

    fn unknown(&self, group: &str, kind: &str) -> Finding {
        let message = format!("nothing in the tree defines the kind `{kind}` of `{group}`");
        let kinds = self.kinds.keys().filter(|(own, _)| own == group).map(|(_, kind)| kind.as_str());
        let hint = match nearest(kind, kinds) {
            Some(near) => format!("the nearest known kind of this group is `{near}`"),
            None => "add its CustomResourceDefinition, or correct `apiVersion` and `kind`".to_owned(),
        };
        finding(message).near(kind).hint(hint)
    }
}

fn builtin_violations(group: &str, version: &str, kind: &str, object: &Value) -> Vec<Finding> {
    if !builtin::has_kind(group, kind) {
        let message = format!("Kubernetes has no kind `{kind}` in `{group}`");
        let found = finding(message).near(kind);
        return vec![match nearest(kind, builtin::kinds(group).iter().copied()) {
            Some(near) => found.hint(format!("the nearest known kind is `{near}`")),
            None => found.hint("correct `apiVersion` and `kind`"),
        }];
    }
    let errors = builtin::errors(group, version, object).into_iter();
    errors
        .map(|(path, message)| {
            let field = last_field(&path).to_owned();
            finding(if path.is_empty() { message } else { format!("`{path}`: {message}") }).near(&field)
        })
        .collect()
}

/// Checks one field against its schema; `known` is `None` if the schema of the object has no such field.
fn field(parent: &Value, known: Option<&Value>, path: &str, value: &Value, found: &mut Vec<Finding>) {
    let others = &parent["additionalProperties"];
    if let Some(schema) = known.or_else(|| others.is_object().then_some(others)) {
        return check(schema, path, value, found);
    }
    let keeps_unknown = parent["x-kubernetes-preserve-unknown-fields"] == true;
    if *others == true || keeps_unknown || !parent["properties"].is_object() {
        return;
    }
    let name = path.rsplit('.').next().unwrap_or(path);
    let fields = parent["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    let hint = match nearest(name, fields) {
        Some(near) => format!("the nearest known field is `{near}`"),
        None => "remove it".to_owned(),
    };
    found.push(finding(format!("`{path}`: there is no such field")).near(name).hint(hint));
}

fn check(schema: &Value, path: &str, value: &Value, found: &mut Vec<Finding>) {
    if value.is_null() {
        return;
    }
    if !has_type(schema, value) {
        let message = format!("`{path}`: expected {}, got {}", article(text(schema, "/type")), shown(value));
        found.push(finding(message).near(last_field(path)));
        return;
    }
    if let Some(allowed) = schema["enum"].as_array().filter(|allowed| !allowed.contains(value)) {
        let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        let message = format!("`{path}`: {value} is not one of {}", allowed.join(", "));
        found.push(finding(message).near(value.as_str().unwrap_or_default()));
    }
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let known = schema["properties"].get(name);
                field(schema, known, &format!("{path}.{name}"), value, found);
            }
            let missing = list(schema, "/required").filter_map(Value::as_str);
            for name in missing.filter(|name| !fields.contains_key(*name)) {
                found.push(finding(format!("`{path}.{name}` is missing")).near(last_field(path)));
            }
        }
        Value::Array(items) if schema["items"].is_object() => {
            for (at, item) in items.iter().enumerate() {
                check(&schema["items"], &format!("{path}[{at}]"), item, found);
            }
        }
        _ => (),
    }
}

/// The name of the last field in a path.
fn last_field(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path).split('[').next().unwrap_or_default()
}

fn has_type(schema: &Value, value: &Value) -> bool {
    if schema["x-kubernetes-int-or-string"] == true {
        return value.is_string() || value.is_i64() || value.is_u64();
    }
    match text(schema, "/type") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        "number" => value.is_number(),
        _ => true,
    }
}

fn article(kind: &str) -> String {
    match kind {
        "" => "another type".to_owned(),
        "array" | "integer" | "object" => format!("an {kind}"),
        kind => format!("a {kind}"),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::String(text) => format!("the string `{text}`"),
        Value::Bool(value) => format!("the boolean {value}"),
        value => format!("the number {value}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schemas() -> Schemas {
        let schema = json!({"type": "object", "properties": {
            "spec": {"type": "object", "required": ["size"], "properties": {
                "size": {"type": "integer"},
                "class": {"type": "string", "enum": ["a", "b"]},
                "port": {"x-kubernetes-int-or-string": true},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "any": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
                "items": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
            }},
        }});
        let versions = json!([{"name": "v1", "served": true, "schema": {"openAPIV3Schema": schema}}]);
        let definition = json!({"kind": "CustomResourceDefinition", "spec": {"group": "x.org", "names": {"kind": "Buoy"}, "versions": versions}});
        let mut schemas = Schemas::default();
        schemas.add([&definition]);
        schemas
    }

    fn messages(spec: &Value) -> Vec<String> {
        let object =
            json!({"apiVersion": "x.org/v1", "kind": "Buoy", "metadata": {"name": "b"}, "spec": spec});
        schemas().violations(&object).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn values_that_fit_are_accepted() {
        let spec = json!({"size": 1, "class": "a", "port": "http", "labels": {"x": "y"}, "any": {"z": 1}, "items": [{"name": "n"}]});
        assert_eq!(messages(&spec), [""; 0]);
    }

    #[test]
    fn values_of_another_type_are_refused() {
        for (spec, message) in [
            (json!({"size": "1"}), "`spec.size`: expected an integer, got the string `1`"),
            (json!({"size": 1, "class": true}), "`spec.class`: expected a string, got the boolean true"),
            (json!({"size": 1, "class": "c"}), "`spec.class`: \"c\" is not one of \"a\", \"b\""),
            (json!({"size": 1, "labels": {"x": 3}}), "`spec.labels.x`: expected a string, got the number 3"),
            (json!({"size": 1, "items": [{"nam": "n"}]}), "`spec.items[0].nam`: there is no such field"),
            (json!({}), "`spec.size` is missing"),
        ] {
            assert_eq!(messages(&spec), [message]);
        }
    }

    #[test]
    fn kinds_that_nothing_defines_are_refused() {
        let message = |version: &str, kind: &str| {
            let object = json!({"apiVersion": version, "kind": kind, "metadata": {"name": "b"}});
            let mut found = schemas().violations(&object);
            (!found.is_empty()).then(|| found.remove(0).message)
        };
        assert_eq!(message("x.org/v1", "Buoy"), None);
        assert_eq!(message("v1", "Service"), None);
        assert_eq!(
            message("x.org/v1", "Bouy").unwrap(),
            "nothing in the tree defines the kind `Bouy` of `x.org`"
        );
        assert_eq!(message("x.org/v2", "Buoy").unwrap(), "`Buoy` has no version `x.org/v2`");
        assert_eq!(message("apps/v1", "Deploymnt").unwrap(), "Kubernetes has no kind `Deploymnt` in `apps`");
    }
}

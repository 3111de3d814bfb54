//! Normalizes manifests: no comments, no empty documents, and on request no schema documentation.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::base::{
    failure::{Failure, Kind, Result},
    yaml,
};

/// Returns the normalized manifests of `name` in the order of `raw`.
pub(super) fn normalize(name: &str, raw: &str, strip: bool) -> Result<String> {
    let file = PathBuf::from(format!("{name}.yaml"));
    let upstream = |failure: Failure| Failure { kind: Kind::Tool, ..failure };
    let mut objects: Vec<Value> =
        yaml::parse(&file, raw).map_err(upstream)?.into_iter().map(|document| document.value).collect();
    if objects.is_empty() {
        return Err(Failure::new(Kind::Tool, format!("the manifests of {name} contain no objects")));
    }
    if strip {
        objects.iter_mut().for_each(strip_descriptions);
    }
    let text = yaml::write(&objects)?;
    let back = yaml::parse(&file, &text)?.into_iter().map(|document| document.value);
    if !back.eq(objects) {
        return Err(Failure::new(
            Kind::Internal,
            format!("the manifests of {name} changed when they were written"),
        ));
    }
    Ok(text)
}

/// Removes the documentation from the schemas of a custom resource definition.
fn strip_descriptions(object: &mut Value) {
    if object["kind"] != "CustomResourceDefinition" {
        return;
    }
    let Some(versions) = object["spec"]["versions"].as_array_mut() else { return };
    for version in versions {
        if let Some(schema) = version["schema"]["openAPIV3Schema"].as_object_mut() {
            strip_schema(schema);
        }
    }
}

/// The keys in `properties` are field names, and a field may be called `description`. `default`, `enum` and
/// `example` contain values.
fn strip_schema(schema: &mut Map<String, Value>) {
    schema.retain(|key, value| key != "description" || !value.is_string());
    for (key, value) in schema {
        match (key.as_str(), value) {
            ("default" | "enum" | "example", _) => (),
            ("properties" | "patternProperties" | "definitions", Value::Object(fields)) => {
                fields.values_mut().filter_map(Value::as_object_mut).for_each(strip_schema);
            }
            (_, Value::Object(inner)) => strip_schema(inner),
            (_, Value::Array(inner)) => {
                inner.iter_mut().filter_map(Value::as_object_mut).for_each(strip_schema);
            }
            _ => (),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRD: &str = "\
# comment
---
kind: CustomResourceDefinition
metadata: {annotations: {description: kept}}
spec:
  versions:
    - schema:
        openAPIV3Schema:
          description: gone
          properties:
            description: {type: string, description: gone}
            spec:
              default: {description: kept}
              items: {description: gone, type: object}
              oneOf: [{description: gone, required: [a]}]
---
---
kind: ConfigMap
data: {description: kept}
";

    #[test]
    fn only_schema_documentation_is_removed() {
        let text = normalize("x", CRD, true).unwrap();
        assert_eq!(text.matches("gone").count(), 0, "{text}");
        assert_eq!(text.matches("kept").count(), 3, "{text}");
        assert!(text.contains("description:\n"), "the field `description` is missing: {text}");
        assert_eq!(text.matches("---").count(), 2);
        let complete = normalize("x", CRD, false).unwrap();
        assert_eq!(complete.matches("gone").count(), 4);
        assert!(!complete.contains('#'));
    }

    #[test]
    fn normalizing_is_idempotent() {
        let once = normalize("x", CRD, true).unwrap();
        assert_eq!(normalize("x", &once, true).unwrap(), once);
    }

    #[test]
    fn broken_or_empty_manifests_are_tool_errors() {
        assert_eq!(normalize("x", "a: [", false).unwrap_err().kind, Kind::Tool);
        assert_eq!(
            normalize("x", "# nothing\n", false).unwrap_err().message,
            "the manifests of x contain no objects"
        );
    }
}

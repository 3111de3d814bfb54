//! Brings manifests into one form: no comments, no empty documents, and where asked no documentation strings.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::base::{
    failure::{Failure, Kind, Result},
    yaml,
};

/// The manifests of `name` in the order of `raw`.
pub(super) fn normalise(name: &str, raw: &str, strip: bool) -> Result<String> {
    let file = PathBuf::from(format!("{name}.yaml"));
    let upstream = |failure: Failure| Failure { kind: Kind::Tool, ..failure };
    let mut objects: Vec<Value> =
        yaml::parse(&file, raw).map_err(upstream)?.into_iter().map(|document| document.value).collect();
    if objects.is_empty() {
        return Err(Failure::new(Kind::Tool, format!("the manifests of {name} hold no objects")));
    }
    if strip {
        objects.iter_mut().for_each(strip_descriptions);
    }
    let text = yaml::write(&objects)?;
    let back = yaml::parse(&file, &text)?.into_iter().map(|document| document.value);
    if !back.eq(objects) {
        return Err(Failure::new(
            Kind::Internal,
            format!("the manifests of {name} changed while they were written"),
        ));
    }
    Ok(text)
}

/// Drops the documentation of the schemas of a custom resource definition.
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

/// Below `properties` the keys are names of fields, one of which may well be `description`; below `default`, `enum`
/// and `example` are values.
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
    fn only_the_documentation_of_schemas_goes() {
        let text = normalise("x", CRD, true).unwrap();
        assert_eq!((text.matches("gone").count(), text.matches("kept").count()), (0, 3), "{text}");
        assert!(text.contains("description:\n"), "a field called description must stay: {text}");
        assert_eq!(text.matches("---").count(), 2);
        let whole = normalise("x", CRD, false).unwrap();
        assert_eq!((whole.matches("gone").count(), whole.contains('#')), (4, false));
    }

    #[test]
    fn the_form_is_stable() {
        let once = normalise("x", CRD, true).unwrap();
        assert_eq!(normalise("x", &once, true).unwrap(), once);
    }

    #[test]
    fn what_is_broken_or_empty_is_upstream_s_fault() {
        assert_eq!(normalise("x", "a: [", false).unwrap_err().kind, Kind::Tool);
        assert_eq!(
            normalise("x", "# nothing\n", false).unwrap_err().message,
            "the manifests of x hold no objects"
        );
    }
}

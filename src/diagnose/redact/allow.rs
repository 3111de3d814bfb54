//! Reduces objects to an allowlist of fields.

use serde_json::{Map, Value};

/// Returns `value` with only the fields of `paths`; `None` if it has none of them.
///
/// A path is a list of names separated by dots; arrays are transparent. It admits a string, number or boolean,
/// or an array of them. A path that ends in `.**` admits any value.
pub fn project(value: &Value, paths: &[&str]) -> Option<Value> {
    match value {
        Value::Array(items) => {
            let kept: Vec<Value> = items.iter().filter_map(|item| project(item, paths)).collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        Value::Object(fields) => {
            let kept: Map<String, Value> = fields
                .iter()
                .filter_map(|(name, field)| Some((name.clone(), admit(name, field, paths)?)))
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        _ => None,
    }
}

fn admit(name: &str, field: &Value, paths: &[&str]) -> Option<Value> {
    let remainders: Vec<&str> = paths
        .iter()
        .filter_map(|path| path.strip_prefix(name))
        .filter(|rest| rest.is_empty() || rest.starts_with('.'))
        .collect();
    if remainders.contains(&".**") || (remainders.contains(&"") && is_scalar(field)) {
        return Some(field.clone());
    }
    let deeper: Vec<&str> = remainders.iter().filter_map(|rest| rest.strip_prefix('.')).collect();
    project(field, &deeper)
}

fn is_scalar(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(|item| !item.is_array() && !item.is_object()),
        Value::Object(_) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_allowed_fields_remain() {
        let pod = json!({
            "metadata": {"name": "x", "labels": {"a.b/c": "d"}, "annotations": {"last-applied": "password"}},
            "spec": {"containers": [{"name": "main", "args": ["--key=1"], "env": [{"name": "A", "value": "secret"}]}]},
            "status": {"state": {"running": {"at": 1}}},
        });
        let paths = [
            "metadata.name",
            "metadata.labels.**",
            "spec.containers.name",
            "spec.containers.env.name",
            "status.state.**",
        ];
        assert_eq!(
            project(&pod, &paths),
            Some(json!({
                "metadata": {"name": "x", "labels": {"a.b/c": "d"}},
                "spec": {"containers": [{"name": "main", "env": [{"name": "A"}]}]},
                "status": {"state": {"running": {"at": 1}}},
            }))
        );
    }

    #[test]
    fn a_path_admits_neither_objects_nor_longer_names() {
        let object = json!({"data": {"key": "secret"}, "name": ["a"], "names": "b"});
        assert_eq!(project(&object, &["data", "name"]), Some(json!({"name": ["a"]})));
        assert_eq!(project(&object, &[]), None);
    }
}

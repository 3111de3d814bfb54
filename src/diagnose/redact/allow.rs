//! Objects reduced to the fields that are named; nothing enters by not having been thought of.

use serde_json::{Map, Value};

/// `value` with the fields of `paths` only; `None` where it has none of them.
///
/// A path is names with dots between them and goes through arrays. It admits a text, a number, a truth value, or an
/// array of them; one that ends in `.**` admits whatever stands there.
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
    let rests: Vec<&str> = paths
        .iter()
        .filter_map(|path| path.strip_prefix(name))
        .filter(|rest| rest.is_empty() || rest.starts_with('.'))
        .collect();
    if rests.contains(&".**") || (rests.contains(&"") && is_plain(field)) {
        return Some(field.clone());
    }
    let deeper: Vec<&str> = rests.iter().filter_map(|rest| rest.strip_prefix('.')).collect();
    project(field, &deeper)
}

fn is_plain(value: &Value) -> bool {
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
    fn only_what_is_named_is_left() {
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
    fn a_named_field_admits_no_tree_below_it_and_no_longer_name() {
        let object = json!({"data": {"key": "secret"}, "name": ["a"], "names": "b"});
        assert_eq!(project(&object, &["data", "name"]), Some(json!({"name": ["a"]})));
        assert_eq!(project(&object, &[]), None);
    }
}

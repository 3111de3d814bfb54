//! Reads an `OpenTofu` plan (`tofu show -json`): the resources it changes, with sensitive values masked.

use serde_json::Value;

use super::{Field, Resource, fields};
use crate::{
    base::failure::{Failure, Kind, Result},
    compare::mask::Masker,
};

/// The text for a value that is unknown until the plan is applied.
const UNKNOWN: &str = "(known after apply)";

/// Returns the resources that the plan `text` changes, by address. Data sources and unchanged resources are
/// skipped.
///
/// Fails with kind `Environment` if the text is not a plan.
pub fn planned_resources(text: &str) -> Result<Vec<Resource>> {
    let refuse = |cause: String| {
        Failure::new(Kind::Environment, "invalid OpenTofu plan")
            .because(cause)
            .hint("write it with `tofu plan -out=FILE` and `tofu show -json FILE`")
    };
    let plan: Value = serde_json::from_str(text).map_err(|error| refuse(error.to_string()))?;
    let changes = match (plan["format_version"].as_str(), &plan["resource_changes"]) {
        (Some(_), Value::Array(changes)) => changes.clone(),
        (Some(_), Value::Null) => Vec::new(),
        _ => {
            return Err(refuse(
                "`format_version` is missing, or `resource_changes` is not a list".to_owned(),
            ));
        }
    };
    let masker = Masker::default();
    let mut found: Vec<Resource> = changes.iter().filter_map(|change| resource(&masker, change)).collect();
    found.sort_by(|a, b| a.address.cmp(&b.address));
    Ok(found)
}

fn resource(masker: &Masker, change: &Value) -> Option<Resource> {
    let actions: Vec<&str> =
        change["change"]["actions"].as_array()?.iter().filter_map(Value::as_str).collect();
    let action = match actions.as_slice() {
        ["no-op" | "read"] | [] => return None,
        [one] => (*one).to_owned(),
        _ => "replace".to_owned(),
    };
    let side = |value: &str, sensitive: &str| {
        let mut value = change["change"][value].clone();
        mask_sensitive(masker, &mut value, &change["change"][sensitive]);
        value
    };
    let before = side("before", "before_sensitive");
    let mut after = side("after", "after_sensitive");
    mark_unknown(&mut after, &change["change"]["after_unknown"]);
    let empty = |value: Value| if value.is_null() { Value::Object(serde_json::Map::new()) } else { value };
    let fields = fields(&empty(before), &empty(after));
    // A field that is null on both sides is not a change.
    let shown = fields.iter().map(Field::shown).filter(|field| {
        let none = |value: &Option<Value>| value.as_ref().is_none_or(Value::is_null);
        !none(&field.before) || !none(&field.after)
    });
    Some(Resource { address: change["address"].as_str()?.to_owned(), action, fields: shown.collect() })
}

/// Masks the parts of `value` for which `sensitive`, which has the same shape, is `true`.
fn mask_sensitive(masker: &Masker, value: &mut Value, sensitive: &Value) {
    match (value, sensitive) {
        (Value::Null, _) => (),
        (value, Value::Bool(true)) => masker.replace(value),
        (Value::Object(fields), Value::Object(marks)) => {
            marks.iter().for_each(|(key, mark)| {
                if let Some(field) = fields.get_mut(key) {
                    mask_sensitive(masker, field, mark);
                }
            });
        }
        (Value::Array(items), Value::Array(marks)) => {
            items.iter_mut().zip(marks).for_each(|(item, mark)| mask_sensitive(masker, item, mark));
        }
        _ => (),
    }
}

/// Replaces the parts of `value` for which `unknown`, which has the same shape, is `true`.
fn mark_unknown(value: &mut Value, unknown: &Value) {
    match (value, unknown) {
        (value, Value::Bool(true)) => *value = Value::from(UNKNOWN),
        (Value::Object(fields), Value::Object(marks)) => {
            for (key, mark) in marks {
                if *mark != Value::Bool(false) {
                    mark_unknown(fields.entry(key).or_insert(Value::Null), mark);
                }
            }
        }
        (Value::Array(items), Value::Array(marks)) => {
            items.iter_mut().zip(marks).for_each(|(item, mark)| mark_unknown(item, mark));
        }
        _ => (),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn describe(change: &Value) -> Vec<String> {
        let plan =
            json!({"format_version": "1.2", "resource_changes": [{"address": "a.b", "change": change}]});
        let resources = planned_resources(&plan.to_string()).unwrap();
        let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        resources
            .iter()
            .flat_map(|resource| {
                let field = |field: &Field| {
                    format!(
                        "{} {} {} {}",
                        resource.action,
                        field.path,
                        text(&field.before),
                        text(&field.after)
                    )
                };
                resource.fields.iter().map(field)
            })
            .collect()
    }

    #[test]
    fn only_changed_resources_and_fields_are_listed() {
        assert_eq!(describe(&json!({"actions": ["no-op"], "before": {"x": 1}, "after": {"x": 1}})), [""; 0]);
        assert_eq!(
            describe(&json!({"actions": ["update"], "before": {"x": 1, "y": 2}, "after": {"x": 3, "y": 2}})),
            ["update x 1 3"]
        );
        assert_eq!(
            describe(&json!({"actions": ["delete", "create"], "before": {"x": 1}, "after": {"x": 2}})),
            ["replace x 1 2"]
        );
        assert_eq!(
            describe(&json!({"actions": ["create"], "before": null, "after": {"x": null, "y": 1}})),
            ["create y - 1"]
        );
    }

    #[test]
    fn sensitive_and_unknown_values_are_masked() {
        let change = json!({"actions": ["update"],
            "before": {"token": "hunter1", "list": [{"key": "hunter2"}], "id": "1"}, "before_sensitive": {"token": true, "list": [{"key": true}]},
            "after": {"token": "hunter3", "list": [{"key": "hunter4"}]}, "after_sensitive": {"token": true, "list": [{"key": true}]},
            "after_unknown": {"id": true, "list": [{}], "other": false}});
        assert_eq!(
            describe(&change),
            [
                "update id \"1\" \"(known after apply)\"",
                "update list[0].key \"(secret)\" \"(secret)\"",
                "update token \"(secret)\" \"(secret)\""
            ]
        );
    }

    #[test]
    fn an_invalid_plan_is_refused() {
        for text in ["", "{}", "{\"format_version\": \"1\", \"resource_changes\": 3}"] {
            assert_eq!(planned_resources(text).unwrap_err().kind, Kind::Environment, "{text}");
        }
        assert_eq!(planned_resources("{\"format_version\": \"1.2\"}").unwrap(), []);
    }
}

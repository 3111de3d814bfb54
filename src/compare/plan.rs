//! Reads a plan of `OpenTofu` (`tofu show -json`): which resources it changes and how, without what is sensitive. Pure.

use serde_json::Value;

use super::{Field, Resource, fields, mask::Masker};
use crate::base::failure::{Failure, Kind, Result};

/// What stands for a value that is known only once the plan was applied.
const LATER: &str = "(known after apply)";

/// The resources that the plan `text` changes, by address; reads of data and resources that stay are left out.
///
/// Fails with kind `Environment` where the text is no plan.
pub fn resources(text: &str) -> Result<Vec<Resource>> {
    let refuse = |why: String| {
        Failure::new(Kind::Environment, "this is no plan of OpenTofu as JSON")
            .because(why)
            .hint("write it with `tofu plan -out=FILE` and `tofu show -json FILE`")
    };
    let plan: Value = serde_json::from_str(text).map_err(|error| refuse(error.to_string()))?;
    let changes = match (plan["format_version"].as_str(), &plan["resource_changes"]) {
        (Some(_), Value::Array(changes)) => changes.clone(),
        (Some(_), Value::Null) => Vec::new(),
        _ => {
            return Err(refuse(
                "it has no `format_version`, or its `resource_changes` are no list".to_owned(),
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
        hide(masker, &mut value, &change["change"][sensitive]);
        value
    };
    let before = side("before", "before_sensitive");
    let mut after = side("after", "after_sensitive");
    postpone(&mut after, &change["change"]["after_unknown"]);
    let empty = |value: Value| if value.is_null() { Value::Object(serde_json::Map::new()) } else { value };
    let fields = fields(&empty(before), &empty(after));
    // What is not set is no news.
    let told = fields.iter().map(Field::shown).filter(|field| {
        let none = |value: &Option<Value>| value.as_ref().is_none_or(Value::is_null);
        !none(&field.before) || !none(&field.after)
    });
    Some(Resource { address: change["address"].as_str()?.to_owned(), action, fields: told.collect() })
}

/// Masks in `value` whatever `sensitive`, which has its shape, says `true` of.
fn hide(masker: &Masker, value: &mut Value, sensitive: &Value) {
    match (value, sensitive) {
        (Value::Null, _) => (),
        (value, Value::Bool(true)) => masker.replace(value),
        (Value::Object(fields), Value::Object(marks)) => {
            marks.iter().for_each(|(key, mark)| {
                if let Some(field) = fields.get_mut(key) {
                    hide(masker, field, mark);
                }
            });
        }
        (Value::Array(items), Value::Array(marks)) => {
            items.iter_mut().zip(marks).for_each(|(item, mark)| hide(masker, item, mark));
        }
        _ => (),
    }
}

/// Says of everything in `unknown`, which has the shape of `value`, that it comes later.
fn postpone(value: &mut Value, unknown: &Value) {
    match (value, unknown) {
        (value, Value::Bool(true)) => *value = Value::from(LATER),
        (Value::Object(fields), Value::Object(marks)) => {
            for (key, mark) in marks {
                if *mark != Value::Bool(false) {
                    postpone(fields.entry(key).or_insert(Value::Null), mark);
                }
            }
        }
        (Value::Array(items), Value::Array(marks)) => {
            items.iter_mut().zip(marks).for_each(|(item, mark)| postpone(item, mark));
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
        let resources = resources(&plan.to_string()).unwrap();
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
    fn what_changes_is_told_and_what_stays_is_not() {
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
    fn what_is_sensitive_or_not_known_yet_is_never_told() {
        let change = json!({"actions": ["update"],
            "before": {"token": "hunter1", "list": [{"key": "hunter2"}], "id": "1"}, "before_sensitive": {"token": true, "list": [{"key": true}]},
            "after": {"token": "hunter3", "list": [{"key": "hunter4"}]}, "after_sensitive": {"token": true, "list": [{"key": true}]},
            "after_unknown": {"id": true, "list": [{}], "other": false}});
        let told = describe(&change);
        assert_eq!(
            told,
            [
                "update id \"1\" \"(known after apply)\"",
                "update list[0].key \"(secret)\" \"(secret)\"",
                "update token \"(secret)\" \"(secret)\""
            ]
        );
    }

    #[test]
    fn what_is_no_plan_is_refused() {
        for text in ["", "{}", "{\"format_version\": \"1\", \"resource_changes\": 3}"] {
            assert_eq!(resources(text).unwrap_err().kind, Kind::Environment, "{text}");
        }
        assert_eq!(resources("{\"format_version\": \"1.2\"}").unwrap(), []);
    }
}

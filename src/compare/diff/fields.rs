//! The fields in which two values differ, each with its path. List items are matched by their names.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::compare::mask::{is_masked, shown};

/// The fields that identify the items of Kubernetes lists, in the order in which they are tried.
const KEYS: [&str; 6] = ["name", "key", "ip", "containerPort", "port", "type"];

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its path, for example `spec.template.spec.containers[backend].image`; empty for the whole value.
    pub path: String,
    /// The value on the first side; `None` if absent.
    pub before: Option<Value>,
    /// The value on the second side; `None` if absent.
    pub after: Option<Value>,
}

impl Field {
    fn new(path: &str, before: Option<&Value>, after: Option<&Value>) -> Self {
        Self { path: path.to_owned(), before: before.cloned(), after: after.cloned() }
    }

    /// Returns the field with masked secrets replaced by a fixed text.
    pub(super) fn shown(&self) -> Self {
        Self {
            path: self.path.clone(),
            before: self.before.as_ref().map(shown),
            after: self.after.as_ref().map(shown),
        }
    }
}

/// Returns the fields in which `before` and `after` differ, sorted by path. The result is empty if and only if
/// they are equal.
pub fn fields(before: &Value, after: &Value) -> Vec<Field> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found
}

fn compare(path: &str, before: &Value, after: &Value, found: &mut Vec<Field>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            compare_maps(before, after, |key| join(path, key), found);
        }
        (Value::Array(before), Value::Array(after)) => compare_lists(path, before, after, found),
        _ => found.push(Field::new(path, Some(before), Some(after))),
    }
}

fn compare_maps(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    path: impl Fn(&str) -> String,
    found: &mut Vec<Field>,
) {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for key in keys {
        match (before.get(key), after.get(key)) {
            (Some(before), Some(after)) => compare(&path(key), before, after, found),
            (before, after) => found.push(Field::new(&path(key), before, after)),
        }
    }
}

fn compare_lists(path: &str, before: &[Value], after: &[Value], found: &mut Vec<Field>) {
    let count = found.len();
    let named = KEYS.iter().find_map(|key| Some((by_name(before, key)?, by_name(after, key)?)));
    if let Some((old, new)) = named {
        let order = |items: &BTreeMap<String, (usize, &Value)>,
                     others: &BTreeMap<String, (usize, &Value)>| {
            let mut common: Vec<(usize, String)> = items
                .iter()
                .filter(|(name, _)| others.contains_key(*name))
                .map(|(name, (at, _))| (*at, name.clone()))
                .collect();
            common.sort();
            Value::from(common.into_iter().map(|(_, name)| name).collect::<Vec<_>>())
        };
        let values = |items: &BTreeMap<String, (usize, &Value)>| -> Map<String, Value> {
            items.iter().map(|(name, (_, value))| (name.clone(), (*value).clone())).collect()
        };
        compare_maps(&values(&old), &values(&new), |name| format!("{path}[{name}]"), found);
        let (old, new) = (order(&old, &new), order(&new, &old));
        if old != new {
            found.push(Field::new(&format!("{path}[] (order)"), Some(&old), Some(&new)));
        }
    } else {
        compare_by_position(path, before, after, found);
    }
    // Lists that differ must always yield a difference.
    if found.len() == count {
        found.push(Field::new(path, Some(&Value::from(before)), Some(&Value::from(after))));
    }
}

/// Returns the items by the value of `key`, if it is unique.
fn by_name<'a>(items: &'a [Value], key: &str) -> Option<BTreeMap<String, (usize, &'a Value)>> {
    // Paths are shown, so a masked value must not be used as a name.
    let name = |item: &Value| match item.get(key).filter(|name| !is_masked(name))? {
        Value::String(name) => Some(name.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let named: Option<BTreeMap<String, (usize, &Value)>> =
        items.iter().enumerate().map(|(at, item)| Some((name(item)?, (at, item)))).collect();
    named.filter(|named| named.len() == items.len())
}

/// Compares lists whose items have no names: a common head and tail are skipped, the rest is matched in order.
fn compare_by_position(path: &str, before: &[Value], after: &[Value], found: &mut Vec<Field>) {
    let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (old, new) = (&before[head..], &after[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    for at in 0..old.len().max(new.len()) {
        let path = format!("{path}[{}]", head + at);
        match (old.get(at), new.get(at)) {
            (Some(old), Some(new)) => compare(&path, old, new, found),
            (old, new) => found.push(Field::new(&path, old, new)),
        }
    }
}

fn join(path: &str, key: &str) -> String {
    let plain =
        !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'));
    match (path, plain) {
        ("", true) => key.to_owned(),
        (_, true) => format!("{path}.{key}"),
        (_, false) => format!("{path}[{key:?}]"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn paths(before: &Value, after: &Value) -> Vec<String> {
        let text = |value: Option<Value>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
        fields(before, after)
            .into_iter()
            .map(|field| format!("{} {} {}", field.path, text(field.before), text(field.after)))
            .collect()
    }

    #[test]
    fn fields_are_reported_with_their_paths() {
        assert_eq!(
            paths(&json!({"a": {"b": 1, "c": 2}}), &json!({"a": {"b": 1, "c": 3, "d": 4}})),
            ["a.c 2 3", "a.d - 4"]
        );
        assert_eq!(paths(&json!({"m": {"x.y/z": 1}}), &json!({"m": {}})), ["m[\"x.y/z\"] 1 -"]);
        assert_eq!(paths(&json!(1), &json!("1")), [" 1 \"1\""]);
    }

    #[test]
    fn list_items_are_matched_by_their_names() {
        let before = json!({"c": [{"name": "a", "v": 1}, {"name": "b", "v": 2}]});
        let after = json!({"c": [{"name": "new", "v": 0}, {"name": "a", "v": 1}, {"name": "b", "v": 3}]});
        assert_eq!(paths(&before, &after), ["c[b].v 2 3", "c[new] - {\"name\":\"new\",\"v\":0}"]);
        let swapped = json!({"c": [{"name": "b", "v": 2}, {"name": "a", "v": 1}]});
        assert_eq!(paths(&before, &swapped), ["c[] (order) [\"a\",\"b\"] [\"b\",\"a\"]"]);
    }

    #[test]
    fn items_without_names_are_matched_by_position() {
        assert_eq!(paths(&json!(["a", "b", "d"]), &json!(["a", "b", "c", "d"])), ["[2] - \"c\""]);
        assert_eq!(paths(&json!([{"x": 1}, {"x": 2}]), &json!([{"x": 1}, {"x": 3}])), ["[1].x 2 3"]);
        // A name that is not unique does not identify an item.
        assert_eq!(
            paths(&json!([{"name": "a"}, {"name": "a"}]), &json!([{"name": "a"}])),
            ["[1] {\"name\":\"a\"} -"]
        );
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..4i64).prop_map(Value::from),
            "[ab]{0,2}".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("name|[abc.]{1,2}", inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn fields_are_empty_if_and_only_if_values_are_equal(before in any_value(), after in any_value()) {
            prop_assert_eq!(fields(&before, &after).is_empty(), before == after);
            prop_assert_eq!(fields(&before, &before.clone()), vec![]);
        }

        #[test]
        fn the_comparison_is_symmetric(before in any_value(), after in any_value()) {
            let mut backward: Vec<Field> = fields(&after, &before).into_iter().map(|field| Field { before: field.after, after: field.before, ..field }).collect();
            let mut forward = fields(&before, &after);
            backward.sort_by(|a, b| a.path.cmp(&b.path));
            forward.sort_by(|a, b| a.path.cmp(&b.path));
            prop_assert_eq!(forward, backward);
        }
    }
}

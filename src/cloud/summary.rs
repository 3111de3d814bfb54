//! What a plan comes to: a pure function from OpenTofu's JSON to what a person reads before saying yes.

use serde::Serialize;
use serde_json::Value as Json;

/// What a plan would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Version of this format.
    pub version: u8,
    /// The environment.
    pub environment: String,
    /// How many resources are made.
    pub create: usize,
    /// How many are changed in place.
    pub update: usize,
    /// How many are removed and made anew.
    pub replace: usize,
    /// How many are removed.
    pub delete: usize,
    /// Every resource that something happens to, by address.
    pub changes: Vec<Change>,
    /// What is at Scaleway other than it was left, by address.
    pub drift: Vec<Change>,
}

/// What happens to one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its address, for example `module.network.scaleway_vpc.this`.
    pub address: String,
    /// Its type, for example `scaleway_vpc`.
    pub kind: String,
    /// What happens.
    pub action: Action,
    /// The attributes that differ, by name; empty for what is made or removed.
    pub values: Vec<Value>,
}

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// It is removed and made anew: what it holds is lost.
    Replace,
    /// It is removed.
    Delete,
}

/// One attribute that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Value {
    /// Its name.
    pub name: String,
    /// The value before, as text; `null` where it is secret, large or not set.
    pub before: Option<String>,
    /// The value after; `null` where it is secret, large or known only afterwards.
    pub after: Option<String>,
    /// Whether it is why the resource is made anew.
    pub forces_replace: bool,
}

/// Texts longer than this say nothing in one line.
const LONGEST: usize = 60;

impl Summary {
    /// Reads `tofu show -json` of a plan. Nothing that is sensitive gets into the summary.
    pub fn of(environment: &str, plan: &Json) -> Self {
        let changes = changes(&plan["resource_changes"]);
        let count = |action: Action| changes.iter().filter(|change| change.action == action).count();
        Self {
            version: 1,
            environment: environment.to_owned(),
            create: count(Action::Create),
            update: count(Action::Update),
            replace: count(Action::Replace),
            delete: count(Action::Delete),
            drift: changes_of_drift(&plan["resource_drift"], &changes),
            changes,
        }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

fn changes(list: &Json) -> Vec<Change> {
    let mut changes: Vec<Change> = list.as_array().into_iter().flatten().filter_map(change).collect();
    changes.sort_by(|a, b| a.address.cmp(&b.address));
    changes
}

/// What drifted and matters: an attribute that nobody set is Scaleway's own business.
fn changes_of_drift(list: &Json, planned: &[Change]) -> Vec<Change> {
    let matters = |drifted: &Change| {
        drifted.action == Action::Delete || planned.iter().any(|change| change.address == drifted.address)
    };
    changes(list).into_iter().filter(matters).collect()
}

fn change(resource: &Json) -> Option<Change> {
    // Data is only read.
    if resource["mode"] != "managed" {
        return None;
    }
    let change = &resource["change"];
    let action = action(&change["actions"])?;
    let compared = matches!(action, Action::Update | Action::Replace);
    Some(Change {
        address: resource["address"].as_str()?.to_owned(),
        kind: resource["type"].as_str().unwrap_or_default().to_owned(),
        action,
        values: if compared { differences(change) } else { Vec::new() },
    })
}

fn action(actions: &Json) -> Option<Action> {
    let words: Vec<&str> = actions.as_array()?.iter().filter_map(Json::as_str).collect();
    match words.as_slice() {
        ["create"] => Some(Action::Create),
        ["update"] => Some(Action::Update),
        ["delete"] => Some(Action::Delete),
        ["delete", "create"] | ["create", "delete"] => Some(Action::Replace),
        _ => None,
    }
}

fn differences(change: &Json) -> Vec<Value> {
    let (Some(before), Some(after)) = (change["before"].as_object(), change["after"].as_object()) else {
        return Vec::new();
    };
    let forcing = |name: &str| {
        change["replace_paths"].as_array().into_iter().flatten().any(|path| path[0].as_str() == Some(name))
    };
    let unknown = |name: &str| is_marked(&change["after_unknown"][name]);
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    let differ = |name: &&String| {
        unknown(name) && forcing(name) || (!unknown(name) && before.get(*name) != after.get(*name))
    };
    names
        .into_iter()
        .filter(differ)
        .map(|name| Value {
            name: name.clone(),
            before: shown(before.get(name), &change["before_sensitive"][name]),
            after: shown(after.get(name), &change["after_sensitive"][name]),
            forces_replace: forcing(name),
        })
        .collect()
}

/// Whether anything below `mark` is marked: OpenTofu mirrors the shape of a value with `true` at its leaves.
fn is_marked(mark: &Json) -> bool {
    match mark {
        Json::Bool(marked) => *marked,
        Json::Array(items) => items.iter().any(is_marked),
        Json::Object(fields) => fields.values().any(is_marked),
        _ => false,
    }
}

fn shown(value: Option<&Json>, sensitive: &Json) -> Option<String> {
    if is_marked(sensitive) {
        return None;
    }
    let text = match value? {
        Json::Null => return None,
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    (text.chars().count() <= LONGEST).then_some(text)
}

/// A plan for others to read, for example to price it: what will be and what changes, without
/// anything that is sensitive, and without the state.
pub fn for_others(plan: &Json) -> Json {
    let resources = plan["resource_changes"].as_array().into_iter().flatten();
    let kept = resources.map(|resource| {
        let change = &resource["change"];
        let after = without(&change["after"], &change["after_sensitive"]);
        let before = without(&change["before"], &change["before_sensitive"]);
        serde_json::json!({
            "address": resource["address"], "mode": resource["mode"], "type": resource["type"], "name": resource["name"],
            "index": resource["index"],
            "change": {"actions": change["actions"], "before": before, "after": after},
        })
    });
    serde_json::json!({
        "format_version": plan["format_version"],
        "terraform_version": plan["terraform_version"],
        "planned_values": {"root_module": module(&plan["planned_values"]["root_module"])},
        "resource_changes": kept.collect::<Vec<_>>(),
    })
}

/// The resources of a module and of those in it, each with what it will be.
fn module(module: &Json) -> Json {
    let resource = |resource: &Json| {
        let values = without(&resource["values"], &resource["sensitive_values"]);
        serde_json::json!({
            "address": resource["address"], "mode": resource["mode"], "type": resource["type"], "name": resource["name"],
            "index": resource["index"], "values": values,
        })
    };
    let list = |name: &str| module[name].as_array().cloned().unwrap_or_default();
    serde_json::json!({
        "address": module["address"],
        "resources": list("resources").iter().map(resource).collect::<Vec<_>>(),
        "child_modules": list("child_modules").iter().map(self::module).collect::<Vec<_>>(),
    })
}

fn without(value: &Json, sensitive: &Json) -> Json {
    match (value, sensitive) {
        (_, Json::Bool(true)) => Json::Null,
        (Json::Object(fields), marks) => {
            fields.iter().map(|(name, value)| (name.clone(), without(value, &marks[name]))).collect()
        }
        (Json::Array(items), marks) => {
            items.iter().enumerate().map(|(at, value)| without(value, &marks[at])).collect()
        }
        (value, _) => value.clone(),
    }
}

#[cfg(test)]
#[path = "summary_tests.rs"]
mod tests;

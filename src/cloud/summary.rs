//! Summarises a plan: a pure function from OpenTofu's JSON to the text that is shown before confirmation.

use serde::Serialize;
use serde_json::Value as Json;

use crate::config::EnvName;

/// The summary of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The version of the schema.
    pub version: u8,
    /// The environment.
    pub environment: EnvName,
    /// How many resources are created.
    pub create: usize,
    /// How many are changed in place.
    pub update: usize,
    /// How many are replaced.
    pub replace: usize,
    /// How many are removed.
    pub delete: usize,
    /// The changed resources, by address.
    pub changes: Vec<Change>,
    /// The resources that were changed outside OpenTofu, by address.
    pub drift: Vec<Change>,
}

/// The change of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its address, for example `module.network.scaleway_vpc.this`.
    pub address: String,
    /// Its type, for example `scaleway_vpc`.
    pub kind: String,
    /// The action.
    pub action: Action,
    /// The changed attributes, by name; empty for created and removed resources.
    pub values: Vec<Difference>,
}

/// The action of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The resource is created.
    Create,
    /// The resource is changed in place.
    Update,
    /// The resource is removed and created again: its data is lost.
    Replace,
    /// The resource is removed.
    Delete,
}

/// One changed attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its name.
    pub name: String,
    /// The value before, as text; `None` if it is sensitive, large or unset.
    pub before: Option<String>,
    /// The value after; `None` if it is sensitive, large or not yet known.
    pub after: Option<String>,
    /// Whether it forces the replacement of the resource.
    pub forces_replace: bool,
}

/// The maximum length of a value that is shown.
const LONGEST: usize = 60;

impl Summary {
    /// Reads `tofu show -json` of a plan. Sensitive values are left out.
    pub fn of(environment: &EnvName, plan: &Json) -> Self {
        let changes = changes(&plan["resource_changes"]);
        let count = |action: Action| changes.iter().filter(|change| change.action == action).count();
        Self {
            version: 1,
            environment: environment.to_owned(),
            create: count(Action::Create),
            update: count(Action::Update),
            replace: count(Action::Replace),
            delete: count(Action::Delete),
            drift: relevant_drift(&plan["resource_drift"], &changes),
            changes,
        }
    }

    /// Whether the plan has no changes.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

fn changes(list: &Json) -> Vec<Change> {
    let mut changes: Vec<Change> = list.as_array().into_iter().flatten().filter_map(change).collect();
    changes.sort_by(|a, b| a.address.cmp(&b.address));
    changes
}

/// The relevant drift: drift in attributes that no module sets is ignored.
fn relevant_drift(list: &Json, planned: &[Change]) -> Vec<Change> {
    let is_relevant = |drifted: &Change| {
        drifted.action == Action::Delete || planned.iter().any(|change| change.address == drifted.address)
    };
    changes(list).into_iter().filter(is_relevant).collect()
}

fn change(resource: &Json) -> Option<Change> {
    // Data sources are only read.
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

fn differences(change: &Json) -> Vec<Difference> {
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
        .map(|name| Difference {
            name: name.clone(),
            before: visible(before.get(name), &change["before_sensitive"][name]),
            after: visible(after.get(name), &change["after_sensitive"][name]),
            forces_replace: forcing(name),
        })
        .collect()
}

/// Whether any leaf of `mark` is `true`: OpenTofu mirrors the structure of a value in its marks.
fn is_marked(mark: &Json) -> bool {
    match mark {
        Json::Bool(marked) => *marked,
        Json::Array(items) => items.iter().any(is_marked),
        Json::Object(fields) => fields.values().any(is_marked),
        _ => false,
    }
}

fn visible(value: Option<&Json>, sensitive: &Json) -> Option<String> {
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

/// The plan without sensitive values and without the state, for other tools, for example to price it.
pub fn redacted(plan: &Json) -> Json {
    let resources = plan["resource_changes"].as_array().into_iter().flatten();
    let kept = resources.map(|resource| {
        let change = &resource["change"];
        let after = without_sensitive(&change["after"], &change["after_sensitive"]);
        let before = without_sensitive(&change["before"], &change["before_sensitive"]);
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

/// The resources of a module and its child modules, each with its planned values.
fn module(module: &Json) -> Json {
    let resource = |resource: &Json| {
        let values = without_sensitive(&resource["values"], &resource["sensitive_values"]);
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

fn without_sensitive(value: &Json, sensitive: &Json) -> Json {
    match (value, sensitive) {
        (_, Json::Bool(true)) => Json::Null,
        (Json::Object(fields), marks) => fields
            .iter()
            .map(|(name, value)| (name.clone(), without_sensitive(value, &marks[name])))
            .collect(),
        (Json::Array(items), marks) => {
            items.iter().enumerate().map(|(at, value)| without_sensitive(value, &marks[at])).collect()
        }
        (value, _) => value.clone(),
    }
}

#[cfg(test)]
#[path = "summary_tests.rs"]
mod tests;

//! The differences between the built manifests of two sides, by phase and object.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Field, fields};
use crate::{
    artifact::ROOT,
    compare::{ObjectId, Phases, mask::shown},
};

/// All differences in the manifests.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Manifests {
    /// All phases, in the order of their dependencies.
    pub phases: Vec<String>,
    /// The objects that differ, ordered by phase and name.
    pub changes: Vec<Change>,
}

/// One object that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The Flux Kustomization that applies it.
    pub phase: String,
    /// Its identity.
    pub id: ObjectId,
    /// How it differs.
    pub kind: ChangeKind,
}

/// How an object differs. Secrets are masked.
#[derive(Debug, Clone, PartialEq)]
pub enum ChangeKind {
    /// It exists on the second side only.
    Added {
        /// The object.
        object: Value,
    },
    /// It exists on the first side only.
    Removed {
        /// The object.
        object: Value,
    },
    /// It exists on both sides.
    Changed {
        /// The phase that applied it before, if that was another one.
        from: Option<String>,
        /// The fields that differ; empty if only the phase differs.
        fields: Vec<Field>,
    },
}

/// The JSON form of a change: every kind has the same fields.
#[derive(Serialize)]
struct Flat<'a> {
    phase: &'a str,
    #[serde(flatten)]
    id: &'a ObjectId,
    change: &'static str,
    object: Option<&'a Value>,
    from: Option<&'a str>,
    fields: &'a [Field],
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { phase, id, kind } = self;
        let (change, object, from, fields): (_, _, _, &[Field]) = match kind {
            ChangeKind::Added { object } => ("added", Some(object), None, &[]),
            ChangeKind::Removed { object } => ("removed", Some(object), None, &[]),
            ChangeKind::Changed { from, fields } => ("changed", None, from.as_deref(), fields),
        };
        Flat { phase, id, change, object, from, fields }.serialize(serializer)
    }
}

impl Manifests {
    /// Returns how many objects are added, changed and removed.
    pub fn counts(&self) -> (usize, usize, usize) {
        ChangeKind::counts(self.changes.iter().map(|change| &change.kind))
    }

    /// Compares two sides.
    pub fn between(before: &Phases, after: &Phases) -> Self {
        let mut found: BTreeMap<(String, ObjectId), ChangeKind> = BTreeMap::new();
        let (mut gone, mut new) = (BTreeMap::new(), BTreeMap::new());
        for (phase, id, object) in before.objects() {
            match after.object(phase, id) {
                Some(other) if object == other => (),
                Some(other) => {
                    found.insert((phase.to_owned(), id.clone()), changed(None, object, other));
                }
                None => drop(gone.insert((id, phase), object)),
            }
        }
        for (phase, id, object) in after.objects().filter(|(phase, id, _)| before.object(phase, id).is_none())
        {
            new.insert((id, phase), object);
        }
        // An object that moves to another phase is neither removed nor added. Whether Flux deletes it in between
        // is said in a note: see `Takeover`.
        for ((id, phase), object) in new {
            let origin = gone.keys().find(|(gone, _)| *gone == id).copied();
            let kind = match origin.and_then(|key| Some((key.1, gone.remove(&key)?))) {
                Some((from, old)) => changed(Some(from.to_owned()), old, object),
                None => ChangeKind::Added { object: shown(object) },
            };
            found.insert((phase.to_owned(), id.clone()), kind);
        }
        for ((id, phase), object) in gone {
            found.insert((phase.to_owned(), id.clone()), ChangeKind::Removed { object: shown(object) });
        }
        let phases = order(before, after);
        let mut changes: Vec<Change> =
            found.into_iter().map(|((phase, id), kind)| Change { phase, id, kind }).collect();
        let position = |name: &String| phases.iter().position(|phase| phase == name);
        changes.sort_by(|a, b| position(&a.phase).cmp(&position(&b.phase)).then_with(|| a.id.cmp(&b.id)));
        Self { phases, changes }
    }
}

impl ChangeKind {
    /// Counts the added, changed and removed objects.
    pub fn counts<'a>(kinds: impl Iterator<Item = &'a Self>) -> (usize, usize, usize) {
        kinds.fold((0, 0, 0), |(added, changed, removed), kind| match kind {
            Self::Added { .. } => (added + 1, changed, removed),
            Self::Changed { .. } => (added, changed + 1, removed),
            Self::Removed { .. } => (added, changed, removed + 1),
        })
    }
}

fn changed(from: Option<String>, before: &Value, after: &Value) -> ChangeKind {
    ChangeKind::Changed { from, fields: fields(before, after).iter().map(Field::shown).collect() }
}

/// Returns the names of all phases, each after those it depends on.
fn order(before: &Phases, after: &Phases) -> Vec<String> {
    let mut names: Vec<&String> = before.definitions.keys().chain(after.definitions.keys()).collect();
    names.sort_by_key(|name| (depth(name, before, after, 0), name.as_str()));
    names.dedup();
    names.into_iter().cloned().collect()
}

fn depth(name: &str, before: &Phases, after: &Phases, deep: usize) -> usize {
    let Some(definition) = after.definitions.get(name).or_else(|| before.definitions.get(name)) else {
        return deep;
    };
    // The root comes first. The limit ends the recursion on a dependency cycle, which Flux rejects.
    let on = definition["spec"]["dependsOn"].as_array().into_iter().flatten();
    let on = on.filter_map(|on| on["name"].as_str()).filter(|_| deep < 32);
    on.map(|on| depth(on, before, after, deep + 1)).max().unwrap_or(if deep == 0 && name == ROOT {
        0
    } else {
        deep + 1
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(kind: &str, name: &str, spec: i64) -> Value {
        json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, "spec": spec})
    }

    fn phases(objects: &[(&str, Value)]) -> Phases {
        let definition = |name: &str, on: &[&str]| {
            let on: Vec<Value> = on.iter().map(|on| json!({"name": on})).collect();
            (name.to_owned(), json!({"metadata": {"name": name}, "spec": {"dependsOn": on}}))
        };
        let mut phases = Phases {
            definitions: [
                definition("apps", &["zebra"]),
                definition("zebra", &[]),
                definition("platform", &[]),
            ]
            .into(),
            ..Phases::default()
        };
        for (phase, object) in objects {
            let objects = phases.objects.entry((*phase).to_owned()).or_default();
            objects.insert(ObjectId::of(object), object.clone());
        }
        phases
    }

    fn describe(before: &[(&str, Value)], after: &[(&str, Value)]) -> Vec<String> {
        let manifests = Manifests::between(&phases(before), &phases(after));
        let describe = |change: &Change| {
            let kind = match &change.kind {
                ChangeKind::Added { .. } => "added".to_owned(),
                ChangeKind::Removed { .. } => "removed".to_owned(),
                ChangeKind::Changed { from, fields } => format!("changed {from:?} {}", fields.len()),
            };
            format!("{}: {} {kind}", change.phase, change.id)
        };
        manifests.changes.iter().map(describe).collect()
    }

    #[test]
    fn changes_are_sorted_by_phase_dependencies() {
        let before =
            [("apps", object("A", "x", 1)), ("apps", object("B", "gone", 1)), ("zebra", object("C", "z", 1))];
        let after =
            [("apps", object("A", "x", 2)), ("apps", object("A", "new", 1)), ("zebra", object("C", "z", 2))];
        assert_eq!(
            describe(&before, &after),
            [
                "zebra: C z changed None 1",
                "apps: A new added",
                "apps: A x changed None 1",
                "apps: B gone removed"
            ]
        );
        assert_eq!(describe(&before, &before), [""; 0]);
    }

    #[test]
    fn moving_to_another_phase_is_a_change() {
        let before = [("apps", object("A", "x", 1))];
        assert_eq!(
            describe(&before, &[("zebra", object("A", "x", 1))]),
            ["zebra: A x changed Some(\"apps\") 0"]
        );
    }
}

//! What Flux would apply on one side and not, or otherwise, on the other: by phase and object. Pure.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Field, Id, Phases, fields, mask::shown};

/// All that differs in what Flux applies.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Manifests {
    /// The phases that were looked at, in the order in which they depend on each other.
    pub phases: Vec<String>,
    /// What differs, in the order of the phases and then of the names.
    pub changes: Vec<Change>,
}

/// One object that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The Flux Kustomization that applies it.
    pub phase: String,
    /// What it is called.
    pub id: Id,
    /// How it differs.
    pub what: What,
}

/// How an object differs. No secret's value is in it.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// It is on the second side only.
    Added {
        /// The object.
        object: Value,
    },
    /// It is on the first side only.
    Removed {
        /// The object.
        object: Value,
    },
    /// It is on both, with other fields.
    Changed {
        /// The phase that applied it before, where that was another one.
        from: Option<String>,
        /// The fields that differ; none where only the phase is another one.
        fields: Vec<Field>,
    },
}

/// A change as programs get it: the same fields in each.
#[derive(Serialize)]
struct Flat<'a> {
    phase: &'a str,
    #[serde(flatten)]
    id: &'a Id,
    change: &'static str,
    object: Option<&'a Value>,
    from: Option<&'a str>,
    fields: &'a [Field],
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { phase, id, what } = self;
        let (change, object, from, fields): (_, _, _, &[Field]) = match what {
            What::Added { object } => ("added", Some(object), None, &[]),
            What::Removed { object } => ("removed", Some(object), None, &[]),
            What::Changed { from, fields } => ("changed", None, from.as_deref(), fields),
        };
        Flat { phase, id, change, object, from, fields }.serialize(serializer)
    }
}

impl Manifests {
    /// How many objects are added, changed and removed.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count =
            |wanted: fn(&What) -> bool| self.changes.iter().filter(|change| wanted(&change.what)).count();
        (
            count(|what| matches!(what, What::Added { .. })),
            count(|what| matches!(what, What::Changed { .. })),
            count(|what| matches!(what, What::Removed { .. })),
        )
    }

    /// Compares two sides.
    pub fn between(before: &Phases, after: &Phases) -> Self {
        let mut found: BTreeMap<(String, Id), What> = BTreeMap::new();
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
        // What only moves from one phase to another is neither removed nor added: nothing of it is deleted.
        for ((id, phase), object) in new {
            let origin = gone.keys().find(|(gone, _)| *gone == id).copied();
            let what = match origin.and_then(|key| Some((key.1, gone.remove(&key)?))) {
                Some((from, old)) => changed(Some(from.to_owned()), old, object),
                None => What::Added { object: shown(object) },
            };
            found.insert((phase.to_owned(), id.clone()), what);
        }
        for ((id, phase), object) in gone {
            found.insert((phase.to_owned(), id.clone()), What::Removed { object: shown(object) });
        }
        let phases = order(before, after);
        let mut changes: Vec<Change> =
            found.into_iter().map(|((phase, id), what)| Change { phase, id, what }).collect();
        let place = |name: &String| phases.iter().position(|phase| phase == name);
        changes.sort_by(|a, b| place(&a.phase).cmp(&place(&b.phase)).then_with(|| a.id.cmp(&b.id)));
        Self { phases, changes }
    }
}

fn changed(from: Option<String>, before: &Value, after: &Value) -> What {
    What::Changed { from, fields: fields(before, after).iter().map(Field::shown).collect() }
}

/// The names of all phases, each behind those it depends on.
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
    // The root comes first; a circle, which Flux would refuse, must not hang this.
    let on = definition["spec"]["dependsOn"].as_array().into_iter().flatten();
    let on = on.filter_map(|on| on["name"].as_str()).filter(|_| deep < 32);
    on.map(|on| depth(on, before, after, deep + 1))
        .max()
        .unwrap_or(if deep == 0 && name == super::flux::ROOT { 0 } else { deep + 1 })
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
            phases.objects.entry((*phase).to_owned()).or_default().insert(Id::of(object), object.clone());
        }
        phases
    }

    fn describe(before: &[(&str, Value)], after: &[(&str, Value)]) -> Vec<String> {
        let manifests = Manifests::between(&phases(before), &phases(after));
        let tell = |change: &Change| {
            let what = match &change.what {
                What::Added { .. } => "added".to_owned(),
                What::Removed { .. } => "removed".to_owned(),
                What::Changed { from, fields } => format!("changed {from:?} {}", fields.len()),
            };
            format!("{}: {} {what}", change.phase, change.id)
        };
        manifests.changes.iter().map(tell).collect()
    }

    #[test]
    fn objects_are_added_changed_and_removed_in_the_order_of_the_phases() {
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
    fn what_moves_to_another_phase_is_neither_added_nor_removed() {
        let before = [("apps", object("A", "x", 1))];
        assert_eq!(
            describe(&before, &[("zebra", object("A", "x", 1))]),
            ["zebra: A x changed Some(\"apps\") 0"]
        );
    }
}

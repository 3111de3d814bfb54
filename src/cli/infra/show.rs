//! Plans and leftover_resources for people; pure.

use crate::cloud::{Action, Change, Difference, LeftoverResource, Summary};

/// What a plan does, a resource a line, and what the environment then costs.
pub(super) fn priced(summary: &Summary, eur_per_month: f64) -> String {
    plan(summary)
        + &format!(
            "{} then costs about {eur_per_month:.2} EUR a month without VAT; `seasense cost {0}` says what for.\n",
            summary.environment
        )
}

/// What a plan does, a resource a line.
pub(super) fn plan(summary: &Summary) -> String {
    let mut text = String::new();
    if !summary.drift.is_empty() {
        text += "Changed since the last run, by others than this program:\n";
        text += &lines(&summary.drift);
    }
    if summary.is_empty() {
        return text + &format!("{}: nothing changes; everything is as it should be.\n", summary.environment);
    }
    text += &format!(
        "{}: {} to make, {} to change, {} to make anew, {} to remove\n",
        summary.environment, summary.create, summary.update, summary.replace, summary.delete
    );
    text + &lines(&summary.changes)
}

fn lines(changes: &[Change]) -> String {
    changes.iter().map(line).collect()
}

fn line(change: &Change) -> String {
    let mark = match change.action {
        Action::Create => "+",
        Action::Update => "~",
        Action::Replace => "±",
        Action::Delete => "-",
    };
    let values: String = change.values.iter().map(value).collect();
    let loss = if change.action == Action::Replace { "   (what it holds is lost)" } else { "" };
    format!("  {mark} {}{loss}\n{values}", change.address)
}

fn value(value: &Difference) -> String {
    let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "…".to_owned());
    let forces = if value.forces_replace { ", and so it is made anew" } else { "" };
    format!("      {}: {} -> {}{forces}\n", value.name, side(&value.before), side(&value.after))
}

/// What is left, a thing a line.
pub(super) fn leftover_resources(leftover_resources: &[LeftoverResource]) -> String {
    let row = |one: &LeftoverResource| {
        [one.kind.clone(), one.place.clone(), one.name.clone(), one.id.clone(), one.because.clone()]
    };
    let rows: Vec<[String; 5]> = leftover_resources.iter().map(row).collect();
    crate::ui::table(["WHAT", "WHERE", "NAME", "ID", "KNOWN BY"], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(action: Action, values: Vec<Difference>) -> Change {
        Change {
            address: "module.pools.scaleway_k8s_pool.a".into(),
            kind: "scaleway_k8s_pool".into(),
            action,
            values,
        }
    }

    fn differs(name: &str, before: Option<&str>, after: Option<&str>, forces_replace: bool) -> Difference {
        let text = |side: Option<&str>| side.map(str::to_owned);
        Difference { name: name.into(), before: text(before), after: text(after), forces_replace }
    }

    #[test]
    fn a_person_sees_what_happens_to_what_and_why() {
        let changes = vec![
            change(Action::Create, Vec::new()),
            change(Action::Update, vec![differs("max_size", Some("1"), Some("2"), false)]),
            change(Action::Replace, vec![differs("node_type", Some("DEV1-M"), None, true)]),
        ];
        let summary = Summary {
            version: 1,
            environment: "staging".into(),
            create: 1,
            update: 1,
            replace: 1,
            delete: 0,
            changes,
            drift: vec![change(Action::Delete, Vec::new())],
        };
        insta::assert_snapshot!(plan(&summary));
        let nothing =
            Summary { create: 0, update: 0, replace: 0, changes: Vec::new(), drift: Vec::new(), ..summary };
        assert!(priced(&nothing, 38.904).contains("staging then costs about 38.90 EUR a month"));
        assert_eq!(plan(&nothing), "staging: nothing changes; everything is as it should be.\n");
    }
}

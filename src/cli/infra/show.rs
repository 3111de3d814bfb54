//! Renders plans and leftover resources; pure.

use crate::cloud::{Action, Change, Difference, LeftoverResource, Summary};

/// The changes of a plan, one resource per line, and the cost afterwards.
pub(super) fn priced(summary: &Summary, eur_per_month: f64) -> String {
    plan(summary)
        + &format!(
            "{} then costs about {eur_per_month:.2} EUR per month without VAT; run `seasense cost {0}` for details.\n",
            summary.environment
        )
}

/// The changes of a plan, one resource per line.
pub(super) fn plan(summary: &Summary) -> String {
    let mut text = String::new();
    if !summary.drift.is_empty() {
        text += "Changed outside seasense since the last run:\n";
        text += &lines(&summary.drift);
    }
    if summary.is_empty() {
        return text + &format!("{}: no changes.\n", summary.environment);
    }
    text += &format!(
        "{}: {} to create, {} to change, {} to replace, {} to remove\n",
        summary.environment, summary.create, summary.update, summary.replace, summary.delete
    );
    text + &lines(&summary.changes)
}

fn lines(changes: &[Change]) -> String {
    changes.iter().map(line).collect()
}

fn line(change: &Change) -> String {
    let sign = match change.action {
        Action::Create => "+",
        Action::Update => "~",
        Action::Replace => "±",
        Action::Delete => "-",
    };
    let values: String = change.values.iter().map(value).collect();
    let loss = if change.action == Action::Replace { "   (its data is lost)" } else { "" };
    format!("  {sign} {}{loss}\n{values}", change.address)
}

fn value(value: &Difference) -> String {
    let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "…".to_owned());
    let forces = if value.forces_replace { " (forces the replacement)" } else { "" };
    format!("      {}: {} -> {}{forces}\n", value.name, side(&value.before), side(&value.after))
}

/// Leftover resources, one per line.
pub(super) fn leftover_resources(resources: &[LeftoverResource]) -> String {
    let row = |one: &LeftoverResource| {
        [one.kind.clone(), one.location.clone(), one.name.clone(), one.id.clone(), one.matched_by.clone()]
    };
    let rows: Vec<[String; 5]> = resources.iter().map(row).collect();
    crate::ui::table(["KIND", "LOCATION", "NAME", "ID", "MATCHED BY"], &rows)
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
    fn plan_lists_every_change_and_its_cause() {
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
        assert!(priced(&nothing, 38.904).contains("staging then costs about 38.90 EUR per month"));
        assert_eq!(plan(&nothing), "staging: no changes.\n");
    }
}

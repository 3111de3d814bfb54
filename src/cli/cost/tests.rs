//! What people and programs are shown.

use std::path::Path;

use jiff::civil::date;

use super::*;
use crate::ui::Style;

#[allow(clippy::duplicate_mod, reason = "one checker serves the tests of several crates and modules")]
#[path = "../../../tests/schemas/check.rs"]
mod schema;

fn project() -> Project {
    Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn args(environments: &[&str]) -> Args {
    Args {
        environments: environments.iter().map(|name| (*name).to_owned()).collect(),
        plan: None,
        profiles: false,
        node_hours: None,
        gate: false,
        over_budget: None,
        json: Json::when(false),
    }
}

/// The report as it reads on a day on which the table is new.
fn on_a_fixed_day(mut report: Report) -> Report {
    let prices = Prices::load(&project()).unwrap();
    report.prices = Age::of(report.environments.iter().map(|one| &one.bill), &prices, date(2026, 11, 20));
    report
}

#[test]
fn people_see_every_row_its_share_and_the_budget() {
    let prices = Prices::load(&project()).unwrap();
    let report = on_a_fixed_day(report(&project(), &prices, &args(&["production"])).unwrap());
    let text = show::report(&report, Style::PLAIN);
    let rows = &report.environments[0].bill.rows;
    assert_eq!(rows.len(), 7);
    for row in rows {
        let line = text.lines().find(|line| line.starts_with(&row.resource)).unwrap();
        let share = format!("{:.0}%", row.share * 100.0);
        assert!(line.contains(&row.item) && line.ends_with(&share), "{line}");
        assert!(line.contains(&format!("{:.2}", row.eur_per_month)), "{line}");
    }
    assert!(
        text.starts_with("production (lean, from the layout, nodes for 730 hours)\n\nRESOURCE "),
        "{text}"
    );
    let sum = format!("\n{:.2} EUR a month; budget 50 EUR: ", report.eur_per_month);
    assert!(text.contains(&sum) && !text.contains("all together"), "{text}");
    let age = "EUR without VAT; prices of 2025-03-25 to 2026-09-01, the oldest 605 days old\n";
    assert!(text.ends_with(age), "{text}");
}

#[test]
fn profiles_stand_side_by_side_with_what_they_give_up() {
    let prices = Prices::load(&project()).unwrap();
    let mut compared = profiles(&project(), &prices, &args(&[])).unwrap();
    compared.prices = Age::of(compared.profiles.iter().map(|one| &one.bill), &prices, date(2026, 11, 20));
    let text = show::profiles(&compared, Style::PLAIN);
    let head: Vec<&str> = text.lines().nth(2).unwrap().split_whitespace().collect();
    assert_eq!(head, ["lean", "resilient"]);
    let line = |name: &str| -> Vec<&str> {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        line[name.len()..].split_whitespace().collect()
    };
    assert_eq!(line("public gateway"), ["-", "18.98"]);
    assert_eq!(line("addresses of the nodes"), ["7.30", "-"]);
    let sums: Vec<String> =
        compared.profiles.iter().map(|one| format!("{:.2}", one.bill.eur_per_month)).collect();
    assert_eq!(line("together"), sums);
    assert!(
        text.contains("at these prices it is above the budget") && text.contains("- port 443 by itself"),
        "{text}"
    );
    schema::assert_allowed("cost-profiles", &serde_json::to_value(&compared).unwrap());
}

#[test]
fn programs_get_what_the_schema_says() {
    let prices = Prices::load(&project()).unwrap();
    let report = report(&project(), &prices, &args(&[])).unwrap();
    assert_eq!(report.environments.len(), Infrastructure::names(&project()).len());
    let sum: f64 = report.environments.iter().map(|one| one.bill.eur_per_month).sum();
    assert!((report.eur_per_month - sum).abs() < 1e-9);
    schema::assert_allowed("cost", &serde_json::to_value(&report).unwrap());
}

#[test]
fn every_layout_is_within_its_budget_as_it_stands() {
    let prices = Prices::load(&project()).unwrap();
    for one in report(&project(), &prices, &args(&[])).unwrap().environments {
        one.budget.said.require(&one.environment, one.budget.limit_eur).unwrap();
        assert!(cost::Profile::named(&one.profile).is_some(), "{}", one.profile);
    }
}

/// What the project can pay a month for everything that it runs.
const ALL_EUR: f64 = 50.0;

#[test]
fn all_environments_together_cost_no_more_than_the_project_has() {
    let prices = Prices::load(&project()).unwrap();
    let together = report(&project(), &prices, &args(&[])).unwrap();
    assert!(together.eur_per_month <= ALL_EUR, "{:.2} EUR a month", together.eur_per_month);
    let always = Args { node_hours: Some(730), ..args(&[]) };
    let always = report(&project(), &prices, &always).unwrap();
    assert!(always.eur_per_month > ALL_EUR, "then staging need not sleep: {:.2}", always.eur_per_month);
    assert!(always.environments.iter().all(|one| one.node_hours == 730));
}

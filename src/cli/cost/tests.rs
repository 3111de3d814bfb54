//! Tests of the tables and the JSON.

use std::path::Path;

use jiff::civil::date;

use super::*;
use crate::{
    config::{EnvName, Infrastructure, Project},
    ui::Style,
};

#[allow(clippy::duplicate_mod, reason = "one checker serves the tests of several crates and modules")]
#[path = "../../../tests/schemas/check.rs"]
mod schema;

fn project() -> Project {
    Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn prices() -> Prices {
    Prices::load(&project()).unwrap()
}

/// A request on a date at which the age of the price table is known.
fn request(environments: &[EnvName]) -> Request<'_> {
    Request { environments, plan: None, node_hours: None, over_budget: None, today: date(2026, 11, 20) }
}

#[test]
fn the_table_shows_every_row_its_share_and_the_budget() {
    let report = CostReport::of(&project(), &prices(), request(&["production".into()])).unwrap();
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
    let sum = format!("\n{:.2} EUR per month; budget 50 EUR: ", report.eur_per_month);
    assert!(text.contains(&sum) && !text.contains("total "), "{text}");
    let age = "EUR without VAT; prices of 2025-03-25 to 2026-09-01, the oldest 605 days old\n";
    assert!(text.ends_with(age), "{text}");
}

#[test]
fn profiles_are_shown_side_by_side_with_their_trade_offs() {
    let report = ProfileReport::of(&project(), &prices(), request(&[])).unwrap();
    let text = show::profiles(&report, Style::PLAIN);
    let head: Vec<&str> = text.lines().nth(2).unwrap().split_whitespace().collect();
    assert_eq!(head, ["lean", "resilient"]);
    let line = |name: &str| -> Vec<&str> {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        line[name.len()..].split_whitespace().collect()
    };
    assert_eq!(line("public gateway"), ["-", "18.98"]);
    assert_eq!(line("addresses of the nodes"), ["7.30", "-"]);
    let sums: Vec<String> =
        report.profiles.iter().map(|one| format!("{:.2}", one.bill.eur_per_month)).collect();
    assert_eq!(line("total"), sums);
    assert!(text.contains("at these prices it exceeds the budget"), "{text}");
    assert!(text.contains("- no port 443 without a proxy"), "{text}");
    schema::assert_allowed("cost-profiles", &serde_json::to_value(&report).unwrap());
}

#[test]
fn the_json_matches_the_schema() {
    let report = CostReport::of(&project(), &prices(), request(&[])).unwrap();
    assert_eq!(report.environments.len(), Infrastructure::names(&project()).len());
    let sum: f64 = report.environments.iter().map(|one| one.bill.eur_per_month).sum();
    assert!((report.eur_per_month - sum).abs() < 1e-9);
    schema::assert_allowed("cost", &serde_json::to_value(&report).unwrap());
}

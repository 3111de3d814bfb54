//! Renders cost reports as tables.

use crate::{
    cloud::cost::{Age, Budget, CostReport, EnvironmentCost, ProfileCost, ProfileReport, Row},
    ui::{self, Style},
};

/// Renders every environment with its rows, and the total of several.
pub fn report(report: &CostReport, style: Style) -> String {
    let mut text: String = report.environments.iter().map(|one| environment(one, style)).collect();
    if report.environments.len() > 1 {
        text += &format!("{}\n", style.strong(&format!("total {:.2} EUR per month", report.eur_per_month)));
    }
    text + &footnote(report.prices.as_ref(), style)
}

fn environment(one: &EnvironmentCost, style: Style) -> String {
    let rows: Vec<[String; 6]> = one.bill.rows.iter().map(cells).collect();
    format!(
        "{} ({}, from the {}, nodes for {} hours)\n\n{}\n{} EUR per month{}; {}\n\n",
        style.strong(&one.environment),
        one.profile,
        one.source,
        one.node_hours,
        ui::table(["RESOURCE", "ITEM", "QUANTITY", "EUR/UNIT", "EUR/MONTH", "SHARE"], &rows),
        style.strong(&format!("{:.2}", one.bill.eur_per_month)),
        at_most(one),
        verdict(&one.budget, style),
    )
}

/// Renders the price with all nodes that may run, if that is another one.
fn at_most(one: &EnvironmentCost) -> String {
    let most = one.eur_per_month_at_most;
    if most > one.bill.eur_per_month {
        format!(", {most:.2} with all nodes that may run")
    } else {
        String::new()
    }
}

fn cells(row: &Row) -> [String; 6] {
    [
        row.resource.clone(),
        row.item.clone(),
        format!("{:>6} {}", quantity(row.quantity), row.unit),
        format!("{:>10.4}", row.eur_per_unit),
        format!("{:>11.2}", row.eur_per_month),
        format!("{:>4.0}%", row.share * 100.0),
    ]
}

fn quantity(quantity: f64) -> String {
    if quantity.fract() == 0.0 { format!("{quantity:.0}") } else { format!("{quantity:.2}") }
}

fn verdict(budget: &Budget, style: Style) -> String {
    let text = match budget.limit_eur {
        0 => budget.reason.clone(),
        limit => format!("budget {limit} EUR: {}", budget.reason),
    };
    if budget.outcome.allows() { style.good(&text) } else { style.bad(&text) }
}

/// Renders the profiles side by side with their trade-offs.
pub fn profiles(report: &ProfileReport, style: Style) -> String {
    let [lean, resilient] = report.profiles.as_slice() else { return String::new() };
    let mut resources: Vec<&str> = Vec::new();
    for row in lean.bill.rows.iter().chain(&resilient.bill.rows) {
        if !resources.contains(&row.resource.as_str()) {
            resources.push(&row.resource);
        }
    }
    let eur = |rows: &[Row], resource: &str| {
        let row = rows.iter().find(|row| row.resource == resource);
        row.map_or_else(|| format!("{:>9}", "-"), |row| format!("{:>9.2}", row.eur_per_month))
    };
    let mut rows: Vec<[String; 3]> = resources
        .into_iter()
        .map(|name| [name.to_owned(), eur(&lean.bill.rows, name), eur(&resilient.bill.rows, name)])
        .collect();
    let total = |one: &ProfileCost| format!("{:>9.2}", one.bill.eur_per_month);
    rows.push(["total".to_owned(), total(lean), total(resilient)]);
    let hours = report.node_hours;
    let mut text =
        format!("{}, EUR per month, nodes for {hours} hours\n\n", style.strong(&report.environment));
    text += &ui::table(["", lean.profile, resilient.profile], &rows);
    for one in &report.profiles {
        text += &format!("\n{}: {}\n", style.strong(one.profile), one.description);
        text += &format!("  {}\n  trade-offs\n", verdict(&one.budget, style));
        for trade_off in one.trade_offs {
            text += &format!("  - {trade_off}\n");
        }
    }
    if !resilient.budget.outcome.allows() {
        text += "\nThe reference layout (two nodes, gateway, load balancer) is `resilient`: at these prices it exceeds the budget.\n";
    }
    text + "\n" + &footnote(report.prices.as_ref(), style)
}

fn footnote(age: Option<&Age>, style: Style) -> String {
    let Some(age) = age else { return String::new() };
    style.dim(&format!(
        "EUR without VAT; prices of {} to {}, the oldest {} days old\n",
        age.oldest, age.newest, age.age_days
    ))
}

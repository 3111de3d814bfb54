//! Prices as tables for people.

use super::{Budget, Comparison, Priced, Report};
use crate::{
    cloud::cost::{Age, Row},
    ui::{self, Style},
};

/// Every environment with its rows, and the total of several.
pub fn report(report: &Report, style: Style) -> String {
    let mut text: String = report.environments.iter().map(|one| environment(one, style)).collect();
    if report.environments.len() > 1 {
        text +=
            &format!("{}\n", style.strong(&format!("all together {:.2} EUR a month", report.eur_per_month)));
    }
    text + &footnote(report.prices.as_ref(), style)
}

fn environment(one: &Priced, style: Style) -> String {
    let rows: Vec<[String; 6]> = one.bill.rows.iter().map(cells).collect();
    format!(
        "{} ({}, from the {}, nodes for {} hours)\n\n{}\n{} EUR a month; {}\n\n",
        style.strong(&one.environment),
        one.profile,
        one.source,
        one.node_hours,
        ui::table(["RESOURCE", "ITEM", "QUANTITY", "EUR A UNIT", "EUR A MONTH", "SHARE"], &rows),
        style.strong(&format!("{:.2}", one.bill.eur_per_month)),
        verdict(&one.budget, style),
    )
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
    if budget.said.allows() { style.good(&text) } else { style.bad(&text) }
}

/// The profiles side by side, and what each one gives up.
pub fn profiles(compared: &Comparison, style: Style) -> String {
    let [lean, resilient] = compared.profiles.as_slice() else { return String::new() };
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
    let total = |one: &super::InProfile| format!("{:>9.2}", one.bill.eur_per_month);
    rows.push(["together".to_owned(), total(lean), total(resilient)]);
    let hours = compared.node_hours;
    let mut text =
        format!("{}, EUR a month, nodes for {hours} hours\n\n", style.strong(&compared.environment));
    text += &ui::table(["", lean.profile, resilient.profile], &rows);
    for one in &compared.profiles {
        text += &format!("\n{}: {}\n", style.strong(one.profile), one.what);
        text += &format!("  {}\n  gives up\n", verdict(&one.budget, style));
        for what in one.gives_up {
            text += &format!("  - {what}\n");
        }
    }
    if !resilient.budget.said.allows() {
        text += "\nThe reference layout (two nodes, gateway, load balancer) is `resilient`: at these prices it is above the budget.\n";
    }
    text + "\n" + &footnote(compared.prices.as_ref(), style)
}

fn footnote(age: Option<&Age>, style: Style) -> String {
    let Some(age) = age else { return String::new() };
    style.dim(&format!(
        "EUR without VAT; prices of {} to {}, the oldest {} days old\n",
        age.oldest, age.newest, age.age_days
    ))
}

//! Prices items: rows, shares and the total.

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

use super::{Item, of_layout};
use crate::{
    base::failure::Result,
    config::{Confidence, Infrastructure, Prices},
};

/// One priced row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The resource, or its address in the plan.
    pub resource: String,
    /// Its name in the price table.
    pub item: String,
    /// The billed units, on average over the month.
    pub quantity: f64,
    /// The unit.
    pub unit: String,
    /// The price of a unit, EUR per month without VAT.
    pub eur_per_unit: f64,
    /// The price of the row, EUR per month without VAT.
    pub eur_per_month: f64,
    /// The share of the total, 0 to 1; all shares add up to 1 unless everything is free.
    pub share: f64,
    /// The confidence in the price.
    pub confidence: Confidence,
    /// The date of the price.
    pub dated: Date,
}

/// The price of several items.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bill {
    /// The rows, in the order of the items.
    pub rows: Vec<Row>,
    /// Their sum, EUR per month without VAT.
    pub eur_per_month: f64,
}

/// The age of the prices in some bills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Age {
    /// The date of the oldest price.
    pub oldest: Date,
    /// The date of the newest price.
    pub newest: Date,
    /// Days since the oldest price.
    pub age_days: i64,
    /// The items with a price older than the table allows, sorted.
    pub stale: Vec<String>,
}

/// Returns the price of the `items` of `layout` with its node hours, EUR per month. Fails like [`bill`].
pub fn monthly(items: &[Item], layout: &Infrastructure, prices: &Prices) -> Result<f64> {
    bill(items, prices, f64::from(layout.node_hours)).map(|bill| bill.eur_per_month)
}

/// Returns the price of a layout given as JSON, EUR per month; `None` if it is not a current layout or a price
/// is missing.
pub fn monthly_of_settings(settings: &Value, prices: &Prices) -> Option<f64> {
    let layout: Infrastructure = serde_json::from_value(settings.clone()).ok()?;
    monthly(&of_layout(&layout, prices), &layout, prices).ok()
}

/// Prices `items`. Items that scale are billed for `node_hours` of the month's hours.
///
/// Fails with kind `Environment` if the table has no price for an item.
pub fn bill(items: &[Item], prices: &Prices, node_hours: f64) -> Result<Bill> {
    let fraction = (node_hours / f64::from(prices.hours_per_month)).clamp(0.0, 1.0);
    let mut rows = items
        .iter()
        .map(|item| {
            let price = prices
                .price(&item.item)
                .map_err(|failure| failure.because(format!("needed for `{}`", item.resource)))?;
            let quantity = if item.scales { item.quantity * fraction } else { item.quantity };
            let eur_per_unit = prices.monthly(price);
            Ok(Row {
                resource: item.resource.clone(),
                item: item.item.clone(),
                quantity,
                unit: price.unit.clone(),
                eur_per_unit,
                eur_per_month: quantity * eur_per_unit,
                share: 0.0,
                confidence: price.confidence,
                dated: price.date,
            })
        })
        .collect::<Result<Vec<Row>>>()?;
    let eur_per_month: f64 = rows.iter().map(|row| row.eur_per_month).sum();
    if eur_per_month > 0.0 {
        for row in &mut rows {
            row.share = row.eur_per_month / eur_per_month;
        }
    }
    Ok(Bill { rows, eur_per_month })
}

/// Returns the sum of several bills, EUR per month.
pub fn total<'a>(bills: impl IntoIterator<Item = &'a Bill>) -> f64 {
    bills.into_iter().map(|bill| bill.eur_per_month).sum()
}

impl Age {
    /// Returns the age of the prices in `bills` on the date `today`; `None` if nothing was priced.
    pub fn of<'a>(bills: impl IntoIterator<Item = &'a Bill>, prices: &Prices, today: Date) -> Option<Self> {
        let days = |date: Date| i64::from(today.since(date).map_or(0, |span| span.get_days()));
        let rows: Vec<&Row> = bills.into_iter().flat_map(|bill| &bill.rows).collect();
        let oldest = rows.iter().map(|row| row.dated).min()?;
        let newest = rows.iter().map(|row| row.dated).max()?;
        let limit = i64::from(prices.warn_after_days);
        let old = rows.iter().filter(|row| days(row.dated) > limit);
        let mut stale: Vec<String> = old.map(|row| row.item.clone()).collect();
        stale.sort();
        stale.dedup();
        Some(Self { oldest, newest, age_days: days(oldest), stale })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        cloud::cost::{
            from_layout::tests::{any_layout, lean, prices},
            of_layout,
        },
        config::Infrastructure,
    };

    proptest! {
        #[test]
        fn shares_add_up_to_one_and_all_numbers_are_finite(layout in any_layout(), hours in 0.0..800.0_f64) {
            let bill = bill(&of_layout(&layout, prices()), prices(), hours).unwrap();
            let shares: f64 = bill.rows.iter().map(|row| row.share).sum();
            prop_assert!(shares.is_finite() && (bill.eur_per_month <= 0.0 || (shares - 1.0).abs() < 1e-9), "{shares}");
            for row in &bill.rows {
                prop_assert!(row.eur_per_month.is_finite() && row.eur_per_month >= 0.0 && row.share.is_finite());
                prop_assert!((0.0..=1.0).contains(&row.share));
            }
            prop_assert!((total([&bill, &bill]) - 2.0 * bill.eur_per_month).abs() < 1e-6);
        }

        #[test]
        fn more_hours_are_never_cheaper(layout in any_layout(), fewer in 0.0..730.0_f64, more in 0.0..100.0_f64) {
            let eur = |hours| bill(&of_layout(&layout, prices()), prices(), hours).unwrap().eur_per_month;
            prop_assert!(eur(fewer) <= eur(fewer + more));
        }
    }

    #[test]
    fn an_empty_bill_is_free_and_has_no_age() {
        let bill = bill(&[], prices(), 730.0).unwrap();
        assert_eq!(bill, Bill { rows: Vec::new(), eur_per_month: 0.0 });
        assert_eq!(Age::of([&bill], prices(), date(2026, 1, 1)), None);
    }

    #[test]
    fn an_item_without_a_price_is_refused() {
        let layout = Infrastructure { node_type: "GP1-XS".into(), ..lean() };
        let failure = super::bill(&of_layout(&layout, prices()), prices(), 730.0).unwrap_err();
        assert_eq!(failure.message, "no price is known for `GP1-XS`");
        assert_eq!(failure.causes, ["needed for `nodes`"]);
    }

    #[test]
    fn the_age_is_that_of_the_oldest_used_price() {
        let bill = bill(&of_layout(&lean(), prices()), prices(), 730.0).unwrap();
        let age = |today| Age::of([&bill], prices(), today).unwrap();
        let fresh = age(date(2025, 3, 26));
        assert_eq!(fresh.age_days, 1);
        assert_eq!(fresh.stale, [""; 0]);
        let old = age(date(2026, 11, 20));
        assert_eq!(old.oldest, date(2025, 3, 25));
        assert_eq!(old.age_days, 605);
        assert!(
            old.stale.contains(&"DEV1-M".to_owned()) && !old.stale.contains(&"flexible-ipv4".to_owned()),
            "{old:?}"
        );
    }
}

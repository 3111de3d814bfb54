//! What an environment costs a month: from its layout or from OpenTofu's plan to priced rows and a verdict on the budget. Pure.

mod bill;
mod budget;
mod demand;
mod layout;
mod plan;
mod profile;
mod quantity;

pub use bill::{Age, Bill, Row, bill, monthly, total};
pub use budget::{Verdict, budget};
pub use demand::{Capacity, Demand, Fit, capacity, demand, fit};
pub use layout::{Item, of_layout};
pub use plan::of_plan;
pub use profile::{Compared, PROFILES, Profile, compare};

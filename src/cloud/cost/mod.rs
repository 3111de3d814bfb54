//! The monthly cost of an environment: from its layout or an OpenTofu plan to priced rows and a budget verdict.

mod bill;
mod budget;
mod demand;
mod from_layout;
mod from_opentofu_plan;
mod profile;
mod quantity;
mod report;

pub use bill::{Age, Bill, Row, bill, monthly, monthly_of_settings, total};
pub use budget::{Verdict, budget};
pub use demand::{Capacity, Demand, Fit, capacity, demand, fit};
pub use from_layout::{Item, Nodes, at_most, of_layout};
pub use from_opentofu_plan::of_plan;
pub use profile::{Compared, PROFILES, Profile, compare};
pub use report::{Budget, CostReport, EnvironmentCost, ProfileCost, ProfileReport, Request};

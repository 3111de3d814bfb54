//! The differences between two sides, as data ([`Report`]) and as marked lines. Pure.

mod cost;
mod display;
mod fields;
mod images;
mod infrastructure;
mod manifests;
mod migrations;
mod opentofu_plan;
mod report;
mod takeover;
mod text_diff;

pub use cost::Cost;
pub use display::{Line, field_lines, migration_lines, object_lines, short_digests};
pub use fields::{Field, fields};
pub use images::ImageChange;
pub use infrastructure::{Infrastructure, Resource};
pub use manifests::{Change, ChangeKind, Manifests};
pub use migrations::{Migration, Migrations};
pub use opentofu_plan::planned_resources;
pub use report::{Extra, Report, SideLabel, VERSION};
pub use takeover::Takeover;

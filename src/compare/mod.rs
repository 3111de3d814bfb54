//! Says in what two platforms differ: what Flux would apply, images, migrations, variables, infrastructure; and why.
//!
//! A side is read ([`read`]), its phases are built as Flux builds them ([`build_both`]), and all that differs between two
//! sides becomes one [`Report`]. [`parity`] judges whether two environments differ in what they may differ in only.

mod build;
mod cost;
mod fields;
mod flux;
mod git;
mod identity;
mod images;
mod infrastructure;
mod kept;
mod known;
mod lines;
mod manifests;
mod mask;
mod migrations;
mod operand;
pub mod parity;
mod plan;
mod platform;
mod report;
mod show;
mod side;

pub use build::{Phases, build_both};
pub use cost::Cost;
pub use fields::{Field, fields};
pub use flux::Flux;
pub use identity::Id;
pub use images::{Image, ImageChange};
pub use infrastructure::{Infrastructure, Resource};
pub use manifests::{Change, Manifests, What};
pub use migrations::{Migration, Migrations};
pub use operand::Operand;
pub use plan::resources;
pub use platform::Platform;
pub use report::{Beside, Report, SideLabel, VERSION};
pub use show::{Line, field_lines, migration_lines, object_lines, short_digests};
pub use side::{Side, Where, read};

//! Compares two platforms: the manifests Flux would apply, images, migrations, variables and infrastructure.
//!
//! A [`Side`] is read from an environment, a commit, an artifact or the work tree ([`read`]). Its phases are
//! built as Flux builds them ([`build_both`]). [`Report`] contains all differences between two sides;
//! [`parity`] checks that two environments differ only in reviewed variables.

mod build;
mod diff;
mod mask;
mod object_id;
pub mod parity;
mod side;

pub use build::{Phases, Platform, build_both};
pub use diff::{
    Change, ChangeKind, Cost, Extra, Field, ImageChange, Infrastructure, Line, Manifests, Migration,
    Migrations, Report, Resource, SideLabel, Takeover, VERSION, field_lines, fields, migration_lines,
    object_lines, planned_resources, short_digests,
};
pub use object_id::ObjectId;
pub use side::{CompareContext, Image, Side, SideName, read, shared_environment};

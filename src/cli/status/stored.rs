//! Renders how much the database contains.

use crate::observe::EnvironmentStatus;

/// The content of the database: the readings, and the rows, of which each reading has several.
pub(super) fn text(status: &EnvironmentStatus) -> Option<String> {
    let rows = status.database.rows?;
    Some(match status.fleet.stored {
        Some(readings) => format!("{readings} readings in {rows} rows"),
        None => format!("{rows} rows; a reading has several"),
    })
}

//! The log of acknowledged readings: one append-only file of JSON lines per start of the fleet.
//!
//! The number in a file's name is the `boot_id` of that start. A file is created only if it does not exist, so
//! no `boot_id`, and no pair of `boot_id` and `seq`, is used twice, even after a crash.
//!
//! A second file has the readings that the backend refused; it is created with the first of them.

mod entry;
mod history;
mod writer;

pub use entry::{Entry, Refusal};
pub use history::History;
pub use writer::{AckLog, AckSink};

use std::path::{Path, PathBuf};

/// Returns the file of this start.
fn file(directory: &Path, boot_id: i64) -> PathBuf {
    directory.join(format!("acknowledged-{boot_id:06}.jsonl"))
}

/// Returns the file of this start's refused readings. Readers of the acknowledgements ignore its name.
fn refused_file(directory: &Path, boot_id: i64) -> PathBuf {
    directory.join(format!("refused-{boot_id:06}.ndjson"))
}

/// Returns the start that a file of this name belongs to.
fn boot_id(name: &str) -> Option<i64> {
    name.strip_prefix("acknowledged-")?.strip_suffix(".jsonl")?.parse().ok()
}

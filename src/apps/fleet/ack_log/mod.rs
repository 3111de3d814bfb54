//! What was acknowledged: one append-only file of JSON lines per start of the fleet.
//!
//! The number of the file is the `boot_id` of that start. A file is made only if it does not exist yet, so a `boot_id`,
//! and with it a (`boot_id`, `seq`), is never used twice, however the fleet ended.

mod entry;
mod history;
mod writer;

pub use entry::Entry;
pub use history::History;
pub use writer::{AckLog, Record};

use std::path::{Path, PathBuf};

/// The file of this start.
fn file(directory: &Path, boot_id: i64) -> PathBuf {
    directory.join(format!("acknowledged-{boot_id:06}.jsonl"))
}

/// The start that this file belongs to.
fn boot_id(name: &str) -> Option<i64> {
    name.strip_prefix("acknowledged-")?.strip_suffix(".jsonl")?.parse().ok()
}

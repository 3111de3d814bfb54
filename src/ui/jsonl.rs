//! Writes events as JSON lines to standard error.

use std::{io::Write, sync::Mutex};

use crate::base::event::{Event, Sink};

/// Writes one object per line.
#[derive(Default)]
pub(super) struct Jsonl {
    // Locked while a line is written, so that lines of parallel steps do not mix.
    order: Mutex<()>,
}

impl Sink for Jsonl {
    fn emit(&self, event: Event) {
        let _guard = self.order.lock();
        if let Ok(line) = serde_json::to_string(&event) {
            let _ = writeln!(std::io::stderr().lock(), "{line}");
        }
    }
}

//! Events as JSON lines, for programs: on standard error, or in a file.

use std::{
    fs::File,
    io::Write,
    path::Path,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use serde_json::Value;

use crate::base::{
    event::{Event, Sink},
    failure::{Context, Kind, Result},
};

/// Writes one object a line.
#[derive(Default)]
pub(super) struct Jsonl {
    // Held while a line is written, so that lines of parallel steps never mix.
    order: Mutex<()>,
}

impl Sink for Jsonl {
    fn emit(&self, event: Event) {
        let _held = self.order.lock();
        if let Ok(line) = serde_json::to_string(&event) {
            let _ = writeln!(std::io::stderr().lock(), "{line}");
        }
    }
}

/// A file of events: the same objects as `--output jsonl` writes, with the milliseconds since the run's beginning.
pub struct EventFile {
    begun: Instant,
    file: Mutex<File>,
}

impl EventFile {
    /// Begins the file anew, with its folder where that is missing.
    pub fn create(path: &Path) -> Result<Self> {
        let what = || format!("write the events to `{}`", path.display());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(Kind::Tool, what)?;
        }
        let file = File::create(path).with_context(Kind::Tool, what)?;
        Ok(Self { begun: Instant::now(), file: Mutex::new(file) })
    }

    /// Writes one object; whoever reads along sees it at once.
    pub fn write(&self, mut line: Value) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(object) = line.as_object_mut() {
            let at = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            object.insert("at_ms".to_owned(), at.into());
        }
        // A disk that is full must not end the run.
        let _ = writeln!(file, "{line}");
    }
}

impl Sink for EventFile {
    fn emit(&self, event: Event) {
        if let Ok(line) = serde_json::to_value(&event) {
            self.write(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_a_line_with_its_moment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reports/events.jsonl");
        let file = EventFile::create(&path).unwrap();
        file.emit(Event::Notice { text: "a\nb".into() });
        file.write(serde_json::json!({"event": "failure"}));
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((&lines[0]["event"], &lines[0]["text"]), (&"notice".into(), &"a\nb".into()));
        assert!(lines.iter().all(|line| line["at_ms"].is_u64()), "{lines:?}");
    }
}

//! Writes events as JSON lines to a file.

use std::{
    fs::File,
    io::Write,
    path::Path,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use serde_json::Value;

use super::{
    event::{Event, Sink},
    failure::{Context, Kind, Result},
};

/// A file of events: the objects of `--output jsonl`, each with the milliseconds since the start of the run.
pub struct EventFile {
    begun: Instant,
    file: Mutex<File>,
}

impl EventFile {
    /// Creates the file, or truncates it, and creates its directory if it is missing.
    pub fn create(path: &Path) -> Result<Self> {
        let what = || format!("write the events to `{}`", path.display());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(Kind::Tool, what)?;
        }
        let file = File::create(path).with_context(Kind::Tool, what)?;
        Ok(Self { begun: Instant::now(), file: Mutex::new(file) })
    }

    /// Writes one object at once, without buffering.
    pub fn write(&self, mut line: Value) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(object) = line.as_object_mut() {
            let at = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            object.insert("at_ms".to_owned(), at.into());
        }
        // A full disk must not end the run.
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
    fn each_event_is_one_line_with_its_time() {
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

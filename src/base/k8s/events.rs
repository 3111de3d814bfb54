//! Reads the last events of one object or of the cluster.

use serde::Serialize;
use serde_json::Value;

use super::{Client, Selector, object, resource};
use crate::base::failure::Result;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventNote {
    /// The object, as `Kind namespace/name`.
    pub about: String,
    /// Whether it is a warning.
    pub warning: bool,
    /// The machine-readable reason, for example `FailedScheduling`.
    pub reason: String,
    /// The message.
    pub message: String,
    /// When it was last seen, RFC 3339.
    pub at: String,
}

impl Client {
    /// Returns the last event of the object `name` of `kind`, if there is one.
    pub async fn last_event(&self, kind: &str, namespace: &str, name: &str) -> Result<Option<EventNote>> {
        let fields = format!("involvedObject.kind={kind},involvedObject.name={name}");
        // Events of objects without a namespace are in `default`.
        let namespace = if namespace.is_empty() { "default" } else { namespace };
        let events = self.list(&resource::EVENT, Some(namespace), &Selector::fields(fields)).await?;
        Ok(latest(&events))
    }

    /// Returns the last `count` events of the whole cluster, newest first, and the last `count` warnings.
    pub async fn last_events(&self, count: usize) -> Result<Vec<EventNote>> {
        Ok(newest(&self.list(&resource::EVENT, None, &Selector::all()).await?, count))
    }
}

/// Returns the latest event.
pub fn latest(events: &[Value]) -> Option<EventNote> {
    events.iter().max_by_key(|event| seen(event)).map(note)
}

/// The last `count` events, newest first, and as many warnings of any age.
fn newest(events: &[Value], count: usize) -> Vec<EventNote> {
    let mut notes: Vec<EventNote> = events.iter().map(note).collect();
    notes.sort_by(|a, b| (&b.at, &a.about, &a.message).cmp(&(&a.at, &b.about, &b.message)));
    notes.dedup();
    let mut warnings = 0;
    let mut position = 0;
    notes.retain(|note| {
        warnings += usize::from(note.warning);
        position += 1;
        position <= count || (note.warning && warnings <= count)
    });
    notes
}

fn note(event: &Value) -> EventNote {
    let field = |pointer: &str| object::text(event, pointer).unwrap_or_default().to_owned();
    let about = |name: &str| {
        ["involvedObject", "regarding"]
            .iter()
            .find_map(|object| object::text(event, &format!("/{object}/{name}")))
            .unwrap_or_default()
    };
    EventNote {
        about: object::title(about("kind"), about("namespace"), about("name")),
        warning: object::text(event, "/type") == Some("Warning"),
        reason: field("/reason"),
        message: field("/message"),
        at: seen(event).to_owned(),
    }
}

/// The time of the event. RFC 3339 times in UTC sort as text.
fn seen(event: &Value) -> &str {
    ["/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/metadata/creationTimestamp"]
        .iter()
        .find_map(|pointer| object::text(event, pointer))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn latest_event_is_found_in_every_time_field() {
        let events = [
            json!({"type": "Normal", "reason": "Scheduled", "eventTime": "2026-01-01T00:00:01.5Z", "lastTimestamp": null}),
            json!({"type": "Warning", "reason": "Failed", "message": "not found", "lastTimestamp": "2026-01-01T00:00:09Z"}),
            json!({"type": "Normal", "reason": "Pulling", "metadata": {"creationTimestamp": "2026-01-01T00:00:02Z"}}),
        ];
        let note = latest(&events).unwrap();
        assert!(note.warning);
        assert_eq!(note.reason, "Failed");
        assert_eq!(note.message, "not found");
        assert_eq!(latest(&[]), None);
    }

    #[test]
    fn newest_events_come_first_and_an_old_warning_is_kept() {
        let event = |kind: &str, second: u32| {
            json!({"type": kind, "reason": "R", "message": "m", "lastTimestamp": format!("2026-01-01T00:00:{second:02}Z"),
                "involvedObject": {"kind": "Pod", "namespace": "seasense", "name": "backend-1"}})
        };
        let mut events: Vec<Value> = (10..20).map(|second| event("Normal", second)).collect();
        events.push(event("Warning", 1));
        let notes = newest(&events, 3);
        let found: Vec<(&str, bool)> = notes.iter().map(|note| (&note.at[17..19], note.warning)).collect();
        assert_eq!(found, [("19", false), ("18", false), ("17", false), ("01", true)]);
        assert_eq!(notes[0].about, "Pod seasense/backend-1");
    }
}

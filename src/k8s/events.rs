//! The last thing Kubernetes said about an object.

use serde_json::Value;

use super::{Client, Selector, object, resource};
use crate::failure::Result;

/// One event, as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventNote {
    /// Whether it is a warning.
    pub warning: bool,
    /// A word for machines, for example `FailedScheduling`.
    pub reason: String,
    /// A sentence for people.
    pub message: String,
    /// When it was last seen, RFC 3339.
    pub at: String,
}

impl Client {
    /// The last event about the object `name` of `kind`, if there is one.
    pub async fn last_event(&self, kind: &str, namespace: &str, name: &str) -> Result<Option<EventNote>> {
        let fields = format!("involvedObject.kind={kind},involvedObject.name={name}");
        // Events about objects without a namespace are kept in `default`.
        let namespace = if namespace.is_empty() { "default" } else { namespace };
        let events = self.list(&resource::EVENT, Some(namespace), &Selector::fields(fields)).await?;
        Ok(latest(&events))
    }
}

/// The event that was seen last.
pub fn latest(events: &[Value]) -> Option<EventNote> {
    let event = events.iter().max_by_key(|event| seen(event))?;
    let field = |pointer: &str| object::text(event, pointer).unwrap_or_default().to_owned();
    Some(EventNote {
        warning: object::text(event, "/type") == Some("Warning"),
        reason: field("/reason"),
        message: field("/message"),
        at: seen(event).to_owned(),
    })
}

/// RFC 3339 times in UTC sort as text.
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
    fn the_last_event_is_found_whatever_field_holds_its_time() {
        let events = [
            json!({"type": "Normal", "reason": "Scheduled", "eventTime": "2026-01-01T00:00:01.5Z", "lastTimestamp": null}),
            json!({"type": "Warning", "reason": "Failed", "message": "not found", "lastTimestamp": "2026-01-01T00:00:09Z"}),
            json!({"type": "Normal", "reason": "Pulling", "metadata": {"creationTimestamp": "2026-01-01T00:00:02Z"}}),
        ];
        let note = latest(&events).unwrap();
        assert_eq!(
            (note.warning, note.reason.as_str(), note.message.as_str()),
            (true, "Failed", "not found")
        );
        assert_eq!(latest(&[]), None);
    }
}

//! Readings that are not stored, and those of them that are kept in the quarantine. Pure.

use seasense::apps::shared::wire::{Outcome, Reading, Status};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::content::{self, Fingerprint};
use super::validate::InvalidReading;

/// A reading that is not stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// Its sequence number, if that could be read.
    pub seq: Option<i64>,
    /// The field that is wrong, if it is one.
    pub field: Option<String>,
    /// The kind of rejection.
    pub code: &'static str,
    /// What is wrong, beginning with the field.
    pub reason: String,
    /// Its copy for the quarantine, if it is kept.
    pub kept: Option<Kept>,
}

/// The copy of a reading in the quarantine.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Its sequence number.
    pub seq: i64,
    /// Why it is not in the collection.
    pub reason: String,
    /// The reading as JSON that the database accepts.
    pub reading: String,
    /// Tells a repeated reading from a different one.
    pub content: Fingerprint,
}

impl Refused {
    /// Refuses a reading whose content is invalid. A reading cannot be repeated, so one with an impossible clock is
    /// kept: the time of its arrival may be all that is needed to use it.
    pub fn invalid(reading: &Reading, invalid: &InvalidReading) -> Self {
        let reason = invalid.to_string();
        let json = || serde_json::to_value(reading).unwrap_or_default();
        let kept = invalid.is_clock().then(|| Kept {
            seq: reading.seq,
            reason: reason.clone(),
            reading: storable(json()).to_string(),
            content: content::fingerprint(reading),
        });
        let code = if kept.is_some() { "impossible-clock" } else { "invalid" };
        Self { seq: Some(reading.seq), field: Some(invalid.field()), code, reason, kept }
    }

    /// Refuses a reading that cannot be read. `json` is its content, if that is JSON; it is kept if its time alone
    /// is to blame.
    pub fn unreadable(json: Option<Value>, field: Option<String>, fault: &str) -> Self {
        let reason = field.as_ref().map_or_else(|| fault.to_owned(), |field| format!("{field}: {fault}"));
        let seq = json.as_ref().and_then(|json| json.get("seq")?.as_i64());
        let is_clock = field.as_deref() == Some("observed_at");
        let kept = seq.filter(|seq| is_clock && *seq >= 0).zip(json).map(|(seq, json)| {
            let reading = storable(json).to_string();
            let content = Sha256::digest(reading.as_bytes()).into();
            Kept { seq, reason: reason.clone(), reading, content }
        });
        Self { seq, field, code: "unreadable", reason, kept }
    }

    /// Returns its outcome at this place of the batch.
    pub fn outcome(&self, index: usize) -> Outcome {
        Outcome {
            index,
            seq: self.seq,
            status: Status::Rejected,
            reason: Some(self.reason.clone()),
            field: self.field.clone(),
            code: Some(self.code.into()),
            kept: self.kept.is_some(),
        }
    }
}

/// Replaces the character NUL, which the database refuses in a text.
fn storable(json: Value) -> Value {
    let text = |text: String| text.replace('\0', "\u{fffd}");
    match json {
        Value::String(string) => Value::String(text(string)),
        Value::Array(items) => items.into_iter().map(storable).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (text(name), storable(value))).collect()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn unreadable(field: &str, json: Value) -> Refused {
        Refused::unreadable(Some(json), Some(field.to_owned()), "invalid")
    }

    #[test]
    fn unreadable_time_is_kept_and_other_faults_are_not() {
        let kept = unreadable("observed_at", json!({"seq": 7, "observed_at": "MM"}));
        assert_eq!(kept.seq, Some(7));
        assert_eq!(kept.reason, "observed_at: invalid");
        assert_eq!(kept.kept.as_ref().unwrap().reading, r#"{"seq":7,"observed_at":"MM"}"#);
        assert!(kept.outcome(2).kept);
        assert_eq!(unreadable("latitude", json!({"seq": 7})).kept, None);
        assert_eq!(unreadable("observed_at", json!({"seq": -7})).kept, None);
        assert_eq!(unreadable("observed_at", json!(null)).kept, None);
    }

    #[test]
    fn kept_reading_has_no_text_that_the_database_refuses() {
        let kept = unreadable("observed_at", json!({"seq": 1, "a\0": ["\0", {"b": "\0"}]})).kept.unwrap();
        assert_eq!(kept.reading, "{\"seq\":1,\"a\u{fffd}\":[\"\u{fffd}\",{\"b\":\"\u{fffd}\"}]}");
    }
}

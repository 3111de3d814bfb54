//! Reads fields of objects in JSON.

use serde_json::Value;

/// One condition of an object's status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition<'a> {
    /// `True`, `False` or `Unknown`.
    pub status: &'a str,
    /// The machine-readable reason.
    pub reason: &'a str,
    /// The message.
    pub message: &'a str,
    /// The generation that it was observed at, if the condition contains it.
    pub observed_generation: Option<i64>,
}

impl<'a> Condition<'a> {
    /// Whether the status is `True`.
    pub fn is_true(&self) -> bool {
        self.status == "True"
    }

    /// Its message, or its reason if the message is empty.
    pub fn text(&self) -> &'a str {
        if self.message.is_empty() { self.reason } else { self.message }
    }
}

/// The text at a JSON pointer.
pub fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer)?.as_str()
}

/// The number at a JSON pointer; 0 if it is absent, as Kubernetes omits zeros.
pub fn number(object: &Value, pointer: &str) -> i64 {
    object.pointer(pointer).and_then(Value::as_i64).unwrap_or(0)
}

/// The list at a JSON pointer; empty if it is absent.
pub fn list<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The object's name.
pub fn name(object: &Value) -> &str {
    text(object, "/metadata/name").unwrap_or_default()
}

/// The object's namespace; empty for objects without one.
pub fn namespace(object: &Value) -> &str {
    text(object, "/metadata/namespace").unwrap_or_default()
}

/// The value of a label.
pub fn label<'a>(object: &'a Value, label: &str) -> Option<&'a str> {
    object.pointer("/metadata/labels")?.get(label)?.as_str()
}

/// The condition of type `kind`.
pub fn condition<'a>(object: &'a Value, kind: &str) -> Option<Condition<'a>> {
    list(object, "/status/conditions").iter().find_map(|condition| read_condition(condition, kind))
}

pub(super) fn read_condition<'a>(condition: &'a Value, kind: &str) -> Option<Condition<'a>> {
    if condition.get("type")?.as_str()? != kind {
        return None;
    }
    let field = |name: &str| condition.get(name).and_then(Value::as_str).unwrap_or_default();
    Some(Condition {
        status: field("status"),
        reason: field("reason"),
        message: field("message"),
        observed_generation: condition.get("observedGeneration").and_then(Value::as_i64),
    })
}

/// `Kind namespace/name`.
pub fn title(kind: &str, namespace: &str, name: &str) -> String {
    if namespace.is_empty() { format!("{kind} {name}") } else { format!("{kind} {namespace}/{name}") }
}

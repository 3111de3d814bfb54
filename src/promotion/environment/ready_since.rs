//! Computes the time at which an environment became ready, from the conditions of its objects; pure.

use jiff::Timestamp;
use serde_json::Value;

use crate::base::k8s::object;

/// Returns the time at which the condition `name` became true in the last of `objects`; `None` if it is not
/// true in one of them, or without objects.
pub fn ready_since(objects: &[&Value], name: &str) -> Option<Timestamp> {
    let times: Option<Vec<Timestamp>> = objects.iter().map(|object| true_since(object, name)).collect();
    times?.into_iter().max()
}

fn true_since(object: &Value, name: &str) -> Option<Timestamp> {
    let mut conditions = object::list(object, "/status/conditions").iter();
    let condition =
        conditions.find(|condition| condition["type"] == name && condition["status"] == "True")?;
    condition["lastTransitionTime"].as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_latest_transition_counts_and_all_must_be_ready() {
        let ready = |status: &str, at: &str| {
            json!({"status": {"conditions": [{"type": "Other", "status": "True", "lastTransitionTime": "2027-01-01T00:00:00Z"},
                {"type": "Ready", "status": status, "lastTransitionTime": at}]}})
        };
        let (early, late) = (ready("True", "2026-01-01T00:00:00Z"), ready("True", "2026-01-01T00:10:00Z"));
        let down = ready("False", "2026-01-01T00:20:00Z");
        let since = |objects: &[&Value]| ready_since(objects, "Ready").map(|at| at.to_string());
        assert_eq!(since(&[&early, &late]).as_deref(), Some("2026-01-01T00:10:00Z"));
        assert_eq!(since(&[&early, &down]), None);
        assert_eq!(since(&[]), None);
    }
}

//! Since when an environment has been well, by the moments that Kubernetes wrote down; pure.

use jiff::Timestamp;
use serde_json::Value;

use crate::base::k8s::object;

/// The moment from which on the condition `name` has been true in each of `objects`; `None` where it is not in one, or
/// where there are none.
pub fn since(objects: &[&Value], name: &str) -> Option<Timestamp> {
    let moments: Option<Vec<Timestamp>> = objects.iter().map(|object| moment(object, name)).collect();
    moments?.into_iter().max()
}

fn moment(object: &Value, name: &str) -> Option<Timestamp> {
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
    fn the_last_one_to_become_ready_counts_and_one_that_is_not_ends_it() {
        let ready = |status: &str, at: &str| {
            json!({"status": {"conditions": [{"type": "Other", "status": "True", "lastTransitionTime": "2027-01-01T00:00:00Z"},
                {"type": "Ready", "status": status, "lastTransitionTime": at}]}})
        };
        let (early, late) = (ready("True", "2026-01-01T00:00:00Z"), ready("True", "2026-01-01T00:10:00Z"));
        let down = ready("False", "2026-01-01T00:20:00Z");
        let at = |objects: &[&Value]| since(objects, "Ready").map(|at| at.to_string());
        assert_eq!(at(&[&early, &late]).as_deref(), Some("2026-01-01T00:10:00Z"));
        assert_eq!((at(&[&early, &down]), at(&[])), (None, None));
    }
}

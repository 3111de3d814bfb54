//! Whether a container crashes again and again: what Kubernetes counts is of the pod's whole life, what matters are the last minutes.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::object::{number, text};

/// What is restarted later after its pod was made has lived meanwhile; and no wait for the next try is as long.
const YOUNG: SignedDuration = SignedDuration::from_mins(10);
/// What Kubernetes waits before it starts a container for the second time; every further time it waits twice as long.
const FIRST_BACK_OFF: i64 = 10;

/// How long a crash loop is forgiven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// What the container needs may only be coming up: it was restarted at once, and then after 10, 20 and 40 s.
    Starting,
    /// What it needs was there before it came: at once, and then after 10 s. For who looks again before giving up.
    Settled,
}

impl Patience {
    fn restarts(self) -> i64 {
        match self {
            Self::Starting => 4,
            Self::Settled => 2,
        }
    }
}

/// Whether the container's crashes outlast `patience`.
pub fn again_and_again(pod: &Value, status: &Value, patience: Patience) -> bool {
    in_a_row(pod, status) >= patience.restarts()
}

/// Restarts that nothing but crashes lies between. The count of a pod is of its whole life: what was restarted with its node once
/// a week crashes for the first time today.
fn in_a_row(pod: &Value, status: &Value) -> i64 {
    let restarts = number(status, "/restartCount");
    let told = text(status, "/state/waiting/message").and_then(back_off);
    match told {
        Some(wait) => restarts.min(restarts_before(wait)),
        None if is_young(pod, status) || failed_just_before(status) => restarts,
        None => 0,
    }
}

/// The wait that Kubernetes tells, as in `back-off 1m20s restarting failed container=…`.
fn back_off(message: &str) -> Option<SignedDuration> {
    message.strip_prefix("back-off ")?.split_whitespace().next()?.parse().ok()
}

/// After how many restarts Kubernetes waits so long; the first one has no wait. It counts anew after ten good minutes.
fn restarts_before(wait: SignedDuration) -> i64 {
    let times = wait.as_secs() / FIRST_BACK_OFF;
    times.checked_ilog2().map_or(0, |doubled| i64::from(doubled) + 1)
}

fn at(value: &Value, pointer: &str) -> Option<Timestamp> {
    text(value, pointer)?.parse().ok()
}

/// Whether the container's last start or end was soon after its pod was made; what tells no times is taken for new.
fn is_young(pod: &Value, status: &Value) -> bool {
    let lately =
        ["/state/running/startedAt", "/state/terminated/finishedAt", "/lastState/terminated/finishedAt"];
    let lately = lately.iter().find_map(|pointer| at(status, pointer));
    let made = at(pod, "/metadata/creationTimestamp");
    made.zip(lately).is_none_or(|(made, lately)| lately.duration_since(made) < YOUNG)
}

/// Whether the run before the one that ended failed as well, no longer ago than the longest wait.
fn failed_just_before(status: &Value) -> bool {
    let before = at(status, "/lastState/terminated/finishedAt");
    let gap = before.zip(at(status, "/state/terminated/startedAt"));
    let failed = number(status, "/lastState/terminated/exitCode") != 0;
    failed && gap.is_some_and(|(before, began)| began.duration_since(before) < YOUNG)
}

/// Whether it runs once more and is not ready: one that fails its start-up probe crashes so slowly that it gets no back-off
/// for minutes.
pub fn is_tried_again(status: &Value) -> bool {
    status.pointer("/state/running").is_some() && status["ready"] != true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(back_off: &str, restarts: i64) -> i64 {
        let message = format!("{back_off} restarting failed container=main pod=x");
        in_a_row(&json!({}), &json!({"restartCount": restarts, "state": {"waiting": {"message": message}}}))
    }

    #[test]
    fn the_wait_tells_how_many_crashes_it_follows() {
        let waits = ["back-off 10s", "back-off 20s", "back-off 40s", "back-off 1m20s", "back-off 5m0s"];
        assert_eq!(waits.map(|wait| of(wait, 9)), [1, 2, 3, 4, 5]);
        assert_eq!(of("back-off 5m0s", 4), 4, "no more than there were");
        assert_eq!(of("waits", 9), 9, "an unknown sentence");
    }

    #[test]
    fn restarts_of_long_ago_count_for_nothing() {
        let pod = json!({"metadata": {"creationTimestamp": "2026-01-01T00:00:00Z"}});
        let ended = |at: &str| {
            let state = json!({"terminated": {"reason": "Error", "exitCode": 3, "finishedAt": at}});
            again_and_again(&pod, &json!({"restartCount": 9, "state": state}), Patience::Starting)
        };
        assert_eq!(["2026-01-01T00:02:00Z", "2026-01-08T00:00:00Z"].map(ended), [true, false]);
        let after = |before: &str, code: i64| {
            let state = json!({"terminated": {"reason": "Error", "exitCode": 3,
                "startedAt": "2026-01-08T00:00:00Z", "finishedAt": "2026-01-08T00:00:01Z"}});
            let last = json!({"terminated": {"exitCode": code, "finishedAt": before}});
            let status = json!({"restartCount": 9, "state": state, "lastState": last});
            again_and_again(&pod, &status, Patience::Starting)
        };
        assert!(after("2026-01-07T23:55:00Z", 3), "it fails every five minutes");
        assert!(!after("2026-01-07T23:55:00Z", 0), "it went well the last time");
        assert!(!after("2026-01-02T00:00:00Z", 3), "its node was restarted now and then");
    }
}

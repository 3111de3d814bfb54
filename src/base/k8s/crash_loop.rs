//! Detects crash loops: Kubernetes counts restarts over the pod's whole life, but only the recent ones matter.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::object::{number, text};

/// If a container restarts later than this after its pod was created, it ran in between: every back-off is
/// shorter.
const BACK_OFF_LIMIT: SignedDuration = SignedDuration::from_mins(10);
/// The first back-off of Kubernetes in seconds; every further back-off is twice as long.
const FIRST_BACK_OFF: i64 = 10;

/// How many crashes are tolerated before a crash loop is a terminal error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrashTolerance {
    /// Its dependencies may still be starting: terminal after four restarts (at once, after 10, 20 and 40 s).
    Starting,
    /// Its dependencies were ready before it started: terminal after two restarts (at once, after 10 s). For
    /// callers that check again before they fail.
    Settled,
}

impl CrashTolerance {
    fn restarts(self) -> i64 {
        match self {
            Self::Starting => 4,
            Self::Settled => 2,
        }
    }
}

/// Whether the container crashed more often in a row than `tolerance` allows.
pub fn exceeds(pod: &Value, status: &Value, tolerance: CrashTolerance) -> bool {
    consecutive_crashes(pod, status) >= tolerance.restarts()
}

/// The number of consecutive crashes. The restart count covers the whole life of a pod: a container that
/// restarts weekly with its node has not crashed several times in a row.
fn consecutive_crashes(pod: &Value, status: &Value) -> i64 {
    let restarts = number(status, "/restartCount");
    let reported = text(status, "/state/waiting/message").and_then(back_off);
    match reported {
        Some(wait) => restarts.min(restarts_before(wait)),
        None if is_young(pod, status) || failed_just_before(status) => restarts,
        None => 0,
    }
}

/// The back-off in a message such as `back-off 1m20s restarting failed container=…`.
fn back_off(message: &str) -> Option<SignedDuration> {
    message.strip_prefix("back-off ")?.split_whitespace().next()?.parse().ok()
}

/// The number of restarts before a back-off of this length; the first restart has none. Kubernetes resets the
/// back-off after ten minutes without a crash.
fn restarts_before(wait: SignedDuration) -> i64 {
    let times = wait.as_secs() / FIRST_BACK_OFF;
    times.checked_ilog2().map_or(0, |doubled| i64::from(doubled) + 1)
}

fn at(value: &Value, pointer: &str) -> Option<Timestamp> {
    text(value, pointer)?.parse().ok()
}

/// Whether the last start or end of the container was soon after its pod was created; true without timestamps.
fn is_young(pod: &Value, status: &Value) -> bool {
    let last_change =
        ["/state/running/startedAt", "/state/terminated/finishedAt", "/lastState/terminated/finishedAt"];
    let last_change = last_change.iter().find_map(|pointer| at(status, pointer));
    let created = at(pod, "/metadata/creationTimestamp");
    created
        .zip(last_change)
        .is_none_or(|(created, last_change)| last_change.duration_since(created) < BACK_OFF_LIMIT)
}

/// Whether the previous run failed too, and ended within the longest back-off.
fn failed_just_before(status: &Value) -> bool {
    let before = at(status, "/lastState/terminated/finishedAt");
    let gap = before.zip(at(status, "/state/terminated/startedAt"));
    let failed = number(status, "/lastState/terminated/exitCode") != 0;
    failed && gap.is_some_and(|(before, began)| began.duration_since(before) < BACK_OFF_LIMIT)
}

/// Whether the container runs again but is not ready. A container that fails its startup probe restarts so
/// slowly that it has no back-off for minutes.
pub fn is_running_again(status: &Value) -> bool {
    status.pointer("/state/running").is_some() && status["ready"] != true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(back_off: &str, restarts: i64) -> i64 {
        let message = format!("{back_off} restarting failed container=main pod=x");
        consecutive_crashes(
            &json!({}),
            &json!({"restartCount": restarts, "state": {"waiting": {"message": message}}}),
        )
    }

    #[test]
    fn back_off_determines_the_number_of_crashes() {
        let waits = ["back-off 10s", "back-off 20s", "back-off 40s", "back-off 1m20s", "back-off 5m0s"];
        assert_eq!(waits.map(|wait| of(wait, 9)), [1, 2, 3, 4, 5]);
        assert_eq!(of("back-off 5m0s", 4), 4, "at most the number of restarts");
        assert_eq!(of("waits", 9), 9, "unknown message");
    }

    #[test]
    fn old_restarts_are_ignored() {
        let pod = json!({"metadata": {"creationTimestamp": "2026-01-01T00:00:00Z"}});
        let ended = |at: &str| {
            let state = json!({"terminated": {"reason": "Error", "exitCode": 3, "finishedAt": at}});
            exceeds(&pod, &json!({"restartCount": 9, "state": state}), CrashTolerance::Starting)
        };
        assert_eq!(["2026-01-01T00:02:00Z", "2026-01-08T00:00:00Z"].map(ended), [true, false]);
        let after = |before: &str, code: i64| {
            let state = json!({"terminated": {"reason": "Error", "exitCode": 3,
                "startedAt": "2026-01-08T00:00:00Z", "finishedAt": "2026-01-08T00:00:01Z"}});
            let last = json!({"terminated": {"exitCode": code, "finishedAt": before}});
            let status = json!({"restartCount": 9, "state": state, "lastState": last});
            exceeds(&pod, &status, CrashTolerance::Starting)
        };
        assert!(after("2026-01-07T23:55:00Z", 3), "it fails every five minutes");
        assert!(!after("2026-01-07T23:55:00Z", 0), "the last run succeeded");
        assert!(!after("2026-01-02T00:00:00Z", 3), "restarted with its node");
    }
}

//! Detects why a pod is not ready, and whether waiting can help.

use serde_json::Value;

use super::{
    Outlook,
    crash_loop::{CrashTolerance, exceeds, is_running_again},
    object::{condition, list, number, text},
};

/// A reason why a pod is not ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodProblem {
    /// The container; empty for the pod as a whole.
    pub container: String,
    /// The machine-readable reason, for example `ImagePullBackOff`.
    pub reason: String,
    /// The message.
    pub message: String,
    /// Whether waiting can help.
    pub outlook: Outlook,
    /// Whether the container ran, so that its last words contain details.
    pub crashed: bool,
}

/// Returns the most serious problem of a pod; `None` if it is ready, done or starting.
pub fn problem(pod: &Value, tolerance: CrashTolerance) -> Option<PodProblem> {
    let containers = ["/status/initContainerStatuses", "/status/containerStatuses"];
    let found: Vec<PodProblem> = containers
        .iter()
        .flat_map(|at| list(pod, at))
        .filter_map(|status| of_container(pod, status, tolerance))
        .collect();
    // Of equal problems the first one is the cause.
    let worst = found.into_iter().rev().max_by_key(|problem| problem.outlook);
    worst.or_else(|| unscheduled(pod, tolerance))
}

fn of_container(pod: &Value, status: &Value, tolerance: CrashTolerance) -> Option<PodProblem> {
    let restarts = number(status, "/restartCount");
    let name = text(status, "/name").unwrap_or_default().to_owned();
    let waiting = text(status, "/state/waiting/reason");
    let message = text(status, "/state/waiting/message").unwrap_or_default();
    let terminal_crash = exceeds(pod, status, tolerance);
    // A container that has crashed only a few times may find what it needs at its next start.
    let crash = if terminal_crash { Outlook::Terminal } else { Outlook::Progressing };
    let of = |reason: &str, message: String, outlook, crashed| {
        Some(PodProblem { container: name.clone(), reason: reason.to_owned(), message, outlook, crashed })
    };
    match waiting {
        Some(reason @ ("ErrImagePull" | "ImagePullBackOff")) => {
            let absent = is_absent_image(message);
            of(
                reason,
                image_message(status, if absent { "no such image in its registry" } else { message }),
                if absent { Outlook::Terminal } else { Outlook::Doubtful },
                false,
            )
        }
        Some(reason @ ("InvalidImageName" | "ErrImageNeverPull")) => {
            of(reason, image_message(status, message), Outlook::Terminal, false)
        }
        Some(reason @ "CrashLoopBackOff") => of(reason, exit_message(status, restarts), crash, true),
        Some(reason @ ("CreateContainerConfigError" | "CreateContainerError" | "RunContainerError")) => {
            of(reason, message.to_owned(), Outlook::Doubtful, false)
        }
        _ => match text(status, "/state/terminated/reason") {
            // An init container has this state during its back-off, other containers only just before it.
            Some(reason) if reason != "Completed" => of(reason, exit_message(status, restarts), crash, true),
            _ if tolerance == CrashTolerance::Settled && terminal_crash && is_running_again(status) => {
                of("Restarting", exit_message(status, restarts), Outlook::Terminal, true)
            }
            _ => None,
        },
    }
}

/// A registry that does not respond yet may respond later; "not found" is a final response.
fn is_absent_image(message: &str) -> bool {
    [
        "not found",
        "manifest unknown",
        "NAME_UNKNOWN",
        "MANIFEST_UNKNOWN",
        "name unknown",
        "pull access denied",
    ]
    .iter()
    .any(|sign| message.contains(sign))
}

fn image_message(status: &Value, message: &str) -> String {
    let image = text(status, "/image").unwrap_or_default();
    if message.contains(image) { message.to_owned() } else { format!("{image}: {message}") }
}

fn exit_message(status: &Value, restarts: i64) -> String {
    let ended = ["/state/terminated", "/lastState/terminated"].iter().find_map(|at| status.pointer(at));
    let Some(ended) = ended else {
        return format!("restarted {restarts} times");
    };
    let reason = text(ended, "/reason").unwrap_or("Error");
    format!("ended with code {} ({reason}), restarted {restarts} times", number(ended, "/exitCode"))
}

fn unscheduled(pod: &Value, tolerance: CrashTolerance) -> Option<PodProblem> {
    let scheduled = condition(pod, "PodScheduled").filter(|found| found.status == "False")?;
    Some(PodProblem {
        container: String::new(),
        reason: scheduled.reason.to_owned(),
        message: scheduled.message.to_owned(),
        // The cluster of a promotion's target may add a node, which takes minutes; a local one never does.
        outlook: match tolerance {
            CrashTolerance::Starting => Outlook::Doubtful,
            CrashTolerance::Settled => Outlook::Progressing,
        },
        crashed: false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn waiting(reason: &str, message: &str, restarts: i64) -> Value {
        json!({"status": {"containerStatuses": [{"name": "main", "image": "r/x@sha256:1", "restartCount": restarts,
            "state": {"waiting": {"reason": reason, "message": message}},
            "lastState": {"terminated": {"reason": "Error", "exitCode": 3}}}]}})
    }

    fn of(pod: &Value) -> Option<PodProblem> {
        problem(pod, CrashTolerance::Starting)
    }

    #[test]
    fn missing_image_is_terminal_and_an_unavailable_registry_is_not() {
        let absent =
            of(&waiting("ErrImagePull", "failed to resolve reference \"r/x@sha256:1\": not found", 0));
        assert!(absent.is_some_and(|problem| problem.outlook == Outlook::Terminal));
        let silent = of(&waiting("ImagePullBackOff", "dial tcp: connection refused", 0)).unwrap();
        assert_eq!(silent.outlook, Outlook::Doubtful);
        assert_eq!(silent.message, "r/x@sha256:1: dial tcp: connection refused");
    }

    #[test]
    fn first_crashes_are_tolerated() {
        let young = of(&waiting("CrashLoopBackOff", "back-off 10s", 1)).unwrap();
        assert!(young.outlook == Outlook::Progressing && young.crashed);
        assert_eq!(young.message, "ended with code 3 (Error), restarted 1 times");
        assert!(
            of(&waiting("CrashLoopBackOff", "back-off 1m20s restarting failed", 4)).unwrap().outlook.fails()
        );
    }

    #[test]
    fn crash_loop_is_terminal_sooner_with_settled_dependencies() {
        let terminal = |restarts| {
            let pod = waiting("CrashLoopBackOff", "back-off", restarts);
            [CrashTolerance::Starting, CrashTolerance::Settled]
                .map(|tolerance| problem(&pod, tolerance).unwrap().outlook.fails())
        };
        assert_eq!([1, 2, 4].map(terminal), [[false, false], [false, true], [true, true]]);
        let ended = |restarts: i64, reason: &str| {
            let state = json!({"terminated": {"reason": reason, "exitCode": 3}});
            let pod = json!({"status": {"containerStatuses": [{"name": "main", "restartCount": restarts, "state": state}]}});
            problem(&pod, CrashTolerance::Settled).map(|problem| problem.outlook.fails())
        };
        assert_eq!(ended(1, "Error"), Some(false));
        assert_eq!(ended(2, "Error"), Some(true));
        assert_eq!(ended(2, "Completed"), None);
    }

    #[test]
    fn restarting_container_that_is_not_ready_is_terminal() {
        let pod = |restarts: i64, ready: bool, made: &str| {
            let status = json!({"name": "main", "restartCount": restarts, "ready": ready,
                "state": {"running": {"startedAt": "2026-01-01T00:01:00Z"}},
                "lastState": {"terminated": {"reason": "Completed", "exitCode": 0}}});
            json!({"metadata": {"creationTimestamp": made}, "status": {"containerStatuses": [status]}})
        };
        let running =
            |restarts, ready, tolerance| problem(&pod(restarts, ready, "2026-01-01T00:00:00Z"), tolerance);
        let found = running(2, false, CrashTolerance::Settled).unwrap();
        assert_eq!(found.message, "ended with code 0 (Completed), restarted 2 times");
        assert!(found.outlook == Outlook::Terminal && found.crashed);
        assert_eq!(running(2, true, CrashTolerance::Settled), None, "it is ready");
        assert_eq!(running(1, false, CrashTolerance::Settled), None);
        assert_eq!(running(9, false, CrashTolerance::Starting), None, "`seasense dev` gives up at once");
        let old = pod(9, false, "2025-12-24T00:00:00Z");
        assert_eq!(problem(&old, CrashTolerance::Settled), None, "restarted with its node");
    }

    #[test]
    fn starting_and_completed_pods_have_no_problem() {
        assert_eq!(of(&waiting("ContainerCreating", "", 0)), None);
        let done = json!({"status": {"initContainerStatuses": [{"state": {"terminated": {"reason": "Completed"}}}]}});
        assert_eq!(of(&done), None);
    }

    #[test]
    fn unschedulable_pod_reports_the_reason() {
        let pod = json!({"status": {"conditions": [{"type": "PodScheduled", "status": "False",
            "reason": "Unschedulable", "message": "0/1 nodes are available: insufficient memory"}]}});
        assert_eq!(of(&pod).unwrap().reason, "Unschedulable");
        assert_eq!(of(&pod).unwrap().outlook, Outlook::Doubtful);
        let target = problem(&pod, CrashTolerance::Settled).unwrap();
        assert_eq!(target.outlook, Outlook::Progressing, "a node may be added");
    }
}

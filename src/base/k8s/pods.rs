//! What is wrong with a pod, and whether waiting can mend it.

use serde_json::Value;

use super::{
    crashes::{Patience, again_and_again, is_tried_again},
    object::{self, condition, list, number, text},
};

/// Something that keeps a pod from being ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The container, or empty when the pod as a whole is meant.
    pub container: String,
    /// A word for machines, for example `ImagePullBackOff`.
    pub reason: String,
    /// A sentence for people.
    pub message: String,
    /// Whether waiting cannot mend it.
    pub terminal: bool,
    /// Whether the log of the container's previous run tells more.
    pub crashed: bool,
}

/// The most serious trouble of a pod; `None` when it is ready, done or simply starting.
pub fn trouble(pod: &Value, patience: Patience) -> Option<Trouble> {
    let containers = ["/status/initContainerStatuses", "/status/containerStatuses"];
    let found: Vec<Trouble> = containers
        .iter()
        .flat_map(|at| list(pod, at))
        .filter_map(|status| of_container(pod, status, patience))
        .collect();
    let worst = found.iter().find(|trouble| trouble.terminal).or_else(|| found.first()).cloned();
    worst.or_else(|| unscheduled(pod))
}

fn of_container(pod: &Value, status: &Value, patience: Patience) -> Option<Trouble> {
    let restarts = number(status, "/restartCount");
    let name = text(status, "/name").unwrap_or_default().to_owned();
    let waiting = text(status, "/state/waiting/reason");
    let message = text(status, "/state/waiting/message").unwrap_or_default();
    let again_and_again = again_and_again(pod, status, patience);
    let of = |reason: &str, message: String, terminal, crashed| {
        Some(Trouble { container: name.clone(), reason: reason.to_owned(), message, terminal, crashed })
    };
    match waiting {
        Some(reason @ ("ErrImagePull" | "ImagePullBackOff")) => {
            let absent = is_absent_image(message);
            of(
                reason,
                image_message(status, if absent { "no such image in its registry" } else { message }),
                absent,
                false,
            )
        }
        Some(reason @ ("InvalidImageName" | "ErrImageNeverPull")) => {
            of(reason, image_message(status, message), true, false)
        }
        Some(reason @ "CrashLoopBackOff") => {
            of(reason, exit_message(status, restarts), again_and_again, true)
        }
        Some(reason @ ("CreateContainerConfigError" | "CreateContainerError" | "RunContainerError")) => {
            of(reason, message.to_owned(), false, false)
        }
        _ => match text(status, "/state/terminated/reason") {
            // So an init container tells of its back-off, and every other of the moment before it.
            Some(reason) if reason != "Completed" => {
                of(reason, exit_message(status, restarts), again_and_again, true)
            }
            _ if patience == Patience::Settled && again_and_again && is_tried_again(status) => {
                of("Restarting", exit_message(status, restarts), true, true)
            }
            _ => None,
        },
    }
}

/// A registry that does not answer yet may answer later; one that answers "not found" has answered.
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

fn unscheduled(pod: &Value) -> Option<Trouble> {
    let scheduled = condition(pod, "PodScheduled").filter(|found| found.status == "False")?;
    Some(Trouble {
        container: String::new(),
        reason: scheduled.reason.to_owned(),
        message: scheduled.message.to_owned(),
        terminal: false,
        crashed: false,
    })
}

/// The pods of the newest template: what an older one left behind is about to go and blocks nothing.
pub fn newest_template(mut pods: Vec<Value>) -> Vec<Value> {
    let hash = |pod: &Value| object::label(pod, "pod-template-hash").unwrap_or_default().to_owned();
    let created = |pod: &Value| text(pod, "/metadata/creationTimestamp").unwrap_or_default().to_owned();
    if let Some(newest) = pods.iter().max_by_key(|pod| created(pod)).map(hash) {
        pods.retain(|pod| hash(pod) == newest);
    }
    pods
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

    fn of(pod: &Value) -> Option<Trouble> {
        trouble(pod, Patience::Starting)
    }

    #[test]
    fn an_image_that_does_not_exist_is_terminal_and_a_silent_registry_is_not() {
        let absent =
            of(&waiting("ErrImagePull", "failed to resolve reference \"r/x@sha256:1\": not found", 0));
        assert!(absent.is_some_and(|trouble| trouble.terminal));
        let silent = of(&waiting("ImagePullBackOff", "dial tcp: connection refused", 0)).unwrap();
        assert!(!silent.terminal);
        assert_eq!(silent.message, "r/x@sha256:1: dial tcp: connection refused");
    }

    #[test]
    fn a_crash_loop_has_a_grace() {
        let young = of(&waiting("CrashLoopBackOff", "back-off 10s", 1)).unwrap();
        assert!(!young.terminal && young.crashed);
        assert_eq!(young.message, "ended with code 3 (Error), restarted 1 times");
        assert!(of(&waiting("CrashLoopBackOff", "back-off 1m20s restarting failed", 4)).unwrap().terminal);
    }

    #[test]
    fn where_everything_ran_before_a_crash_loop_is_final_sooner() {
        let terminal = |restarts| {
            let pod = waiting("CrashLoopBackOff", "back-off", restarts);
            [Patience::Starting, Patience::Settled].map(|patience| trouble(&pod, patience).unwrap().terminal)
        };
        assert_eq!([1, 2, 4].map(terminal), [[false, false], [false, true], [true, true]]);
        let ended = |restarts: i64, reason: &str| {
            let state = json!({"terminated": {"reason": reason, "exitCode": 3}});
            let pod = json!({"status": {"containerStatuses": [{"name": "main", "restartCount": restarts, "state": state}]}});
            trouble(&pod, Patience::Settled).map(|trouble| trouble.terminal)
        };
        assert_eq!((ended(1, "Error"), ended(2, "Error")), (Some(false), Some(true)));
        assert_eq!(ended(2, "Completed"), None);
    }

    #[test]
    fn one_that_is_tried_again_and_again_is_no_better_off_while_it_runs() {
        let pod = |restarts: i64, ready: bool, made: &str| {
            let status = json!({"name": "main", "restartCount": restarts, "ready": ready,
                "state": {"running": {"startedAt": "2026-01-01T00:01:00Z"}},
                "lastState": {"terminated": {"reason": "Completed", "exitCode": 0}}});
            json!({"metadata": {"creationTimestamp": made}, "status": {"containerStatuses": [status]}})
        };
        let running =
            |restarts, ready, patience| trouble(&pod(restarts, ready, "2026-01-01T00:00:00Z"), patience);
        let found = running(2, false, Patience::Settled).unwrap();
        assert_eq!(found.message, "ended with code 0 (Completed), restarted 2 times");
        assert!(found.terminal && found.crashed);
        assert_eq!(running(2, true, Patience::Settled), None, "it answers");
        assert_eq!(running(1, false, Patience::Settled), None);
        assert_eq!(running(9, false, Patience::Starting), None, "`seasense dev` gives up at once");
        let old = pod(9, false, "2025-12-24T00:00:00Z");
        assert_eq!(trouble(&old, Patience::Settled), None, "its node was restarted now and then");
    }

    #[test]
    fn starting_and_done_are_no_trouble() {
        assert_eq!(of(&waiting("ContainerCreating", "", 0)), None);
        let done = json!({"status": {"initContainerStatuses": [{"state": {"terminated": {"reason": "Completed"}}}]}});
        assert_eq!(of(&done), None);
    }

    #[test]
    fn an_unschedulable_pod_says_why() {
        let pod = json!({"status": {"conditions": [{"type": "PodScheduled", "status": "False",
            "reason": "Unschedulable", "message": "0/1 nodes are available: insufficient memory"}]}});
        assert_eq!(of(&pod).unwrap().reason, "Unschedulable");
    }

    #[test]
    fn pods_of_an_older_template_are_left_out() {
        let pod = |hash: &str, at: &str| json!({"metadata": {"labels": {"pod-template-hash": hash}, "creationTimestamp": at}});
        let old = pod("a", "2026-01-01T00:00:00Z");
        let new = pod("b", "2026-01-01T00:01:00Z");
        assert_eq!(newest_template(vec![old, new.clone()]), [new]);
    }
}

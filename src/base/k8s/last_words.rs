//! The last lines that a container wrote before it ended.

use serde_json::Value;

use super::{
    Client,
    exec::Target,
    object::{self, list, text},
};

/// The beginnings of the texts that the kubelet answers in place of a log that is gone, with the code of success.
const NOT_A_LOG: [&str; 4] = [
    "unable to retrieve container logs for",
    "failed to try resolving symlinks in path",
    "failed to get container status",
    "rpc error: code =",
];

/// Returns the last `lines` of the container `name` of `pod`: of its previous run, else of its current one, else
/// what its status kept. `None` if none of them is readable.
///
/// Init containers are containers like the others.
pub async fn last_words(client: &Client, pod: &Value, name: &str, lines: u32) -> Option<String> {
    let target = Target { namespace: object::namespace(pod), pod: object::name(pod), container: name };
    for previous in [true, false] {
        if let Ok(text) = client.log_tail(target, lines, previous).await
            && is_log(&text)
        {
            return Some(text.trim_end().to_owned());
        }
    }
    kept_in_status(pod, name, lines)
}

/// Whether the answer to a request for a log is a log.
pub fn is_log(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && (text.contains('\n') || !NOT_A_LOG.iter().any(|start| text.starts_with(start)))
}

/// The message of the last end of a container: `terminationMessagePolicy: FallbackToLogsOnError` keeps the end of
/// its log there, also after the container is removed.
fn kept_in_status(pod: &Value, name: &str, lines: u32) -> Option<String> {
    let statuses = ["/status/initContainerStatuses", "/status/containerStatuses"];
    let mut statuses = statuses.iter().flat_map(|at| list(pod, at));
    let status = statuses.find(|status| text(status, "/name") == Some(name))?;
    let ended = ["/state/terminated/message", "/lastState/terminated/message"];
    let message = ended.iter().filter_map(|at| text(status, at)).find(|message| is_log(message))?;
    let all: Vec<&str> = message.trim_end().lines().collect();
    Some(all[all.len().saturating_sub(lines as usize)..].join("\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::k8s::fake::FakeApi;

    const LOG: &str = "/api/v1/namespaces/seasense/pods/backend-1/log";
    const GONE: &str = "unable to retrieve container logs for containerd://0123";

    fn pod(message: &str) -> Value {
        json!({"metadata": {"name": "backend-1", "namespace": "seasense"}, "status": {"initContainerStatuses": [
            {"name": "migrate", "state": {"terminated": {"exitCode": 1, "message": message}}}]}})
    }

    #[tokio::test]
    async fn the_current_run_speaks_if_the_previous_is_gone() {
        let api = FakeApi::default();
        api.serve_text(&format!("{LOG}?previous=true"), GONE).serve_text(LOG, "panicked at main.rs:1\n");
        let words = last_words(&api.client(), &pod(""), "migrate", 6).await;
        assert_eq!(words.as_deref(), Some("panicked at main.rs:1"));
        api.serve_text(&format!("{LOG}?previous=true"), "the first panic\n");
        let words = last_words(&api.client(), &pod(""), "migrate", 6).await;
        assert_eq!(words.as_deref(), Some("the first panic"));
    }

    #[tokio::test]
    async fn the_status_speaks_if_no_log_is_left() {
        let api = FakeApi::default();
        api.serve_text(LOG, GONE);
        let words = last_words(&api.client(), &pod("one\ntwo\nrelation exists\n"), "migrate", 2).await;
        assert_eq!(words.as_deref(), Some("two\nrelation exists"));
        assert_eq!(last_words(&api.client(), &pod(""), "migrate", 2).await, None, "an error is no log");
    }
}

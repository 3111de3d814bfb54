//! Collects from the Kubernetes API: objects with their allowed fields, events, logs and the Flux tree.

use futures_util::StreamExt;
use serde_json::{Value, json};

use super::{
    collector::Collector,
    kinds::{COMMON, EVENT_FIELDS, KINDS, Packed},
    redact::project,
    tree,
};
use crate::base::k8s::{Client, Selector, exec::Target, flux::NAMESPACE, object, resource};

/// The maximum lines of each log.
const LINES: u32 = 1000;
/// The maximum bytes of each log, for containers that write very long lines.
const BYTES: usize = 512 << 10;
/// The number of logs that are read concurrently.
const CONCURRENT: usize = 8;

/// Collects the objects of every packed kind.
pub(super) async fn objects(client: &Client, collector: &Collector) {
    let mut files: std::collections::BTreeMap<&str, Vec<Value>> = std::collections::BTreeMap::new();
    for packed in KINDS {
        let found = list(client, packed).await;
        let Some(found) = collector.ok(&format!("cluster/{} {}", packed.file, packed.kind), found) else {
            continue;
        };
        if packed.kind == "Kustomization" {
            collector.text("cluster/flux.txt", tree::text(&found));
        }
        let fields = [&COMMON[..], packed.fields].concat();
        let kept = found
            .iter()
            .filter_map(|object| project(object, &fields))
            .map(|object| with_kind(object, packed));
        files.entry(packed.file).or_default().extend(kept);
    }
    for (file, objects) in files {
        collector.data(format!("cluster/{file}.json"), Value::Array(objects));
    }
}

async fn list(client: &Client, packed: &Packed) -> crate::base::failure::Result<Vec<Value>> {
    match client.resource(packed.api_version, packed.kind).await? {
        Some(resource) => client.list(&resource, None, &Selector::all()).await,
        None => Ok(Vec::new()),
    }
}

/// Sets the kind, which the items of a list do not contain.
fn with_kind(mut object: Value, packed: &Packed) -> Value {
    object["kind"] = json!(packed.kind);
    object
}

/// Collects the variables of the cluster: the only ConfigMap whose data is packed.
pub(super) async fn variables(client: &Client, collector: &Collector) {
    let found = client.get(&resource::CONFIG_MAP, Some(NAMESPACE), "environment").await;
    if let Some(found) = collector.ok("cluster/environment.json", found).flatten()
        && let Some(kept) = project(&found, &["metadata.name", "metadata.namespace", "data.**"])
    {
        collector.data("cluster/environment.json", kept);
    }
}

/// Collects the events of all namespaces, as a table sorted by time and as JSON.
pub(super) async fn events(client: &Client, collector: &Collector) {
    let found = client.list(&resource::EVENT, None, &Selector::all()).await;
    let Some(found) = collector.ok("cluster/events", found) else { return };
    let mut kept: Vec<Value> = found.iter().filter_map(|event| project(event, EVENT_FIELDS)).collect();
    kept.sort_by(|a, b| time(a).cmp(time(b)));
    collector.text("cluster/events.txt", kept.iter().map(line).collect::<String>());
    collector.data("cluster/events.json", Value::Array(kept));
}

fn time(event: &Value) -> &str {
    ["/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/firstTimestamp"]
        .iter()
        .find_map(|pointer| object::text(event, pointer))
        .unwrap_or_default()
}

fn line(event: &Value) -> String {
    let field = |pointer: &str| object::text(event, pointer).unwrap_or_default();
    let about = object::title(
        field("/involvedObject/kind"),
        field("/involvedObject/namespace"),
        field("/involvedObject/name"),
    );
    let times = match object::number(event, "/count") {
        count @ 2.. => format!(" (x{count})"),
        _ => String::new(),
    };
    let message = field("/message").trim().replace('\n', "\n    ");
    format!("{:27} {:7} {:20} {about}: {message}{times}\n", time(event), field("/type"), field("/reason"))
}

/// Collects the last log lines of every container, and of its run before the last restart.
pub(super) async fn logs(client: &Client, collector: &Collector) {
    let pods = client.list(&resource::POD, None, &Selector::all()).await;
    let Some(pods) = collector.ok("logs", pods) else { return };
    let existing: Vec<Log> = pods.iter().flat_map(of_pod).collect();
    let reads = existing.iter().map(|log| async move {
        let target = Target { namespace: log.namespace, pod: log.pod, container: log.container };
        let text = client.log_tail(target, LINES, log.previous).await;
        let path = log.path();
        // A pod that a rollout removed since it was listed has no log any more.
        let is_gone = text.is_err()
            && matches!(client.get(&resource::POD, Some(log.namespace), log.pod).await, Ok(None));
        if !is_gone && let Some(text) = collector.ok(&path, text) {
            collector.text(path, tail(&text));
        }
    });
    futures_util::stream::iter(reads).buffer_unordered(CONCURRENT).collect::<Vec<()>>().await;
}

/// The log of one run of a container.
struct Log<'a> {
    namespace: &'a str,
    pod: &'a str,
    container: &'a str,
    previous: bool,
}

impl Log<'_> {
    fn path(&self) -> String {
        let which = if self.previous { ".previous" } else { "" };
        format!("logs/{}/{}/{}{which}.log", self.namespace, self.pod, self.container)
    }
}

/// Returns the logs that exist for a pod: a container that has not started has none, and only a restarted one
/// has a previous log.
fn of_pod(pod: &Value) -> impl Iterator<Item = Log<'_>> {
    let statuses = ["/status/initContainerStatuses", "/status/containerStatuses"];
    statuses.into_iter().flat_map(|at| object::list(pod, at)).flat_map(|status| {
        let started =
            status.pointer("/state/waiting").is_none() || object::number(status, "/restartCount") > 0;
        let restarted = status.pointer("/lastState/terminated").is_some();
        let log = |previous| Log {
            namespace: object::namespace(pod),
            pod: object::name(pod),
            container: object::text(status, "/name").unwrap_or_default(),
            previous,
        };
        [started.then(|| log(false)), restarted.then(|| log(true))].into_iter().flatten()
    })
}

/// Returns the last bytes of a text, from the start of a line.
pub(super) fn tail(text: &str) -> &str {
    let Some(cut) = text.len().checked_sub(BYTES) else { return text };
    let rest = &text[text.ceil_char_boundary(cut)..];
    rest.split_once('\n').map_or(rest, |(_, whole)| whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::k8s::fake::FakeApi;

    #[test]
    fn only_existing_logs_are_requested() {
        let pod = json!({"metadata": {"name": "p", "namespace": "n"}, "status": {
        "initContainerStatuses": [{"name": "init", "restartCount": 0, "state": {"terminated": {}}}],
        "containerStatuses": [
            {"name": "new", "restartCount": 0, "state": {"waiting": {"reason": "ContainerCreating"}}},
            {"name": "crashed", "restartCount": 2, "state": {"waiting": {}}, "lastState": {"terminated": {}}},
        ]}});
        let paths: Vec<String> = of_pod(&pod).map(|log| log.path()).collect();
        assert_eq!(paths, ["logs/n/p/init.log", "logs/n/p/crashed.log", "logs/n/p/crashed.previous.log"]);
    }

    #[test]
    fn long_logs_are_cut_at_a_line_start() {
        let text = format!("{}\nlast é\n", "é".repeat(BYTES));
        assert_eq!(tail(&text), "last é\n");
        assert_eq!(tail("short"), "short");
    }

    #[tokio::test]
    async fn the_log_of_a_removed_pod_is_not_missing() {
        let api = FakeApi::default();
        let pod = |name: &str| {
            let status =
                json!({"containerStatuses": [{"name": "c", "restartCount": 0, "state": {"running": {}}}]});
            json!({"metadata": {"name": name, "namespace": "n"}, "status": status})
        };
        api.serve_kinds("v1", &[("Pod", "pods", true)])
            .serve_list("/api/v1/pods", &[pod("gone"), pod("broken")])
            .serve("/api/v1/namespaces/n/pods/broken", pod("broken"));
        let collector = Collector::default();
        logs(&api.client(), &collector).await;
        let missing = format!("{:?}", collector.into_inner().missing);
        assert!(missing.contains("logs/n/broken/c.log") && !missing.contains("gone"), "{missing}");
    }

    #[tokio::test]
    async fn secrets_are_not_requested_and_events_form_a_table() {
        let api = FakeApi::default();
        api.serve_kinds("v1", &[("Pod", "pods", true), ("Secret", "secrets", true)])
            .serve_list("/api/v1/pods", &[json!({"metadata": {"name": "p", "annotations": {"a": "hidden"}},
                "spec": {"containers": [{"name": "c", "args": ["hidden"], "env": [{"name": "E", "value": "hidden"}]}]}})])
            .serve_list("/api/v1/events", &[json!({"type": "Warning", "reason": "Failed", "message": "no image", "count": 3,
                "lastTimestamp": "2026-01-01T00:00:00Z", "involvedObject": {"kind": "Pod", "namespace": "n", "name": "p"}})]);
        let collector = Collector::default();
        objects(&api.client(), &collector).await;
        events(&api.client(), &collector).await;
        let requests: Vec<String> = api.requests().into_iter().map(|request| request.line).collect();
        assert!(!requests.iter().any(|line| line.contains("secrets")), "{requests:?}");
        let collected = collector.into_inner();
        let files = format!("{:?}", collected.files);
        assert!(files.contains("\"E\"") && !files.contains("hidden"), "{files}");
        let line = "2026-01-01T00:00:00Z        Warning Failed               Pod n/p: no image (x3)";
        assert!(files.contains(line), "{files}");
    }
}

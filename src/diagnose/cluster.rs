//! What the Kubernetes API tells: objects by their allowed fields, events, logs, the Flux tree.

use futures_util::StreamExt;
use serde_json::{Value, json};

use super::{
    basket::Basket,
    kinds::{COMMON, EVENT_FIELDS, KINDS, Packed},
    redact::project,
    tree,
};
use crate::base::k8s::{Client, Selector, exec::Target, flux::NAMESPACE, object, resource};

/// Lines of each log.
const LINES: u32 = 1000;
/// Bytes of each log; a container that writes no line ends must not fill the bundle.
const BYTES: usize = 512 << 10;
/// Logs that are read at once.
const AT_ONCE: usize = 8;

/// The objects of every packed kind.
pub(super) async fn objects(client: &Client, basket: &Basket) {
    let mut files: std::collections::BTreeMap<&str, Vec<Value>> = std::collections::BTreeMap::new();
    for packed in KINDS {
        let found = list(client, packed).await;
        let Some(found) = basket.taken(&format!("cluster/{} {}", packed.file, packed.kind), found) else {
            continue;
        };
        if packed.kind == "Kustomization" {
            basket.text("cluster/flux.txt", tree::text(&found));
        }
        let fields = [&COMMON[..], packed.fields].concat();
        let kept =
            found.iter().filter_map(|object| project(object, &fields)).map(|object| named(object, packed));
        files.entry(packed.file).or_default().extend(kept);
    }
    for (file, objects) in files {
        basket.data(format!("cluster/{file}.json"), Value::Array(objects));
    }
}

async fn list(client: &Client, packed: &Packed) -> crate::base::failure::Result<Vec<Value>> {
    match client.resource(packed.api_version, packed.kind).await? {
        Some(resource) => client.list(&resource, None, &Selector::all()).await,
        None => Ok(Vec::new()),
    }
}

/// The items of a list do not tell their kind.
fn named(mut object: Value, packed: &Packed) -> Value {
    object["kind"] = json!(packed.kind);
    object
}

/// The variables that the cluster was given: the one ConfigMap whose data enters.
pub(super) async fn variables(client: &Client, basket: &Basket) {
    let found = client.get(&resource::CONFIG_MAP, Some(NAMESPACE), "environment").await;
    if let Some(found) = basket.taken("cluster/environment.json", found).flatten()
        && let Some(kept) = project(&found, &["metadata.name", "metadata.namespace", "data.**"])
    {
        basket.data("cluster/environment.json", kept);
    }
}

/// The events of all namespaces, as a table by time and as data.
pub(super) async fn events(client: &Client, basket: &Basket) {
    let found = client.list(&resource::EVENT, None, &Selector::all()).await;
    let Some(found) = basket.taken("cluster/events", found) else { return };
    let mut kept: Vec<Value> = found.iter().filter_map(|event| project(event, EVENT_FIELDS)).collect();
    kept.sort_by(|a, b| seen(a).cmp(seen(b)));
    basket.text("cluster/events.txt", kept.iter().map(line).collect::<String>());
    basket.data("cluster/events.json", Value::Array(kept));
}

fn seen(event: &Value) -> &str {
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
    format!("{:27} {:7} {:20} {about}: {message}{times}\n", seen(event), field("/type"), field("/reason"))
}

/// The last lines of every container, and of its run before the last restart.
pub(super) async fn logs(client: &Client, basket: &Basket) {
    let pods = client.list(&resource::POD, None, &Selector::all()).await;
    let Some(pods) = basket.taken("logs", pods) else { return };
    let wanted: Vec<Log> = pods.iter().flat_map(of_pod).collect();
    let reads = wanted.iter().map(|log| async move {
        let target = Target { namespace: log.namespace, pod: log.pod, container: log.container };
        let text = client.log_tail(target, LINES, log.previous).await;
        let path = log.path();
        if let Some(text) = basket.taken(&path, text) {
            basket.text(path, tail(&text));
        }
    });
    futures_util::stream::iter(reads).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
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

/// The logs that a pod can have: a container that has not begun has none, one that never restarted no previous one.
fn of_pod(pod: &Value) -> impl Iterator<Item = Log<'_>> {
    let statuses = ["/status/initContainerStatuses", "/status/containerStatuses"];
    statuses.into_iter().flat_map(|at| object::list(pod, at)).flat_map(|status| {
        let begun = status.pointer("/state/waiting").is_none() || object::number(status, "/restartCount") > 0;
        let before = status.pointer("/lastState/terminated").is_some();
        let log = |previous| Log {
            namespace: object::namespace(pod),
            pod: object::name(pod),
            container: object::text(status, "/name").unwrap_or_default(),
            previous,
        };
        [begun.then(|| log(false)), before.then(|| log(true))].into_iter().flatten()
    })
}

/// The last bytes of a text, from the beginning of a line.
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
    fn only_logs_that_exist_are_asked_for() {
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
    fn a_long_log_keeps_its_last_whole_lines() {
        let text = format!("{}\nlast é\n", "é".repeat(BYTES));
        assert_eq!(tail(&text), "last é\n");
        assert_eq!(tail("short"), "short");
    }

    #[tokio::test]
    async fn secrets_are_never_listed_among_the_objects_and_events_become_a_table() {
        let api = FakeApi::default();
        api.serve_kinds("v1", &[("Pod", "pods", true), ("Secret", "secrets", true)])
            .serve_list("/api/v1/pods", &[json!({"metadata": {"name": "p", "annotations": {"a": "hidden"}},
                "spec": {"containers": [{"name": "c", "args": ["hidden"], "env": [{"name": "E", "value": "hidden"}]}]}})])
            .serve_list("/api/v1/events", &[json!({"type": "Warning", "reason": "Failed", "message": "no image", "count": 3,
                "lastTimestamp": "2026-01-01T00:00:00Z", "involvedObject": {"kind": "Pod", "namespace": "n", "name": "p"}})]);
        let basket = Basket::default();
        objects(&api.client(), &basket).await;
        events(&api.client(), &basket).await;
        let asked: Vec<String> = api.requests().into_iter().map(|asked| asked.line).collect();
        assert!(!asked.iter().any(|line| line.contains("secrets")), "{asked:?}");
        let gathered = basket.into_inner();
        let told = format!("{:?}", gathered.files);
        assert!(told.contains("\"E\"") && !told.contains("hidden"), "{told}");
        let line = "2026-01-01T00:00:00Z        Warning Failed               Pod n/p: no image (x3)";
        assert!(told.contains(line), "{told}");
    }
}

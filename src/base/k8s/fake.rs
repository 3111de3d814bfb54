//! A Kubernetes API in memory for tests: responds by method and path, and records the requests.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use http::{Request, Response};
use kube::client::Body;
use serde_json::{Value, json};

use super::{Client, identity::Identity};

/// One recorded request.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedRequest {
    /// Method and path with its query.
    pub line: String,
    /// The body, if it was JSON.
    pub body: Value,
}

/// The object whose UID identifies the cluster.
const IDENTITY: &str = "/api/v1/namespaces/kube-system";

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Value>,
    /// By path, with a part of the query after a `?` if the text depends on it.
    texts: BTreeMap<String, String>,
    requests: Vec<RecordedRequest>,
    /// How many times it still returns the expected identity; `None` for always.
    expected_left: Option<usize>,
}

impl State {
    fn text(&self, path: &str, query: &str) -> Option<String> {
        let parts = query.split('&').map(|part| format!("{path}?{part}"));
        parts.chain([path.to_owned()]).find_map(|key| self.texts.get(&key).cloned())
    }

    fn identity(&mut self) -> Value {
        let is_expected = self.expected_left.is_none_or(|left| left > 0);
        self.expected_left = self.expected_left.map(|left| left.saturating_sub(1));
        json!({"metadata": {"name": "kube-system", "uid": if is_expected { "own" } else { "another" }}})
    }
}

/// The fake API; cheap to clone.
#[derive(Clone, Default)]
pub struct FakeApi(Arc<Mutex<State>>);

impl FakeApi {
    /// Serves `response` at `path`.
    pub fn serve(&self, path: &str, response: Value) -> &Self {
        self.0.lock().unwrap().objects.insert(path.to_owned(), response);
        self
    }

    /// Serves `text` as it is at `path`; with a query, only for a request whose query contains it.
    pub fn serve_text(&self, path: &str, text: &str) -> &Self {
        self.0.lock().unwrap().texts.insert(path.to_owned(), text.to_owned());
        self
    }

    /// Serves a list of `items` at `path`.
    pub fn serve_list(&self, path: &str, items: &[Value]) -> &Self {
        self.serve(path, json!({"kind": "List", "apiVersion": "v1", "metadata": {}, "items": items}))
    }

    /// Serves the Deployment `backend` with one replica, its `ReplicaSet`, and these pods in its namespace. Pods
    /// without a template's hash become pods of its current template.
    pub fn serve_backend(&self, pods: &[Value]) -> &Self {
        let backend = json!({"metadata": {"name": "backend", "namespace": "seasense"},
            "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "backend"}}}, "status": {}});
        let set = json!({"metadata": {"labels": {"pod-template-hash": "now"}}, "spec": {}});
        let hashed = |pod: &Value| {
            let mut pod = pod.clone();
            if pod.pointer("/metadata/labels/pod-template-hash").is_none() {
                pod["metadata"]["labels"]["pod-template-hash"] = json!("now");
            }
            pod
        };
        let pods: Vec<Value> = pods.iter().map(hashed).collect();
        self.serve_kinds("apps/v1", &[("Deployment", "deployments", true)])
            .serve("/apis/apps/v1/namespaces/seasense/deployments/backend", backend)
            .serve_list("/apis/apps/v1/namespaces/seasense/replicasets", &[set])
            .serve_list("/api/v1/namespaces/seasense/pods", &pods)
    }

    /// Serves the kinds of a group and version: kind, plural, namespaced.
    pub fn serve_kinds(&self, api_version: &str, kinds: &[(&str, &str, bool)]) -> &Self {
        let root = if api_version.contains('/') { "apis" } else { "api" };
        let resources: Vec<Value> = kinds
            .iter()
            .map(|(kind, plural, namespaced)| {
                json!({"kind": kind, "name": plural, "singularName": "", "namespaced": namespaced, "verbs": []})
            })
            .collect();
        self.serve(
            &format!("/{root}/{api_version}"),
            json!({"groupVersion": api_version, "resources": resources}),
        )
    }

    /// Serves the kinds that a cluster needs before an artifact can be bootstrapped.
    pub fn serve_bootstrap_kinds(&self) -> &Self {
        let core = [
            ("Namespace", "namespaces", false),
            ("ConfigMap", "configmaps", true),
            ("Secret", "secrets", true),
        ];
        self.serve_kinds("v1", &core)
            .serve_kinds("apps/v1", &[("Deployment", "deployments", true)])
            .serve_kinds("kustomize.toolkit.fluxcd.io/v1", &[("Kustomization", "kustomizations", true)])
            .serve_kinds("source.toolkit.fluxcd.io/v1", &[("OCIRepository", "ocirepositories", true)])
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.0.lock().unwrap().requests.clone()
    }

    /// Changes the identity of the cluster after `count` requests for it.
    pub fn replace_cluster_after(&self, count: usize) -> &Self {
        self.0.lock().unwrap().expected_left = Some(count);
        self
    }

    /// A client with the identity of this cluster.
    pub fn client(&self) -> Client {
        self.client_of(Some("own".to_owned()))
    }

    /// A client without an identity.
    pub fn client_without_identity(&self) -> Client {
        self.client_of(None)
    }

    fn client_of(&self, uid: Option<String>) -> Client {
        let fake = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let fake = fake.clone();
            async move { Ok::<_, std::convert::Infallible>(fake.respond_to(request).await) }
        });
        let identity = Identity { name: "fake".to_owned(), uid, pin: None };
        Client::over(kube::Client::new(service, "default"), identity)
    }

    async fn respond_to(&self, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let bytes = body.collect_bytes().await.unwrap_or_default();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let query = parts.uri.query().filter(|query| !query.is_empty());
        let line = query.map_or_else(
            || format!("{} {}", parts.method, parts.uri.path()),
            |query| format!("{} {}?{query}", parts.method, parts.uri.path()),
        );
        let mut state = self.0.lock().unwrap();
        state.requests.push(RecordedRequest { line, body: body.clone() });
        let path = parts.uri.path();
        if parts.method == http::Method::PATCH {
            let merged = state.objects.get(path).cloned().unwrap_or_else(|| body.clone());
            return respond(200, &merged);
        }
        if path == IDENTITY {
            let identity = state.identity();
            return respond(200, &identity);
        }
        if let Some(text) = state.text(path, query.unwrap_or_default()) {
            return Response::builder().status(200).body(Body::from(text.into_bytes())).unwrap();
        }
        match state.objects.get(path) {
            Some(object) => respond(200, object),
            None => respond(
                404,
                &json!({"kind": "Status", "apiVersion": "v1", "status": "Failure",
                "code": 404, "reason": "NotFound", "message": format!("{path} not found")}),
            ),
        }
    }
}

fn respond(code: u16, body: &Value) -> Response<Body> {
    Response::builder().status(code).body(Body::from(body.to_string().into_bytes())).unwrap()
}

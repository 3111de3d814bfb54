//! A Kubernetes API in memory, for tests: answers by method and path, and remembers what was asked.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use http::{Request, Response};
use kube::client::Body;
use serde_json::{Value, json};

use super::{Client, identity::Identity};

/// One request that came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Method and path with its query.
    pub line: String,
    /// The body, where it was JSON.
    pub body: Value,
}

/// Where an API tells which cluster it is.
const IDENTITY: &str = "/api/v1/namespaces/kube-system";

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Value>,
    asked: Vec<Asked>,
    /// How often it still says that it is the cluster that is meant; always where it is not set.
    own: Option<usize>,
}

impl State {
    fn identity(&mut self) -> Value {
        let own = self.own.is_none_or(|left| left > 0);
        self.own = self.own.map(|left| left.saturating_sub(1));
        json!({"metadata": {"name": "kube-system", "uid": if own { "own" } else { "another" }}})
    }
}

/// The fake; cheap to clone.
#[derive(Clone, Default)]
pub struct FakeApi(Arc<Mutex<State>>);

impl FakeApi {
    /// Serves `answer` at `path`.
    pub fn serve(&self, path: &str, answer: Value) -> &Self {
        self.0.lock().unwrap().objects.insert(path.to_owned(), answer);
        self
    }

    /// Serves a list of `items` at `path`.
    pub fn serve_list(&self, path: &str, items: &[Value]) -> &Self {
        self.serve(path, json!({"kind": "List", "apiVersion": "v1", "metadata": {}, "items": items}))
    }

    /// Serves the Deployment `backend` that wants one replica, and these pods of its namespace.
    pub fn serve_backend(&self, pods: &[Value]) -> &Self {
        let backend =
            json!({"spec": {"replicas": 1, "selector": {"matchLabels": {"app": "backend"}}}, "status": {}});
        self.serve_kinds("apps/v1", &[("Deployment", "deployments", true)])
            .serve("/apis/apps/v1/namespaces/seasense/deployments/backend", backend)
            .serve_list("/api/v1/namespaces/seasense/pods", pods)
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

    /// Serves the kinds that a cluster must know before an artifact can be handed to Flux in it.
    pub fn serve_handover_kinds(&self) -> &Self {
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

    /// Everything that was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.0.lock().unwrap().asked.clone()
    }

    /// Lets another cluster answer once the identity was asked `count` times.
    pub fn becomes_another_after(&self, count: usize) -> &Self {
        self.0.lock().unwrap().own = Some(count);
        self
    }

    /// A client of this API, which it knows.
    pub fn client(&self) -> Client {
        self.client_of(Some("own".to_owned()))
    }

    /// A client that does not know which cluster this is.
    pub fn client_without_identity(&self) -> Client {
        self.client_of(None)
    }

    fn client_of(&self, uid: Option<String>) -> Client {
        let fake = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let fake = fake.clone();
            async move { Ok::<_, std::convert::Infallible>(fake.answer(request).await) }
        });
        let identity = Identity { name: "fake".to_owned(), uid, pin: None };
        Client::over(kube::Client::new(service, "default"), identity)
    }

    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let bytes = body.collect_bytes().await.unwrap_or_default();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let query = parts.uri.query().filter(|query| !query.is_empty());
        let line = query.map_or_else(
            || format!("{} {}", parts.method, parts.uri.path()),
            |query| format!("{} {}?{query}", parts.method, parts.uri.path()),
        );
        let mut state = self.0.lock().unwrap();
        state.asked.push(Asked { line, body: body.clone() });
        let path = parts.uri.path();
        if parts.method == http::Method::PATCH {
            let merged = state.objects.get(path).cloned().unwrap_or_else(|| body.clone());
            return respond(200, &merged);
        }
        if path == IDENTITY {
            let identity = state.identity();
            return respond(200, &identity);
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

//! A cluster that the program accepts as its own: a fake daemon, a fake API, and the state files of a run.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use super::{
    fakes::{self, Requests},
    harness::{Harness, Run},
};

pub const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// An environment with both fakes.
pub struct Cluster {
    pub harness: Harness,
    pub requests: Requests,
    state: PathBuf,
}

impl Cluster {
    /// Creates a cluster with the identity `own` whose API responds with `answer`.
    pub fn new(answer: impl Fn(&str) -> Option<Value> + Send + Sync + 'static) -> Self {
        let harness = Harness::new();
        let (state, name) = state_and_name(&harness);
        let (port, requests) = fakes::kubernetes(answer);
        let node = fakes::node(&name);
        fakes::docker(&harness.socket(), move |line| {
            line.contains("io.x-k8s.kind.cluster").then(|| Some((200, node.clone())))
        });
        fs::create_dir_all(&state).unwrap();
        let record =
            json!({"containers": ["node-1"], "image": "node", "nodes": 1, "https_port": 8443, "uid": "own"});
        fs::write(state.join("cluster.json"), record.to_string()).unwrap();
        let cluster = Self { harness, requests, state };
        cluster.write_kubeconfig(port, &name);
        cluster
    }

    fn write_kubeconfig(&self, port: u16, name: &str) {
        let context = format!("kind-{name}");
        let kubeconfig = json!({"apiVersion": "v1", "kind": "Config", "current-context": context,
            "clusters": [{"name": "c", "cluster": {"server": format!("http://127.0.0.1:{port}")}}],
            "users": [{"name": "u", "user": {}}],
            "contexts": [{"name": context, "context": {"cluster": "c", "user": "u"}}]});
        fs::write(self.state.join("kubeconfig"), kubeconfig.to_string()).unwrap();
    }

    /// Runs `seasense status --json` and returns the result with the parsed output.
    pub fn status(&self) -> (Run, Value) {
        let run = self.harness.run(&["status", "--json"]);
        let status = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
        (run, status)
    }
}

/// Returns the state directory of the environment and the name of its cluster, as `status` prints them.
fn state_and_name(harness: &Harness) -> (PathBuf, String) {
    let socket = harness.socket().with_extension("early");
    fakes::docker(&socket, |_| None);
    let run = harness.run_with(&["status", "--json"], &socket);
    let status: Value = serde_json::from_str(&run.stdout).unwrap();
    let kubeconfig = status["endpoints"]["kubeconfig"].as_str().unwrap();
    let kubeconfig = PathBuf::from(kubeconfig.replace("[ROOT]", &harness.root().to_string_lossy()));
    let state = kubeconfig.parent().unwrap().to_owned();
    let name = state.file_name().unwrap().to_str().unwrap().to_owned();
    (state, name)
}

/// The API of a cluster whose Flux source is at [`DIGEST`] and whose phases are at `applied`.
pub fn flux(path: &str, applied: &str) -> Option<Value> {
    let ready = json!([{"type": "Ready", "status": "True", "reason": "ReconciliationSucceeded", "message": "Applied"}]);
    let phase = |name: &str| {
        json!({"metadata": {"name": name, "generation": 1}, "spec": {},
            "status": {"observedGeneration": 1, "lastAppliedRevision": applied, "conditions": ready}})
    };
    let names = [
        ("infrastructure-core", "./core"),
        ("cert-manager", "./core/cert-manager"),
        ("envoy-gateway", "./core/envoy-gateway"),
        ("cloudnative-pg", "./core/cloudnative-pg"),
        ("gateway-config", "./gateway"),
        ("data", "./data"),
        ("database", "./data/database"),
        ("secrets", "./data/secrets"),
        ("apps", "./apps"),
    ];
    match path.trim_start_matches("/apis") {
        "/api/v1/namespaces/kube-system" => Some(json!({"metadata": {"name": "kube-system", "uid": "own"}})),
        "/source.toolkit.fluxcd.io/v1/namespaces/flux-system/ocirepositories/platform" => {
            Some(json!({"metadata": {"name": "platform"}, "spec": {"ref": {"digest": DIGEST}}}))
        }
        "/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations" => {
            let child = |(name, _): (&str, &str)| json!({"id": format!("flux-system_{name}_k_Kustomization"), "v": "v1"});
            let mut root = phase("platform");
            root["status"]["lastAppliedRevision"] = json!(DIGEST);
            root["status"]["inventory"] = json!({"entries": names.map(child)});
            let phases = names.map(|(name, path)| {
                let mut phase = phase(name);
                phase["spec"]["path"] = json!(path);
                phase
            });
            Some(json!({"items": std::iter::once(root).chain(phases).collect::<Vec<_>>()}))
        }
        "/apps/v1/deployments" => Some(json!({"items": [
            {"metadata": {"namespace": "seasense", "name": "backend"}, "spec": {"replicas": 1}, "status": {}}]})),
        "/api/v1/events" => Some(json!({"items": [
            {"type": "Warning", "reason": "BackOff", "message": "Back-off", "lastTimestamp": "2026-01-01T00:00:00Z",
             "involvedObject": {"kind": "Pod", "namespace": "seasense", "name": "backend-1"}}]})),
        _ => None,
    }
}

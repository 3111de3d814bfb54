//! A cluster that the program believes to be its own: a fake daemon, a fake API, and the files that a run leaves.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use super::{
    fakes::{self, Asked},
    harness::{Harness, Run},
};

pub const DIGEST: &str = "sha256:aa";

/// The environment around the fakes.
pub struct Cluster {
    pub harness: Harness,
    pub asked: Asked,
    state: PathBuf,
}

impl Cluster {
    /// A cluster whose API answers as `answer` says, under the identity `own`.
    pub fn new(answer: impl Fn(&str) -> Option<Value> + Send + Sync + 'static) -> Self {
        let harness = Harness::new();
        let (state, name) = place(&harness);
        let (port, asked) = fakes::kubernetes(answer);
        let node = fakes::node(&name);
        fakes::docker(&harness.socket(), move |line| {
            line.contains("io.x-k8s.kind.cluster").then(|| Some((200, node.clone())))
        });
        fs::create_dir_all(&state).unwrap();
        let record =
            json!({"containers": ["node-1"], "image": "node", "nodes": 1, "https_port": 8443, "uid": "own"});
        fs::write(state.join("cluster.json"), record.to_string()).unwrap();
        let cluster = Self { harness, asked, state };
        cluster.point_at(port, &name);
        cluster
    }

    fn point_at(&self, port: u16, name: &str) {
        let context = format!("kind-{name}");
        let kubeconfig = json!({"apiVersion": "v1", "kind": "Config", "current-context": context,
            "clusters": [{"name": "c", "cluster": {"server": format!("http://127.0.0.1:{port}")}}],
            "users": [{"name": "u", "user": {}}],
            "contexts": [{"name": context, "context": {"cluster": "c", "user": "u"}}]});
        fs::write(self.state.join("kubeconfig"), kubeconfig.to_string()).unwrap();
    }

    /// `seasense status --json`: its exit code and what it saw.
    pub fn status(&self) -> (Run, Value) {
        let run = self.harness.run(&["status", "--json"]);
        let seen = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
        (run, seen)
    }
}

/// Where the program keeps the state of its environment, and how it calls the cluster: as it says itself.
fn place(harness: &Harness) -> (PathBuf, String) {
    let elsewhere = harness.socket().with_extension("early");
    fakes::docker(&elsewhere, |_| None);
    let run = harness.run_with(&["status", "--json"], &elsewhere);
    let seen: Value = serde_json::from_str(&run.stdout).unwrap();
    let kubeconfig = seen["endpoints"]["kubeconfig"].as_str().unwrap();
    let kubeconfig = PathBuf::from(kubeconfig.replace("[ROOT]", &harness.root().to_string_lossy()));
    let state = kubeconfig.parent().unwrap().to_owned();
    let name = state.file_name().unwrap().to_str().unwrap().to_owned();
    (state, name)
}

/// The API of a cluster that Flux was told to run [`DIGEST`] in; its phases are at `applied`.
pub fn flux(path: &str, applied: &str) -> Option<Value> {
    let ready = json!([{"type": "Ready", "status": "True", "reason": "ReconciliationSucceeded", "message": "Applied"}]);
    let phase = |name: &str| {
        json!({"metadata": {"name": name, "generation": 1}, "spec": {},
            "status": {"observedGeneration": 1, "lastAppliedRevision": applied, "conditions": ready}})
    };
    let names = [
        "infrastructure-core",
        "cert-manager",
        "envoy-gateway",
        "cloudnative-pg",
        "gateway-config",
        "data",
        "database",
        "secrets",
        "apps",
    ];
    match path.trim_start_matches("/apis") {
        "/api/v1/namespaces/kube-system" => Some(json!({"metadata": {"name": "kube-system", "uid": "own"}})),
        "/source.toolkit.fluxcd.io/v1/namespaces/flux-system/ocirepositories/platform" => {
            Some(json!({"metadata": {"name": "platform"}, "spec": {"ref": {"digest": DIGEST}}}))
        }
        "/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations" => {
            Some(json!({"items": names.map(phase)}))
        }
        "/apps/v1/deployments" => Some(json!({"items": [
            {"metadata": {"namespace": "seasense", "name": "backend"}, "spec": {"replicas": 1}, "status": {}}]})),
        "/api/v1/events" => Some(json!({"items": [
            {"type": "Warning", "reason": "BackOff", "message": "Back-off", "lastTimestamp": "2026-01-01T00:00:00Z",
             "involvedObject": {"kind": "Pod", "namespace": "seasense", "name": "backend-1"}}]})),
        _ => None,
    }
}

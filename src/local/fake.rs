//! Test environment: an in-memory container daemon and Kubernetes API, and a `kind` that is a script.
//!
//! Containers are files of one directory, so that the script can create them.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, UnixListener},
};

use crate::{
    base::{docker::Docker, event::Silent},
    config::{HostDirs, Project},
    local::{
        LocalContext,
        cluster::{ClusterSource, OWNERSHIP_MOUNT},
    },
};

/// Creates the container and the kubeconfig, as kind does.
pub const WHOLE: &str = "node; kubeconfig";
/// Creates the container and fails, as kind does when it is killed half-way.
pub const HALF: &str = "node; echo 'ERROR: failed to init node' >&2; exit 1";

/// A fake daemon, a fake API and a fake kind.
pub struct TestEnv {
    folder: tempfile::TempDir,
    /// The context of the code under test.
    pub context: LocalContext,
    /// The fake kind and its node image.
    pub source: ClusterSource,
}

impl TestEnv {
    /// Creates an environment without containers; kind runs `script`.
    pub async fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for part in ["containers", "envs", "gitops", "infra/kind/patches"] {
            std::fs::create_dir_all(root.join(part)).unwrap();
        }
        for file in ["cluster.yaml", "built.yaml", "zones.yaml", "Corefile"] {
            let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("infra/kind").join(file);
            std::fs::copy(shipped, root.join("infra/kind").join(file)).unwrap();
        }
        let port = serve_kubernetes(root).await;
        serve_docker(root);
        let env = Self {
            context: LocalContext {
                project: Project::find(&root.join("envs")).unwrap(),
                dirs: HostDirs::new(root.join("cache"), root.join("state")),
                docker: Docker::at(root.join("docker.sock").to_str().unwrap()),
                events: Arc::new(Silent),
            },
            source: ClusterSource {
                kind: root.join("kind"),
                node_image: "node:1".into(),
                built: false,
                registry: "seasense-registry:5000".into(),
            },
            folder,
        };
        env.kind(script, port);
        env
    }

    /// Replaces the script of kind.
    pub fn kind(&self, script: &str, port: u16) {
        let root = self.folder.path().display();
        let mounts = json!({"Mounts": [{"Destination": OWNERSHIP_MOUNT, "Source": "STATE/mark"}]});
        let text = format!(
            r#"#!/bin/sh
echo "$@" >> {root}/kind.log; echo "$DOCKER_HOST" > {root}/kind-daemon; cat > {root}/config.json
while [ $# -gt 0 ]; do case $1 in --name) name=$2 ;; --kubeconfig) file=$2 ;; esac; shift; done
node() {{
  [ -e {root}/containers/$name-control-plane ] && {{ echo 'ERROR: node(s) already exist' >&2; exit 1; }}
  echo '{mounts}' | sed "s|STATE|{root}/state/$name|" > {root}/containers/$name-control-plane
}}
kubeconfig() {{
  cat > "$file" <<EOF
{{"apiVersion": "v1", "kind": "Config", "current-context": "kind-$name",
 "clusters": [{{"name": "c", "cluster": {{"server": "http://127.0.0.1:$(cat {root}/port)"}}}}],
 "users": [{{"name": "u", "user": {{}}}}],
 "contexts": [{{"name": "kind-$name", "context": {{"cluster": "c", "user": "u"}}}}]}}
EOF
}}
{script}
"#
        );
        if port != 0 {
            std::fs::write(self.folder.path().join("port"), port.to_string()).unwrap();
        }
        std::fs::write(&self.source.kind, text).unwrap();
        std::fs::set_permissions(&self.source.kind, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The command lines of all kind calls.
    pub fn calls(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.folder.path().join("kind.log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    /// The `DOCKER_HOST` of the last kind call.
    pub fn kind_daemon(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("kind-daemon")).unwrap()
    }

    /// The configuration of the last kind call.
    pub fn config(&self) -> Value {
        let text = std::fs::read_to_string(self.folder.path().join("config.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// Stops the API of every cluster from answering, or lets it answer again.
    pub fn silence(&self, silent: bool) {
        let file = self.folder.path().join("silent");
        if silent { std::fs::write(file, "").unwrap() } else { std::fs::remove_file(file).unwrap() }
    }

    /// Stops the API from answering until the container `name` is started.
    pub fn silence_until_started(&self, name: &str) {
        std::fs::write(self.folder.path().join("silent"), name).unwrap();
    }

    /// How often the container was started after its creation.
    pub fn starts(&self, name: &str) -> u64 {
        self.read(name)["Starts"].as_u64().unwrap_or_default()
    }

    /// The restart policy of the container.
    pub fn restart_policy(&self, name: &str) -> String {
        self.read(name)["RestartPolicy"].as_str().unwrap_or_default().to_owned()
    }

    fn read(&self, name: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.container(name)).unwrap()).unwrap()
    }

    /// Makes the container `name` report volumes.
    pub fn fill(&self, name: &str) {
        let mut container = self.read(name);
        container["HoldsVolumes"] = json!(true);
        std::fs::write(self.container(name), container.to_string()).unwrap();
    }

    /// The file that represents a container.
    pub fn container(&self, name: &str) -> PathBuf {
        self.folder.path().join("containers").join(name)
    }
}

fn serve_docker(root: &Path) {
    let listener = UnixListener::bind(root.join("docker.sock")).unwrap();
    let containers = root.join("containers");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let containers = containers.clone();
            tokio::spawn(answer(stream, move |method, path, body| docker(&containers, method, path, body)));
        }
    });
}

async fn serve_kubernetes(root: &Path) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let silent = root.join("silent");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // The connection is dropped, as on a node whose API server is down.
            if !silent.exists() {
                tokio::spawn(answer(stream, |_, _, _| (200, json!({"metadata": {"uid": "the-cluster"}}))));
            }
        }
    });
    port
}

fn docker(containers: &Path, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<&str> =
        path.split('/').skip_while(|part| part.is_empty() || part.starts_with("v1.")).collect();
    match (method, parts.as_slice()) {
        // All containers are nodes, which do not have our labels.
        ("GET", ["containers", "json"]) if query.contains("org.seasense") => (200, json!([])),
        ("GET", ["containers", "json"]) => (200, list(containers)),
        // Every path exists in a container that reports volumes.
        ("HEAD", ["containers", name, "archive"]) => match std::fs::read_to_string(containers.join(name)) {
            Ok(text) if text.contains("HoldsVolumes") => (200, Value::Null),
            _ => (404, Value::Null),
        },
        ("DELETE", ["containers", name]) => match std::fs::remove_file(containers.join(name)) {
            Ok(()) => (204, Value::Null),
            Err(_) => (404, json!({"message": "No such container"})),
        },
        ("POST", ["containers", name, action]) if containers.join(name).exists() => {
            let file = containers.join(name);
            let mut container: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
            change(&mut container, action, body);
            std::fs::write(file, container.to_string()).unwrap();
            let silent = containers.with_file_name("silent");
            if *action == "start" && std::fs::read_to_string(&silent).is_ok_and(|until| until == *name) {
                std::fs::remove_file(silent).unwrap();
            }
            (if *action == "update" { 200 } else { 204 }, Value::Null)
        }
        ("GET", ["volumes"]) => (200, json!({"Volumes": [], "Warnings": null})),
        ("GET", ["networks", _]) => (200, json!({"Name": "kind"})),
        ("GET", ["networks"]) => (200, json!([])),
        _ => (404, json!({"message": format!("{method} {path}")})),
    }
}

fn change(container: &mut Value, action: &str, body: &Value) {
    match action {
        "start" => {
            container["State"] = json!("running");
            container["Starts"] = json!(container["Starts"].as_u64().unwrap_or_default() + 1);
        }
        "stop" | "kill" => container["State"] = json!("exited"),
        "update" => container["RestartPolicy"] = body["RestartPolicy"]["Name"].clone(),
        // Commands cannot be executed here.
        _ => {}
    }
}

/// The containers of the directory, in the daemon's format.
fn list(containers: &Path) -> Value {
    let files = std::fs::read_dir(containers).unwrap().flatten();
    let container = |file: std::fs::DirEntry| {
        let name = file.file_name().into_string().unwrap();
        let mut container: Value = serde_json::from_slice(&std::fs::read(file.path()).ok()?).ok()?;
        container["Id"] = json!(format!("id-{name}"));
        container["Names"] = json!([format!("/{name}")]);
        if container["State"].is_null() {
            container["State"] = json!("running");
        }
        Some(container)
    };
    Value::Array(files.filter_map(container).collect())
}

async fn answer<S>(mut stream: S, handle: impl Fn(&str, &str, &Value) -> (u16, Value))
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte).await {
            Ok(1) => request.push(byte[0]),
            _ => return,
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let mut words = request.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let length = request.to_ascii_lowercase();
    let length = length.split("content-length: ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let mut sent = vec![0; length.and_then(|length| length.parse().ok()).unwrap_or_default()];
    if stream.read_exact(&mut sent).await.is_err() {
        return;
    }
    let (code, body) = handle(method, path, &serde_json::from_slice(&sent).unwrap_or_default());
    let body = if body.is_null() { String::new() } else { body.to_string() };
    // The stat of an existing path; only its existence matters.
    let stat = "eyJuYW1lIjogIngiLCAic2l6ZSI6IDEsICJtb2RlIjogMSwgIm10aW1lIjogIjIwMjYtMDEtMDFUMDA6MDA6MDBaIiwgImxpbmtUYXJnZXQiOiAiIn0=";
    let head = format!(
        "HTTP/1.1 {code} X\r\ncontent-type: application/json\r\nx-docker-container-path-stat: {stat}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
}

//! The user of this machine, who has other clusters that seasense must neither read nor contact.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// The names of the user's clusters in the kubeconfig.
const CLUSTERS: [&str; 2] = ["first", "second"];

/// A user with a kubeconfig.
pub struct User {
    kubeconfig: PathBuf,
    /// The expected content of the kubeconfig.
    written: Mutex<String>,
    /// The port of the user's clusters. No connection is allowed there.
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl User {
    pub fn new(home: &Path) -> Self {
        let kube = home.join(".kube");
        fs::create_dir_all(&kube).unwrap();
        let (port, connections) = guard_port();
        let user = Self { kubeconfig: kube.join("config"), written: Mutex::default(), port, connections };
        user.write_kubeconfig(CLUSTERS[0]);
        user
    }

    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Sets the current context to the other cluster.
    pub fn switch_context(&self, turn: usize) {
        self.write_kubeconfig(CLUSTERS[(turn + 1) % CLUSTERS.len()]);
    }

    fn write_kubeconfig(&self, current: &str) {
        let text = kubeconfig(self.port, current);
        fs::write(&self.kubeconfig, &text).unwrap();
        *self.written.lock().unwrap() = text;
    }

    /// Panics if the kubeconfig was changed or a cluster received a connection.
    pub fn assert_clusters_untouched(&self) {
        let found = fs::read_to_string(&self.kubeconfig).unwrap();
        assert_eq!(found, *self.written.lock().unwrap(), "the user's kubeconfig was changed");
        assert_eq!(self.connections.load(Ordering::SeqCst), 0, "a cluster of the user got a connection");
    }
}

/// Returns a kubeconfig whose clusters are all at `port`.
fn kubeconfig(port: u16, current: &str) -> String {
    let cluster =
        |name: &str| format!("- {{name: {name}, cluster: {{server: 'http://127.0.0.1:{port}'}}}}\n");
    let context = |name: &str| format!("- {{name: {name}, context: {{cluster: {name}, user: me}}}}\n");
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: {current}\nusers: [{{name: me, user: {{}}}}]\nclusters:\n{}contexts:\n{}",
        CLUSTERS.map(cluster).concat(),
        CLUSTERS.map(context).concat()
    )
}

/// Listens on a port of 127.0.0.1 and counts the connections.
fn guard_port() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    std::thread::spawn(move || {
        for _ in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    (port, connections)
}

//! The person at this machine, who has clusters of their own that seasense must neither read of nor talk to.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Their own clusters, as their kubeconfig calls them.
const CLUSTERS: [&str; 2] = ["precious", "dearer"];

/// A person with a kubeconfig.
pub struct Person {
    kubeconfig: PathBuf,
    /// What they wrote there.
    written: Mutex<String>,
    /// Where their clusters answer: every connection there is one too many.
    port: u16,
    visits: Arc<AtomicUsize>,
}

impl Person {
    pub fn at_home(home: &Path) -> Self {
        let kube = home.join(".kube");
        fs::create_dir_all(&kube).unwrap();
        let (port, visits) = guard_port();
        let person = Self { kubeconfig: kube.join("config"), written: Mutex::default(), port, visits };
        person.turns_to(CLUSTERS[0]);
        person
    }

    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    pub fn turns_to_another_cluster(&self, turn: usize) {
        self.turns_to(CLUSTERS[(turn + 1) % CLUSTERS.len()]);
    }

    fn turns_to(&self, current: &str) {
        let text = kubeconfig(self.port, current);
        fs::write(&self.kubeconfig, &text).unwrap();
        *self.written.lock().unwrap() = text;
    }

    pub fn assert_was_left_alone(&self) {
        let found = fs::read_to_string(&self.kubeconfig).unwrap();
        assert_eq!(found, *self.written.lock().unwrap(), "the person's kubeconfig was changed");
        assert_eq!(self.visits.load(Ordering::SeqCst), 0, "somebody asked the person's own cluster");
    }
}

/// A kubeconfig whose clusters all answer at `port`.
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

/// A port of 127.0.0.1, and how often somebody came there.
fn guard_port() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let visits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&visits);
    std::thread::spawn(move || {
        for _ in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    (port, visits)
}

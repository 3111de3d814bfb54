//! A fake of Scaleway's REST API and object storage on this machine, with injectable faults.
//!
//! The API is reached through `SCW_API_URL`. The provider has a fixed address for object storage, so a proxy on
//! this machine redirects its requests to the fake, with a certificate of a CA that only the test's programs
//! trust. The proxy refuses and logs all other hosts.

mod api;
mod faults;
mod kapsule;
pub mod kinds;
mod proxy;
mod s3;
mod serve;
mod store;
pub mod zone;

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
};

use axum::routing::any;
pub use faults::{Fault, FaultKind};
use serde_json::Value;
use store::Store;

/// The account of the test.
#[derive(Debug, Clone)]
pub struct Account {
    pub access_key: String,
    pub secret_key: String,
    pub project: String,
    pub organization: String,
    /// The address of the cluster's API for its kubeconfig.
    pub cluster: String,
}

impl Account {
    /// A kubeconfig in the format of Kapsule.
    fn kubeconfig(&self, name: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: admin@{name}\nclusters:\n- name: {name}\n  cluster:\n    server: {}\n    \
             certificate-authority-data: LS0tLS1CRUdJTg==\ncontexts:\n- name: admin@{name}\n  context:\n    cluster: {name}\n    \
             user: {name}-admin\nusers:\n- name: {name}-admin\n  user:\n    token: {TOKEN}\n",
            self.cluster
        )
    }
}

/// The token of every cluster's administrator; it must not appear in any output.
pub const TOKEN: &str = "kapsule-admin-token-that-must-not-leak";

#[derive(Default)]
struct Inner {
    store: Store,
    faults: Vec<Fault>,
    requests: Vec<String>,
    foreign_hosts: Vec<String>,
}

struct Shared {
    account: Account,
    inner: Mutex<Inner>,
}

/// The running fake; it stops when it is dropped.
pub struct Fake {
    shared: Arc<Shared>,
    _runtime: tokio::runtime::Runtime,
    api: SocketAddr,
    proxy: SocketAddr,
    authority: PathBuf,
    _folder: tempfile::TempDir,
}

impl Fake {
    pub fn start() -> Self {
        let account = Account {
            access_key: "SCWFAKEFAKEFAKEFAKE1".to_owned(),
            secret_key: "5ec0e75e-c0e7-45ec-8e75-ec0e75ec0e75".to_owned(),
            project: "11111111-1111-4111-8111-111111111111".to_owned(),
            organization: "33333333-3333-4333-8333-333333333333".to_owned(),
            cluster: "https://127.0.0.1:1".to_owned(),
        };
        let folder = tempfile::tempdir().unwrap();
        let shared = Arc::new(Shared { account, inner: Mutex::default() });
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let authority = folder.path().join("authority.pem");
        let (api, proxy) = runtime.block_on(async {
            let router = axum::Router::new().fallback(any(serve::serve)).with_state(Arc::clone(&shared));
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let api = listener.local_addr().unwrap();
            let plain = router.clone();
            tokio::spawn(async move { axum::serve(listener, plain).await });
            let hosts = Arc::clone(&shared);
            let record = move |host: &str| hosts.lock().foreign_hosts.push(host.to_owned());
            (api, proxy::start(router, &authority, record).await)
        });
        Self { shared, _runtime: runtime, api, proxy, authority, _folder: folder }
    }

    /// The account of the fake.
    pub fn account(&self) -> &Account {
        &self.shared.account
    }

    /// The environment variables that make a program use this fake as Scaleway.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let account = self.account();
        vec![
            ("SCW_API_URL", format!("http://{}", self.api)),
            ("SCW_ACCESS_KEY", account.access_key.clone()),
            ("SCW_SECRET_KEY", account.secret_key.clone()),
            ("SCW_DEFAULT_PROJECT_ID", account.project.clone()),
            ("SCW_DEFAULT_ORGANIZATION_ID", account.organization.clone()),
            ("CLOUDFLARE_API_TOKEN", zone::TOKEN.to_owned()),
            ("CLOUDFLARE_BASE_URL", format!("http://{}/client/v4", self.api)),
            ("HTTPS_PROXY", format!("http://{}", self.proxy)),
            ("NO_PROXY", "127.0.0.1".to_owned()),
            ("SSL_CERT_FILE", self.authority.display().to_string()),
        ]
    }

    /// Sets the number of reads before a status change completes.
    pub fn slow(&self, reads: usize) {
        self.shared.lock().store.reads = reads;
    }

    /// Adds a fault.
    pub fn add_fault(&self, fault: Fault) {
        self.shared.lock().faults.push(fault);
    }

    /// The faults that did not occur as often as planned.
    pub fn unspent(&self) -> Vec<String> {
        let inner = self.shared.lock();
        inner.faults.iter().filter(|fault| !fault.is_spent()).map(|fault| format!("{fault:?}")).collect()
    }

    /// Adds an object without a request.
    pub fn create(&self, path: &str, object: Value) {
        self.shared.lock().store.put(path, object, None);
    }

    /// Puts an object into a bucket.
    pub fn store(&self, bucket: &str, key: &str, content: &[u8]) {
        let mut inner = self.shared.lock();
        let objects = &mut inner.store.buckets.get_mut(bucket).unwrap().objects;
        objects.insert(key.to_owned(), (content.to_vec(), "\"stored\"".to_owned()));
    }

    /// The objects of a bucket, by key.
    pub fn stored(&self, bucket: &str) -> Vec<(String, Vec<u8>)> {
        let inner = self.shared.lock();
        let objects = inner.store.buckets.get(bucket).into_iter().flat_map(|bucket| &bucket.objects);
        objects.map(|(key, (content, _))| (key.clone(), content.clone())).collect()
    }

    /// Creates a bucket without any setting, as an interrupted run leaves it.
    pub fn bare_bucket(&self, name: &str) {
        self.shared.lock().store.buckets.insert(name.to_owned(), store::Bucket::default());
    }

    /// A setting of a bucket as it was written; empty if it was not.
    pub fn setting(&self, bucket: &str, name: &str) -> String {
        let inner = self.shared.lock();
        let setting = inner.store.buckets.get(bucket).and_then(|bucket| bucket.settings.get(name));
        setting.map(|body| String::from_utf8_lossy(body).into_owned()).unwrap_or_default()
    }

    /// All resource paths and bucket names.
    pub fn everything(&self) -> Vec<String> {
        self.shared.lock().store.everything()
    }

    /// All resources of a collection.
    pub fn list(&self, collection: &str) -> Vec<Value> {
        self.shared.lock().store.below(collection).into_iter().map(|(_, one)| one).collect()
    }

    /// All requests: `METHOD path status`.
    pub fn requests(&self) -> Vec<String> {
        self.shared.lock().requests.clone()
    }

    /// The requested hosts that are not Scaleway's.
    pub fn foreign_hosts(&self) -> Vec<String> {
        self.shared.lock().foreign_hosts.clone()
    }

    /// Clears the log of requests.
    pub fn clear_requests(&self) {
        self.shared.lock().requests.clear();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }
}

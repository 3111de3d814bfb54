//! A fake Scaleway on this machine: its REST API and its object storage, as documented, with faults where a test wants them.
//!
//! The API is reached by `SCW_API_URL`. Object storage has a fixed address in the provider, so a proxy on this machine leads
//! requests for it here, with a certificate of an authority that only the test's programs trust; to anywhere else it leads
//! nothing, and notes who asked.

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
pub use faults::{Fault, How};
use serde_json::Value;
use store::Store;

/// Who uses it.
#[derive(Debug, Clone)]
pub struct Account {
    pub access_key: String,
    pub secret_key: String,
    pub project: String,
    pub organization: String,
    /// Where the cluster's API is, for its kubeconfig.
    pub cluster: String,
}

impl Account {
    /// A kubeconfig as Kapsule gives it.
    fn kubeconfig(&self, name: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: admin@{name}\nclusters:\n- name: {name}\n  cluster:\n    server: {}\n    \
             certificate-authority-data: LS0tLS1CRUdJTg==\ncontexts:\n- name: admin@{name}\n  context:\n    cluster: {name}\n    \
             user: {name}-admin\nusers:\n- name: {name}-admin\n  user:\n    token: {TOKEN}\n",
            self.cluster
        )
    }
}

/// The token of every cluster's administrator; no output may ever hold it.
pub const TOKEN: &str = "kapsule-admin-token-that-nobody-may-see";

#[derive(Default)]
struct Inner {
    store: Store,
    faults: Vec<Fault>,
    asked: Vec<String>,
    strangers: Vec<String>,
}

struct Shared {
    account: Account,
    inner: Mutex<Inner>,
}

/// The running fake; it ends with the test.
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
            let strangers = Arc::clone(&shared);
            let note = move |host: &str| strangers.lock().strangers.push(host.to_owned());
            (api, proxy::start(router, &authority, note).await)
        });
        Self { shared, _runtime: runtime, api, proxy, authority, _folder: folder }
    }

    /// The account that it knows.
    pub fn account(&self) -> &Account {
        &self.shared.account
    }

    /// What a program needs in its environment to take this for Scaleway.
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

    /// Lets every change of a status take `looks` looks.
    pub fn slow(&self, looks: usize) {
        self.shared.lock().store.looks = looks;
    }

    /// Lets requests go wrong.
    pub fn fail(&self, fault: Fault) {
        self.shared.lock().faults.push(fault);
    }

    /// The faults that did not strike as often as they were meant to.
    pub fn unspent(&self) -> Vec<String> {
        let inner = self.shared.lock();
        inner.faults.iter().filter(|fault| !fault.is_spent()).map(|fault| format!("{fault:?}")).collect()
    }

    /// Puts something there that nobody asked for.
    pub fn plant(&self, path: &str, object: Value) {
        self.shared.lock().store.put(path, object, None);
    }

    /// Puts an object into a bucket.
    pub fn store(&self, bucket: &str, key: &str, content: &[u8]) {
        let mut inner = self.shared.lock();
        let objects = &mut inner.store.buckets.get_mut(bucket).unwrap().objects;
        objects.insert(key.to_owned(), (content.to_vec(), "\"planted\"".to_owned()));
    }

    /// The objects of a bucket, by key.
    pub fn stored(&self, bucket: &str) -> Vec<(String, Vec<u8>)> {
        let inner = self.shared.lock();
        let objects = inner.store.buckets.get(bucket).into_iter().flat_map(|bucket| &bucket.objects);
        objects.map(|(key, (content, _))| (key.clone(), content.clone())).collect()
    }

    /// Makes a bucket without any setting, as whoever was cut off after the first request leaves it.
    pub fn bare_bucket(&self, name: &str) {
        self.shared.lock().store.buckets.insert(name.to_owned(), store::Bucket::default());
    }

    /// A setting of a bucket, as it was written; empty where it was not.
    pub fn setting(&self, bucket: &str, name: &str) -> String {
        let inner = self.shared.lock();
        let setting = inner.store.buckets.get(bucket).and_then(|bucket| bucket.settings.get(name));
        setting.map(|body| String::from_utf8_lossy(body).into_owned()).unwrap_or_default()
    }

    /// Everything that is there: paths, and names of buckets.
    pub fn everything(&self) -> Vec<String> {
        self.shared.lock().store.everything()
    }

    /// Everything below a collection.
    pub fn list(&self, collection: &str) -> Vec<Value> {
        self.shared.lock().store.below(collection).into_iter().map(|(_, one)| one).collect()
    }

    /// Everything that was asked: `METHOD path status`.
    pub fn asked(&self) -> Vec<String> {
        self.shared.lock().asked.clone()
    }

    /// The hosts that somebody wanted to reach and that are not Scaleway's.
    pub fn strangers(&self) -> Vec<String> {
        self.shared.lock().strangers.clone()
    }

    /// Forgets what was asked so far.
    pub fn forget(&self) {
        self.shared.lock().asked.clear();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }
}

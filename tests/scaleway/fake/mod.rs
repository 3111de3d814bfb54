//! A fake Scaleway on this machine: its REST API and its object storage, as documented, with faults where a test wants them.
//!
//! The API is reached by `SCW_API_URL`. Object storage has a fixed address in the provider, so a proxy on this machine leads
//! requests for it here, with a certificate of an authority that only the test's programs trust; to anywhere else it leads
//! nothing, and notes who asked.

mod api;
mod faults;
pub mod kinds;
mod proxy;
mod s3;
mod store;
pub mod zone;

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{
    body::Bytes,
    extract::{Request as HttpRequest, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
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
            let router = axum::Router::new().fallback(any(serve)).with_state(Arc::clone(&shared));
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

async fn serve(State(shared): State<Arc<Shared>>, request: HttpRequest) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 << 20).await.unwrap_or_default();
    let method = parts.method.as_str();
    let path = parts.uri.path().to_owned();
    let host =
        parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
    let query = pairs(parts.uri.query().unwrap_or_default());
    let full = if host.contains("scw.cloud") { format!("{host}{path}") } else { path.clone() };
    let struck = faults::strike(&mut shared.lock().faults, method, &full);
    let answer = match struck {
        Some(How::TooMany(seconds)) => turned_away(seconds),
        Some(How::Broken(status)) => plain(status, b"upstream is broken".to_vec()),
        Some(How::Conflict) => json(
            409,
            &serde_json::json!({"type": "transient_state", "message": "resource is in a transient state",
                "resource": "x", "resource_id": "x", "current_state": "x"}),
        ),
        late => {
            if let Some(How::Late(time)) = late {
                tokio::time::sleep(time).await;
            }
            if host.contains("scw.cloud") {
                storage(&shared, &parts.headers, method, &host, &path, query, &body)
            } else {
                api(&shared, &parts.headers, method, &path, query, &body)
            }
        }
    };
    let words = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    shared.lock().asked.push(format!("{method} {full}{words} {}", answer.status().as_u16()));
    answer
}

fn api(
    shared: &Shared,
    headers: &HeaderMap,
    method: &str,
    path: &str,
    query: Vec<(String, String)>,
    body: &Bytes,
) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|token| token.to_str().ok()).unwrap_or_default();
    if path.starts_with("/client/v4/") {
        if bearer != format!("Bearer {}", zone::TOKEN) {
            return json(
                403,
                &serde_json::json!({"success": false, "errors": [{"message": "invalid token"}]}),
            );
        }
        let body = serde_json::from_slice(body).unwrap_or_default();
        let (status, value) = zone::answer(&mut shared.lock().store, method, path, &query, &body);
        return json(status, &value);
    }
    let token = headers.get("x-auth-token").and_then(|token| token.to_str().ok()).unwrap_or_default();
    if token != shared.account.secret_key {
        return json(
            401,
            &serde_json::json!({"type": "denied_authentication", "message": "authentication is denied"}),
        );
    }
    let body = serde_json::from_slice(body).unwrap_or_default();
    let request = api::Request { method, path, query, body };
    let (status, value) = api::answer(&mut shared.lock().store, &shared.account, &request);
    json(status, &value)
}

fn storage(
    shared: &Shared,
    headers: &HeaderMap,
    method: &str,
    host: &str,
    path: &str,
    query: Vec<(String, String)>,
    body: &Bytes,
) -> Response {
    let label = host.split(".s3.").next().filter(|label| *label != host);
    let path = path.trim_start_matches('/');
    let (bucket, key) = match label {
        Some(bucket) => (bucket, path),
        None => path.split_once('/').unwrap_or((path, "")),
    };
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let chunked = text("content-encoding").contains("aws-chunked")
        || headers.contains_key("x-amz-decoded-content-length");
    let request = s3::Request {
        method,
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        query,
        body: if chunked { s3::unchunk(body) } else { body.to_vec() },
        // The provider names the project behind the key; the state's backend knows the key alone.
        signed: text("authorization").contains(&format!("Credential={}", shared.account.access_key)),
        only_new: text("if-none-match") == "*",
    };
    let answer = s3::answer(&mut shared.lock().store, &shared.account.project, request);
    let mut response = plain(answer.status, answer.body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    if let Some(tag) = answer.tag.and_then(|tag| HeaderValue::from_str(&tag).ok()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn turned_away(seconds: Option<u64>) -> Response {
    let mut response =
        json(429, &serde_json::json!({"type": "too_many_requests", "message": "too many requests"}));
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn json(status: u16, value: &Value) -> Response {
    if status == 204 {
        return StatusCode::NO_CONTENT.into_response();
    }
    (StatusCode::from_u16(status).unwrap(), axum::Json(value)).into_response()
}

fn plain(status: u16, body: Vec<u8>) -> Response {
    (StatusCode::from_u16(status).unwrap(), body).into_response()
}

/// The pairs of a query; what is encoded in it are commas and slashes at most, which no rule here looks at.
fn pairs(query: &str) -> Vec<(String, String)> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

//! A connection to one named cluster.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::Request;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde::de::DeserializeOwned;

use super::{
    ClusterHandle, Resource,
    identity::{Identity, guarded, refusal},
    object, resource, tls,
};
use crate::base::{
    failure::{Context, Failure, Kind, Result},
    http::is_loopback,
};

/// The time limit of one request; an API server under load responds within a second or two.
const REQUEST_LIMIT: Duration = Duration::from_secs(20);

/// A connection to the cluster of a [`ClusterHandle`]; cheap to clone.
#[derive(Clone)]
pub struct Client {
    pub(super) api: kube::Client,
    /// The kinds of each group and version that were requested so far.
    pub(super) served: Arc<Mutex<HashMap<String, Vec<Resource>>>>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Client {
    /// Connects to the cluster of `handle` only: neither `KUBECONFIG` nor the current context is read.
    ///
    /// Sends nothing unless the handle contains the cluster's identity; the identity is then compared, now and
    /// before each write. A client without an identity can only read.
    pub async fn connect(handle: &ClusterHandle) -> Result<Self> {
        tls::install();
        let what = || format!("read the kubeconfig `{}`", handle.kubeconfig.display());
        let kubeconfig = Kubeconfig::read_from(&handle.kubeconfig).with_context(Kind::Cluster, what)?;
        let names_proxy = kubeconfig
            .clusters
            .iter()
            .any(|named| named.cluster.as_ref().is_some_and(|cluster| cluster.proxy_url.is_some()));
        let options = KubeConfigOptions { context: Some(handle.context.clone()), ..Default::default() };
        let mut config = kube::Config::from_custom_kubeconfig(kubeconfig, &options)
            .await
            .with_context(Kind::Cluster, what)?;
        if handle.pin.is_none() {
            config.connect_timeout = Some(Duration::from_secs(3));
        }
        // A proxy of the user's shell must not be used for a cluster on this machine.
        let here = is_loopback(config.cluster_url.host().unwrap_or_default());
        if handle.pin.is_none() || (here && !names_proxy) {
            config.proxy_url = None;
        }
        let api = kube::Client::try_from(config)
            .with_context(Kind::Cluster, || format!("connect to the cluster `{}`", handle.name))?;
        let identity =
            Identity { name: handle.name.clone(), uid: handle.uid.clone(), pin: handle.pin.clone() };
        let client = Self::over(api, identity.clone());
        if let Some(known) = &identity.uid {
            identity.compare(known, &client.uid().await?)?;
        }
        Ok(client)
    }

    /// Uses an existing connection; writes only if the cluster has the identity.
    pub(super) fn over(api: kube::Client, identity: Identity) -> Self {
        Self { api: guarded(api, identity), served: Arc::default() }
    }

    /// Checks that the API server is ready.
    pub async fn ready(&self) -> Result<()> {
        let request =
            Request::get("/readyz").body(Vec::new()).context(Kind::Internal, "check the readiness")?;
        self.text(request)
            .await
            .map(drop)
            .map_err(|error| failure("check the readiness of the API server", &error))
    }

    /// Returns the version of the API server.
    pub async fn version(&self) -> Result<serde_json::Value> {
        let what = "read the version of the API server";
        let request = Request::get("/version").body(Vec::new()).context(Kind::Internal, what)?;
        self.json(request).await.map_err(|error| failure(what, &error))
    }

    /// Returns the identity of the cluster: the UID of its `kube-system` namespace.
    pub async fn uid(&self) -> Result<String> {
        let namespace = self.get(&resource::NAMESPACE, None, "kube-system").await?;
        namespace
            .as_ref()
            .and_then(|namespace| object::text(namespace, "/metadata/uid"))
            .map(str::to_owned)
            .ok_or_else(|| Failure::new(Kind::Cluster, "the cluster has no `kube-system` namespace"))
    }

    /// Sends a request and parses the response as JSON.
    pub(super) async fn json<T: DeserializeOwned>(
        &self,
        request: Request<Vec<u8>>,
    ) -> std::result::Result<T, kube::Error> {
        within(self.api.request(request)).await
    }

    async fn text(&self, request: Request<Vec<u8>>) -> std::result::Result<String, kube::Error> {
        within(self.api.request_text(request)).await
    }
}

async fn within<T>(
    answer: impl Future<Output = std::result::Result<T, kube::Error>>,
) -> std::result::Result<T, kube::Error> {
    tokio::time::timeout(REQUEST_LIMIT, answer).await.unwrap_or_else(|_| {
        let text = format!("no response within {} s", REQUEST_LIMIT.as_secs());
        Err(kube::Error::Service(text.into()))
    })
}

/// Whether the API server responded that the object does not exist.
pub(super) fn is_absent(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 404)
}

/// A failure of `what`; the cause is the message of the API server, if there is one.
pub(super) fn failure(what: impl Into<String>, error: &kube::Error) -> Failure {
    if let Some(refused) = refusal(error) {
        return refused.clone();
    }
    let failure = Failure::new(Kind::Cluster, what);
    match error {
        kube::Error::Api(status) => failure.because(status.message.clone()),
        other => failure.caused_by(other),
    }
}

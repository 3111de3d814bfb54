//! Protects against the wrong cluster: checks the identity of the cluster before every request that may change
//! something.
//!
//! The check wraps every request of a client, so that no write can bypass it. It is repeated for each request,
//! because a cluster can be replaced at the same address during a run.

use std::{path::PathBuf, sync::Arc};

use http::{Method, Request};
use kube::client::Body;

use super::{object, resource};
use crate::base::failure::{Failure, Kind, Result};

/// The beginning of the failure for another cluster.
const OTHER: &str = "another cluster responds";
/// Subresources that access a container: a request with any method may write.
const INSIDE: [&str; 3] = ["/exec", "/attach", "/portforward"];

/// The expected cluster.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    /// Its name, for messages.
    pub name: String,
    /// The UID of its `kube-system` namespace; a client without it may only read.
    pub uid: Option<String>,
    /// The file with the identity of an attached cluster.
    pub pin: Option<PathBuf>,
}

/// Wraps the connection: a request that may change something is sent only if the cluster has the `identity`.
pub(super) fn guarded(api: kube::Client, identity: Identity) -> kube::Client {
    let namespace = api.default_namespace().to_owned();
    let identity = Arc::new(identity);
    let service = tower::service_fn(move |request: Request<Body>| {
        let (api, identity) = (api.clone(), Arc::clone(&identity));
        async move {
            if changes(&request) {
                identity.must_answer(&api).await?;
            }
            api.send(request).await.map_err(Into::<Refusal>::into)
        }
    });
    kube::Client::new(service, namespace)
}

type Refusal = Box<dyn std::error::Error + Send + Sync>;

/// Whether a request may change something.
fn changes(request: &Request<Body>) -> bool {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    !reads || INSIDE.iter().any(|way| request.uri().path().ends_with(way))
}

impl Identity {
    async fn must_answer(&self, api: &kube::Client) -> std::result::Result<(), Refusal> {
        let Some(known) = &self.uid else {
            let failure = Failure::new(
                Kind::Cluster,
                format!("the identity of the cluster `{}` is unknown", self.name),
            )
            .because("a cluster without a recorded identity is never changed")
            .hint("run `seasense dev`: it creates or completes the environment");
            return Err(failure.into());
        };
        self.compare(known, &found(api).await?).map_err(Into::into)
    }

    /// Fails unless `found` is the known identity.
    pub(super) fn compare(&self, known: &str, found: &str) -> Result<()> {
        if found == known {
            return Ok(());
        }
        let hint = match &self.pin {
            None => "run `seasense down` and `seasense dev` to create the environment again".to_owned(),
            Some(pin) => format!(
                "check which cluster the kubeconfig reaches; if it was replaced on purpose, remove `{}`",
                pin.display()
            ),
        };
        Err(Failure::new(Kind::Cluster, format!("{OTHER} for `{}`; nothing was changed in it", self.name))
            .because(format!("expected the cluster {known}, found {found}"))
            .hint(hint))
    }
}

/// Reads the identity of the cluster that responds.
async fn found(api: &kube::Client) -> std::result::Result<String, Refusal> {
    let path = format!("{}/kube-system", resource::NAMESPACE.path(None));
    let request = Request::get(path).body(Vec::new())?;
    let namespace: serde_json::Value = api.request(request).await?;
    Ok(object::text(&namespace, "/metadata/uid").unwrap_or("without a `kube-system` namespace").to_owned())
}

/// The failure of the identity check inside an error of kube, if there is one.
pub(super) fn refusal(error: &kube::Error) -> Option<&Failure> {
    match error {
        kube::Error::Service(inner) => inner.downcast_ref(),
        _ => None,
    }
}

/// Whether another cluster responds: a terminal error.
pub(super) fn is_other(failure: &Failure) -> bool {
    failure.message.starts_with(OTHER)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::base::{
        k8s::{Client, exec::Target, fake::FakeApi},
        wait::Deadline,
    };

    fn config_map(name: &str) -> Value {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "flux-system"}})
    }

    fn serving() -> FakeApi {
        let api = FakeApi::default();
        api.serve_kinds("v1", &[("ConfigMap", "configmaps", true)]);
        api
    }

    fn writes(api: &FakeApi) -> usize {
        api.requests().iter().filter(|request| !request.line.starts_with("GET ")).count()
    }

    async fn write(client: &Client, count: usize) -> Result<()> {
        for index in 0..count {
            let deadline = Deadline::after(Duration::from_mins(1));
            client.apply_when_served(&config_map(&format!("c{index}")), deadline).await?;
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn replaced_cluster_receives_no_writes(own in 0usize..8, wanted in 1usize..8) {
            let api = serving();
            api.replace_cluster_after(own);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let written = runtime.block_on(async { write(&api.client(), wanted).await });
            prop_assert_eq!(writes(&api), own.min(wanted));
            if wanted <= own {
                prop_assert_eq!(written, Ok(()));
            } else {
                let failure = written.unwrap_err();
                prop_assert_eq!(failure.kind.exit_code(), 30);
                prop_assert!(is_other(&failure), "{}", failure.message);
            }
        }
    }

    #[tokio::test]
    async fn client_without_identity_only_reads() {
        let api = serving();
        let client = api.client_without_identity();
        assert_eq!(client.get(&resource::NODE, None, "n").await, Ok(None));
        let failure = client.apply(&config_map("c")).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Cluster);
        assert_eq!(writes(&api), 0);
        assert!(failure.message.contains("is unknown"), "{}", failure.message);
    }

    #[tokio::test]
    async fn annotations_and_commands_are_writes() {
        let api = serving();
        api.replace_cluster_after(0);
        let client = api.client();
        let annotated = client.annotate(&resource::CONFIG_MAP, "flux-system", "c", ("a", "b")).await;
        assert!(is_other(&annotated.unwrap_err()));
        let target = Target { namespace: "seasense", pod: "seasense-db-1", container: "postgres" };
        let ran = client.exec(target, &["psql"], None).await;
        assert!(is_other(&ran.unwrap_err()));
        assert!(!api.requests().iter().any(|request| request.line.contains("/exec")), "{:?}", api.requests());
        assert_eq!(writes(&api), 0);
    }

    #[test]
    fn hint_names_the_identity_file_of_an_attached_cluster() {
        let pin = Some(PathBuf::from("/state/attached.d/staging/identity.json"));
        let identity = Identity { name: "seasense-staging".into(), uid: Some("a".into()), pin };
        let failure = identity.compare("a", "b").unwrap_err();
        assert!(is_other(&failure), "{}", failure.message);
        assert!(failure.hints[0].contains("/state/attached.d/staging/identity.json"), "{:?}", failure.hints);
    }

    #[test]
    fn only_reads_need_no_identity() {
        let request = |method: &str, path: &str| {
            Request::builder().method(method).uri(path).body(Body::empty()).unwrap()
        };
        assert!(!changes(&request("GET", "/api/v1/namespaces/x/pods/p/log?tailLines=1")));
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            assert!(changes(&request(method, "/api/v1/namespaces/x/pods")), "{method}");
        }
        assert!(changes(&request("GET", "/api/v1/namespaces/x/pods/p/exec?command=psql")));
    }
}

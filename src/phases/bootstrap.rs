//! Brings Flux into the cluster and points it at the artifact, by server-side apply: the same call installs, updates and
//! does nothing.

use std::{collections::BTreeMap, time::Duration};

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use super::{installed, objects, state::ROOT};
use crate::base::{
    event::{Events, Step},
    failure::Result,
    k8s::{Client, Health, Selector, flux, health, object, resource},
    wait::{Deadline, Observation, PAUSE, wait},
};

/// Requests at once; the API server of a small machine gains nothing from more.
const AT_ONCE: usize = 6;
/// A node becomes ready about 12 s after kind ends; a busy machine takes several times that.
const NODE_LIMIT: Duration = Duration::from_mins(5);
const SERVED_LIMIT: Duration = Duration::from_mins(1);

/// What Flux needs to take over.
#[derive(Clone, Copy)]
pub struct BootstrapInput<'a> {
    /// Flux's own objects, with images of our registry.
    pub flux: &'a [Value],
    /// The data of the ConfigMap `environment`.
    pub variables: &'a BTreeMap<String, String>,
    /// The age key that opens the environment's secrets.
    pub age_key: &'a [u8],
    /// The registry as the cluster names it, for example `seasense-registry:5000`.
    pub registry: &'a str,
    /// The artifact's digest.
    pub digest: &'a str,
    /// Whether seasense made the cluster; of another one it is not known what makes its nodes' network and names.
    pub made_here: bool,
}

/// Applies Flux, its settings and its source, and returns once Flux has what it needs; see [`super::follow`] for the rest.
///
/// Tells whether anything that Flux acts on was different before.
pub async fn bootstrap(
    client: &Client,
    input: &BootstrapInput<'_>,
    events: &Events,
) -> Result<BootstrapDiff> {
    let step = Step::start(events, "phases.bootstrap", "Hand the artifact to Flux");
    let (early, late): (Vec<Value>, Vec<Value>) = input.flux.iter().cloned().partition(objects::is_early);
    client.apply(&objects::namespace()).await?;
    step.progress(0, None, "Flux's definitions and rights");
    apply_in_order(client, early).await?;
    let handed = differences(client, input).await?;
    let settings = [objects::environment(input.variables), objects::age_key(input.age_key)];
    apply_all(client, settings.to_vec()).await?;
    step.progress(0, None, "the artifact's source");
    let pointers = [objects::source(input.registry, input.digest), objects::root()];
    apply_all(client, pointers.to_vec()).await?;
    step.progress(0, None, "waiting for the nodes");
    nodes_ready(client, input.made_here, &step).await?;
    step.progress(0, None, "Flux's controllers");
    apply_all(client, late).await?;
    // EnvFile last: an interrupted installation has no record and is repeated.
    client.apply(&objects::installed(&installed::checksum(input))).await?;
    step.done(input.digest);
    Ok(handed)
}

/// What was different before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BootstrapDiff {
    /// Whether Flux was told another artifact, or none.
    pub artifact: bool,
    /// Whether the variables or the key were others: Kustomizations that are ready are so with the old ones.
    pub settings: bool,
}

pub(super) async fn differences(client: &Client, input: &BootstrapInput<'_>) -> Result<BootstrapDiff> {
    let (settings, key, source) = tokio::try_join!(
        client.get(&resource::CONFIG_MAP, Some(flux::NAMESPACE), objects::ENVIRONMENT),
        client.secret(flux::NAMESPACE, objects::AGE_SECRET, objects::AGE_FILE),
        client.get(&resource::OCI_REPOSITORY, Some(flux::NAMESPACE), ROOT),
    )?;
    let same = |object: Option<Value>, wanted: &Value, at: &str| {
        object.as_ref().and_then(|object| object.pointer(at)) == wanted.pointer(at)
    };
    let same_settings = same(settings, &objects::environment(input.variables), "/data");
    let wanted = objects::source(input.registry, input.digest);
    Ok(BootstrapDiff {
        artifact: !same(source, &wanted, "/spec/ref/digest"),
        settings: !same_settings || key.as_deref() != Some(input.age_key),
    })
}

async fn apply_in_order(client: &Client, mut objects: Vec<Value>) -> Result<()> {
    objects.sort_by_key(objects::rank);
    for rank in objects.chunk_by(|a, b| objects::rank(a) == objects::rank(b)) {
        apply_all(client, rank.to_vec()).await?;
    }
    Ok(())
}

pub(super) async fn apply_all(client: &Client, objects: Vec<Value>) -> Result<()> {
    let deadline = Deadline::after(SERVED_LIMIT);
    stream::iter(
        objects.into_iter().map(|object| async move { client.apply_when_served(&object, deadline).await }),
    )
    .buffer_unordered(AT_ONCE)
    .try_for_each(|_| async { Ok(()) })
    .await
}

/// Waits for every node, for kube-proxy on each, and for DNS. Before that no rule exists for the API's service address:
/// what a controller asks there leaves the node, meets a untrusted, and the controller crashes and backs off; and one that
/// cannot look up the registry backs off as well.
async fn nodes_ready(client: &Client, made_here: bool, step: &Step) -> Result<()> {
    wait(Deadline::after(NODE_LIMIT), PAUSE, "wait for the nodes", || async {
        let all = Selector::all();
        let (nodes, proxy, dns) = tokio::try_join!(
            client.list(&resource::NODE, None, &all),
            client.get(&resource::DAEMON_SET, Some("kube-system"), "kube-proxy"),
            client.get(&resource::DEPLOYMENT, Some("kube-system"), "coredns"),
        )?;
        let look = match nodes_late(&nodes) {
            Some(late) => Observation::Pending(late),
            None if made_here => evaluate(proxy.as_ref(), dns.as_ref()),
            None => Observation::Ready(()),
        };
        if let Observation::Pending(missing) = &look {
            step.progress(0, None, missing.clone());
        }
        Ok(look)
    })
    .await
}

fn nodes_late(nodes: &[Value]) -> Option<String> {
    if nodes.is_empty() {
        return Some("no node has joined yet".to_owned());
    }
    let late = nodes.iter().map(|node| (node, health("Node", node)));
    let (node, health) = late.into_iter().find(|(_, health)| *health != Health::Ready)?;
    Some(format!("Node {}: {}", object::name(node), health.text()))
}

fn evaluate(proxy: Option<&Value>, dns: Option<&Value>) -> Observation<()> {
    match proxy.map(|proxy| health("DaemonSet", proxy)) {
        None => Observation::Pending("DaemonSet kube-system/kube-proxy does not exist yet".to_owned()),
        // One replica of DNS is enough to begin with.
        Some(Health::Ready)
            if dns.is_some_and(|dns| object::number(dns, "/status/availableReplicas") > 0) =>
        {
            Observation::Ready(())
        }
        Some(Health::Ready) => {
            Observation::Pending("Deployment kube-system/coredns is not available yet".to_owned())
        }
        Some(other) => Observation::Pending(format!("DaemonSet kube-system/kube-proxy: {}", other.text())),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::base::{event::Silent, k8s::fake::FakeApi};

    fn node(ready: &str) -> Value {
        json!({"metadata": {"name": "n"}, "status": {"conditions": [{"type": "Ready", "status": ready, "message": "no CNI"}]}})
    }

    fn proxy() -> Value {
        json!({"status": {"desiredNumberScheduled": 1, "numberReady": 1}})
    }

    fn dns() -> Value {
        json!({"status": {"availableReplicas": 1}})
    }

    #[test]
    fn flux_waits_for_nodes_for_kube_proxy_and_for_dns() {
        let (proxy, dns) = (proxy(), dns());
        assert_eq!(nodes_late(&[]).as_deref(), Some("no node has joined yet"));
        assert_eq!(nodes_late(&[node("True"), node("False")]).as_deref(), Some("Node n: no CNI"));
        assert_eq!(nodes_late(&[node("True")]), None);
        assert!(matches!(evaluate(None, Some(&dns)), Observation::Pending(_)));
        assert!(matches!(evaluate(Some(&proxy), None), Observation::Pending(_)));
        assert_eq!(evaluate(Some(&proxy), Some(&dns)), Observation::Ready(()));
    }

    fn serving() -> FakeApi {
        let api = FakeApi::default();
        api.serve_bootstrap_kinds()
            .serve_list("/api/v1/nodes", &[node("True")])
            .serve("/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy", proxy())
            .serve("/apis/apps/v1/namespaces/kube-system/deployments/coredns", dns());
        api
    }

    #[tokio::test]
    async fn applies_nothing_but_flux_and_its_pointers_and_the_controllers_after_the_nodes() {
        let api = serving();
        let flux = [json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "source-controller", "namespace": "flux-system"}})];
        let input = BootstrapInput {
            flux: &flux,
            variables: &BTreeMap::from([("ENVIRONMENT".to_owned(), "local".to_owned())]),
            age_key: b"AGE-SECRET-KEY-1",
            registry: "seasense-registry:5000",
            digest: "sha256:aa",
            made_here: true,
        };
        let handed = bootstrap(&api.client(), &input, &(Arc::new(Silent) as Events)).await.unwrap();
        assert_eq!(handed, BootstrapDiff { artifact: true, settings: true });
        let lines: Vec<String> = api.requests().into_iter().map(|asked| asked.line).collect();
        let at = |part: &str| lines.iter().position(|line| line.contains(part)).unwrap();
        assert!(at("/daemonsets/kube-proxy") < at("/deployments/source-controller"));
        assert!(
            at("/ocirepositories/platform") < at("/deployments/source-controller"),
            "nothing is left to wait for"
        );
        api.serve(
            "/api/v1/namespaces/flux-system/configmaps/environment",
            json!({"metadata": {"uid": "x"}, "data": {"ENVIRONMENT": "local"}}),
        )
        .serve(
            "/api/v1/namespaces/flux-system/secrets/sops-age",
            json!({"data": {"age.agekey": "QUdFLVNFQ1JFVC1LRVktMQ=="}}),
        );
        let again = differences(&api.client(), &input).await.unwrap();
        assert_eq!(again, BootstrapDiff { artifact: true, settings: false });
        let patched = lines.iter().filter(|line| line.starts_with("PATCH")).count();
        assert_eq!(patched, 7, "{lines:?}");
    }
}

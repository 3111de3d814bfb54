//! Installs Flux in the cluster and points it at the artifact. Uses server-side apply, so it can be repeated.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use super::{bootstrap_input::BootstrapInput, installed, objects};
use crate::base::{
    event::{Events, Step},
    failure::Result,
    k8s::{Client, Health, Selector, health, object, resource},
    wait::{Deadline, Observation, PAUSE, wait},
};

/// The number of concurrent requests. More do not make the API server of a small machine faster.
const CONCURRENCY: usize = 6;
/// A node becomes ready about 12 s after kind ends; several times later on a busy machine.
const NODE_LIMIT: Duration = Duration::from_mins(5);
const SERVED_LIMIT: Duration = Duration::from_mins(1);

/// Applies Flux, its settings and its source. Does not wait for the phases; see [`super::follow`].
pub async fn bootstrap(client: &Client, input: &BootstrapInput<'_>, events: &Events) -> Result<()> {
    let step = Step::start(events, "phases.bootstrap", "Install Flux and point it at the artifact");
    let (early, late): (Vec<Value>, Vec<Value>) = input.flux.iter().cloned().partition(objects::is_early);
    client.apply(&objects::namespace()).await?;
    step.progress(0, None, "Flux's custom resources and roles");
    apply_in_order(client, early).await?;
    let settings = [objects::environment(input.variables), objects::age_key(input.age_key)];
    apply_all(client, settings.to_vec()).await?;
    step.progress(0, None, "the artifact's source");
    // An interrupted first run leaves an unverified artifact. Remote environments have another record.
    let source = if input.is_local { objects::unverified_source } else { objects::source }(
        input.registry,
        input.digest,
    );
    let pointers = [source, objects::root()];
    apply_all(client, pointers.to_vec()).await?;
    step.progress(0, None, "waiting for the nodes");
    nodes_ready(client, input.is_local, &step).await?;
    step.progress(0, None, "Flux's controllers");
    apply_all(client, late).await?;
    // Written last: an interrupted installation has no record and is repeated.
    client.apply(&objects::installed(&installed::checksum(input))).await?;
    step.done(input.digest.to_string());
    Ok(())
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
    .buffer_unordered(CONCURRENCY)
    .try_for_each(|_| async { Ok(()) })
    .await
}

/// Waits for every node, for kube-proxy on each, and for DNS.
///
/// Before that, the service address of the API server is not routed and names are not resolved. Controllers
/// would crash or fail, and back off.
async fn nodes_ready(client: &Client, is_local: bool, step: &Step) -> Result<()> {
    wait(Deadline::after(NODE_LIMIT), PAUSE, "wait for the nodes", || async {
        let all = Selector::all();
        let (nodes, proxy, dns) = tokio::try_join!(
            client.list(&resource::NODE, None, &all),
            client.get(&resource::DAEMON_SET, Some("kube-system"), "kube-proxy"),
            client.get(&resource::DEPLOYMENT, Some("kube-system"), "coredns"),
        )?;
        let look = match late_node(&nodes) {
            Some(not_ready) => Observation::Pending(not_ready),
            None if is_local => evaluate(proxy.as_ref(), dns.as_ref()),
            None => Observation::Ready(()),
        };
        if let Observation::Pending(missing) = &look {
            step.progress(0, None, missing.clone());
        }
        Ok(look)
    })
    .await
}

fn late_node(nodes: &[Value]) -> Option<String> {
    if nodes.is_empty() {
        return Some("no node has joined yet".to_owned());
    }
    let healths = nodes.iter().map(|node| (node, health("Node", node)));
    let (node, health) = healths.into_iter().find(|(_, health)| *health != Health::Ready)?;
    Some(format!("Node {}: {}", object::name(node), health.text()))
}

fn evaluate(proxy: Option<&Value>, dns: Option<&Value>) -> Observation<()> {
    match proxy.map(|proxy| health("DaemonSet", proxy)) {
        None => Observation::Pending("DaemonSet kube-system/kube-proxy does not exist yet".to_owned()),
        // One DNS replica is enough at this point.
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

    use std::collections::BTreeMap;

    use super::*;
    use crate::base::{digest::digest, event::Silent, k8s::fake::FakeApi};

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
    fn flux_waits_for_nodes_kube_proxy_and_dns() {
        let (proxy, dns) = (proxy(), dns());
        assert_eq!(late_node(&[]).as_deref(), Some("no node has joined yet"));
        assert_eq!(late_node(&[node("True"), node("False")]).as_deref(), Some("Node n: no CNI"));
        assert_eq!(late_node(&[node("True")]), None);
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
    async fn controllers_are_applied_after_the_nodes_are_ready() {
        let api = serving();
        let flux = [json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "source-controller", "namespace": "flux-system"}})];
        let input = BootstrapInput {
            flux: &flux,
            variables: &BTreeMap::from([("ENVIRONMENT".to_owned(), "local".to_owned())]),
            age_key: b"AGE-SECRET-KEY-1",
            registry: "seasense-registry:5000",
            digest: &digest('a'),
            is_local: true,
        };
        bootstrap(&api.client(), &input, &(Arc::new(Silent) as Events)).await.unwrap();
        let requests = api.requests();
        let source = requests.iter().find(|request| request.line.contains("/ocirepositories/")).unwrap();
        assert_eq!(source.body["metadata"]["annotations"][objects::UNVERIFIED], "true");
        let lines: Vec<String> = requests.into_iter().map(|request| request.line).collect();
        let at = |part: &str| lines.iter().position(|line| line.contains(part)).unwrap();
        assert!(at("/daemonsets/kube-proxy") < at("/deployments/source-controller"));
        assert!(
            at("/ocirepositories/platform") < at("/deployments/source-controller"),
            "the source must exist before the controllers start"
        );
        let patched = lines.iter().filter(|line| line.starts_with("PATCH")).count();
        assert_eq!(patched, 7, "{lines:?}");
    }
}

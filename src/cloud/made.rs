//! What Kubernetes made by itself at Scaleway, and OpenTofu therefore knows nothing of: load balancers and volumes.
//!
//! It goes before the cluster does: afterwards nobody is left who would remove it, and everybody would go on paying.

use std::{collections::BTreeSet, time::Duration};

use serde_json::Value;

use crate::base::{
    event::{Event, Events, Step},
    failure::Result,
    k8s::{Client, Resource, Selector, object, resource},
    wait::{Deadline, Observation, wait},
};

const LIMIT: Duration = Duration::from_mins(10);
const PAUSE: Duration = Duration::from_secs(2);

/// What would bring back what is removed: whoever applies the tree, whoever keeps the database, whoever keeps the gateway.
/// The order is the one in which they go.
const KEEPERS: [(&Resource, &str, &str); 2] = [
    (&resource::DEPLOYMENT, "flux-system", "kustomize-controller"),
    (&resource::DEPLOYMENT, "flux-system", "source-controller"),
];

/// What Scaleway calls what Kubernetes made: a zone and an identity each, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// Volumes.
    pub volumes: BTreeSet<(String, String)>,
    /// Load balancers.
    pub balancers: BTreeSet<(String, String)>,
}

/// Reads what Kubernetes made.
pub async fn made(client: &Client) -> Result<Made> {
    let all = Selector::all();
    let (services, volumes) = tokio::try_join!(
        client.list(&resource::SERVICE, None, &all),
        client.list(&resource::VOLUME, None, &all),
    )?;
    Ok(read(&services, &volumes))
}

fn read(services: &[Value], volumes: &[Value]) -> Made {
    let handle = |volume: &Value| parse(object::text(volume, "/spec/csi/volumeHandle")?);
    let balancer = |service: &Value| {
        parse(
            service
                .pointer("/metadata/annotations")?
                .get("service.beta.kubernetes.io/scw-loadbalancer-id")?
                .as_str()?,
        )
    };
    Made {
        volumes: volumes.iter().filter_map(handle).collect(),
        balancers: services.iter().filter(|service| is_balancer(service)).filter_map(balancer).collect(),
    }
}

/// Takes `fr-par-1/uuid` apart.
fn parse(text: &str) -> Option<(String, String)> {
    let (zone, id) = text.split_once('/')?;
    Some((zone.to_owned(), id.to_owned()))
}

fn is_balancer(service: &Value) -> bool {
    object::text(service, "/spec/type") == Some("LoadBalancer")
}

/// Removes it, in the order in which nothing comes back, and waits until Scaleway's drivers have removed their part.
///
/// Gives what there was. What is still there at the end is left to the sweep, which tells it.
pub async fn remove(client: &Client, events: &Events) -> Result<Made> {
    let step =
        Step::start(events, "infra.kubernetes", "Remove what Kubernetes made: load balancers and volumes");
    let found = made(client).await?;
    for (resource, namespace, name) in KEEPERS {
        if let Some(keeper) = client.get(resource, Some(namespace), name).await? {
            client.delete(resource, &keeper).await?;
        }
    }
    for kind in [&resource::GATEWAY, &resource::POSTGRES_CLUSTER] {
        for one in client.list(kind, None, &Selector::all()).await? {
            client.delete(kind, &one).await?;
        }
    }
    let gone = wait(Deadline::after(LIMIT), PAUSE, "remove what Kubernetes made", || async {
        let left = remove_once(client).await?;
        if left.is_empty() {
            return Ok(Observation::Ready(()));
        }
        step.progress(0, None, left.join(", "));
        Ok(Observation::Pending(left.join(", ")))
    })
    .await;
    match gone {
        Ok(()) if found == Made::default() => step.unchanged("there was nothing"),
        Ok(()) => {
            step.done(format!("{} volumes, {} load balancers", found.volumes.len(), found.balancers.len()));
        }
        // The cluster goes with what it made; what that misses, the sweep finds.
        Err(failure) => {
            let text = format!("Kubernetes has not removed all that it made: {}", failure.causes.join("; "));
            events.emit(Event::Warning { text });
        }
    }
    Ok(found)
}

/// Asks for the removal of all that is left; gives the names of what is.
async fn remove_once(client: &Client) -> Result<Vec<String>> {
    let all = Selector::all();
    let (services, claims, volumes) = tokio::try_join!(
        client.list(&resource::SERVICE, None, &all),
        client.list(&resource::VOLUME_CLAIM, None, &all),
        client.list(&resource::VOLUME, None, &all),
    )?;
    let balancers: Vec<&Value> = services.iter().filter(|service| is_balancer(service)).collect();
    for service in &balancers {
        client.delete(&resource::SERVICE, service).await?;
    }
    for claim in &claims {
        client.delete(&resource::VOLUME_CLAIM, claim).await?;
    }
    let title = |kind: &str, one: &Value| object::title(kind, object::namespace(one), object::name(one));
    let names = balancers
        .into_iter()
        .map(|service| title("Service", service))
        .chain(claims.iter().map(|claim| title("PersistentVolumeClaim", claim)))
        .chain(
            volumes
                .iter()
                .filter(|volume| is_deleted(volume))
                .map(|volume| title("PersistentVolume", volume)),
        );
    Ok(names.collect())
}

/// Whether the volume goes with its claim; one that is kept by its policy is the sweep's business.
fn is_deleted(volume: &Value) -> bool {
    object::text(volume, "/spec/persistentVolumeReclaimPolicy") == Some("Delete")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::base::{event::Silent, k8s::fake::FakeApi};

    fn service(kind: &str) -> Value {
        json!({"metadata": {"name": kind, "namespace": "envoy", "resourceVersion": "1", "annotations": {
            "service.beta.kubernetes.io/scw-loadbalancer-id": "fr-par-1/lb"}}, "spec": {"type": kind}})
    }

    fn volume(policy: &str) -> Value {
        json!({"metadata": {"name": "pvc-1"}, "spec": {"persistentVolumeReclaimPolicy": policy,
            "csi": {"driver": "csi.scaleway.com", "volumeHandle": "fr-par-2/v1"}}})
    }

    #[test]
    fn what_kubernetes_made_is_read_with_its_zone() {
        let found = read(&[service("LoadBalancer"), service("ClusterIP")], &[volume("Delete"), json!({})]);
        assert_eq!(found.balancers, BTreeSet::from([("fr-par-1".to_owned(), "lb".to_owned())]));
        assert_eq!(found.volumes, BTreeSet::from([("fr-par-2".to_owned(), "v1".to_owned())]));
    }

    #[tokio::test]
    async fn whoever_would_bring_it_back_goes_first_and_nothing_else_is_touched() {
        let api = FakeApi::default();
        api.serve_list("/api/v1/services", &[service("ClusterIP")])
            .serve_list("/api/v1/persistentvolumeclaims", &[])
            .serve_list("/api/v1/persistentvolumes", &[volume("Retain")])
            .serve(
                "/apis/apps/v1/namespaces/flux-system/deployments/kustomize-controller",
                json!({"metadata": {"name": "kustomize-controller", "namespace": "flux-system"}}),
            )
            .serve_list(
                "/apis/postgresql.cnpg.io/v1/clusters",
                &[json!({"metadata": {"name": "seasense-db", "namespace": "seasense"}})],
            );
        let found = remove(&api.client(), &(Arc::new(Silent) as Events)).await.unwrap();
        assert_eq!(found.volumes.len(), 1, "a kept volume is told, and left to the sweep");
        let asked = api.requests().into_iter().map(|asked| asked.line);
        let deleted: Vec<String> = asked.filter(|line| line.starts_with("DELETE")).collect();
        let names: Vec<&str> = deleted.iter().filter_map(|line| line.split(['/', '?']).next_back()).collect();
        assert_eq!(deleted.len(), 2, "{deleted:?}");
        assert_eq!(names, ["kustomize-controller", "seasense-db"]);
    }
}

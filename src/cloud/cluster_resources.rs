//! Resources at Scaleway that Kubernetes created and that are not in OpenTofu's state: load balancers and
//! volumes.
//!
//! They are removed before the cluster: afterwards nothing would remove them, and they would still be billed.

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

/// The controllers that would recreate the removed objects, in the order in which they are stopped.
const CONTROLLERS: [(&Resource, &str, &str); 2] = [
    (&resource::DEPLOYMENT, "flux-system", "kustomize-controller"),
    (&resource::DEPLOYMENT, "flux-system", "source-controller"),
];

/// The resources that Kubernetes created, each with its zone and its ID, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterResources {
    /// Volumes.
    pub volumes: BTreeSet<(String, String)>,
    /// Load balancers.
    pub load_balancers: BTreeSet<(String, String)>,
}

/// Lists the resources that Kubernetes created.
pub async fn list(client: &Client) -> Result<ClusterResources> {
    let all = Selector::all();
    let (services, volumes) = tokio::try_join!(
        client.list(&resource::SERVICE, None, &all),
        client.list(&resource::VOLUME, None, &all),
    )?;
    Ok(read(&services, &volumes))
}

fn read(services: &[Value], volumes: &[Value]) -> ClusterResources {
    let handle = |volume: &Value| parse(object::text(volume, "/spec/csi/volumeHandle")?);
    let balancer = |service: &Value| {
        parse(
            service
                .pointer("/metadata/annotations")?
                .get("service.beta.kubernetes.io/scw-loadbalancer-id")?
                .as_str()?,
        )
    };
    ClusterResources {
        volumes: volumes.iter().filter_map(handle).collect(),
        load_balancers: services.iter().filter(|service| is_balancer(service)).filter_map(balancer).collect(),
    }
}

/// Splits `fr-par-1/uuid`.
fn parse(text: &str) -> Option<(String, String)> {
    let (zone, id) = text.split_once('/')?;
    Some((zone.to_owned(), id.to_owned()))
}

fn is_balancer(service: &Value) -> bool {
    object::text(service, "/spec/type") == Some("LoadBalancer")
}

/// Removes the resources in an order that recreates nothing, and waits until Scaleway's drivers have deleted
/// them.
///
/// Returns the resources found. Resources that remain are left to the search for leftover resources.
pub async fn remove(client: &Client, events: &Events) -> Result<ClusterResources> {
    let step =
        Step::start(events, "infra.kubernetes", "Remove load balancers and volumes created by Kubernetes");
    let found = list(client).await?;
    for (resource, namespace, name) in CONTROLLERS {
        if let Some(controller) = client.get(resource, Some(namespace), name).await? {
            client.delete(resource, &controller).await?;
        }
    }
    for kind in [&resource::GATEWAY, &resource::POSTGRES_CLUSTER] {
        for one in client.list(kind, None, &Selector::all()).await? {
            client.delete(kind, &one).await?;
        }
    }
    let gone = wait(Deadline::after(LIMIT), PAUSE, "remove the resources of Kubernetes", || async {
        let left = remove_once(client).await?;
        if left.is_empty() {
            return Ok(Observation::Ready(()));
        }
        step.progress(0, None, left.join(", "));
        Ok(Observation::Pending(left.join(", ")))
    })
    .await;
    match gone {
        Ok(()) if found == ClusterResources::default() => step.unchanged("nothing found"),
        Ok(()) => {
            step.done(format!(
                "{} volumes, {} load balancers",
                found.volumes.len(),
                found.load_balancers.len()
            ));
        }
        // The cluster's removal also deletes them; the search for leftover resources finds the rest.
        Err(failure) => {
            let text =
                format!("Kubernetes did not remove all of its resources: {}", failure.causes.join("; "));
            events.emit(Event::Warning { text });
        }
    }
    Ok(found)
}

/// Deletes the remaining objects once; returns their names.
async fn remove_once(client: &Client) -> Result<Vec<String>> {
    let all = Selector::all();
    let (services, claims, volumes) = tokio::try_join!(
        client.list(&resource::SERVICE, None, &all),
        client.list(&resource::VOLUME_CLAIM, None, &all),
        client.list(&resource::VOLUME, None, &all),
    )?;
    let load_balancers: Vec<&Value> = services.iter().filter(|service| is_balancer(service)).collect();
    for service in &load_balancers {
        client.delete(&resource::SERVICE, service).await?;
    }
    for claim in &claims {
        client.delete(&resource::VOLUME_CLAIM, claim).await?;
    }
    let title = |kind: &str, one: &Value| object::title(kind, object::namespace(one), object::name(one));
    let names = load_balancers
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

/// Whether the volume is deleted with its claim; a retained one is left to the search for leftover resources.
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
    fn resources_are_read_with_their_zone() {
        let found = read(&[service("LoadBalancer"), service("ClusterIP")], &[volume("Delete"), json!({})]);
        assert_eq!(found.load_balancers, BTreeSet::from([("fr-par-1".to_owned(), "lb".to_owned())]));
        assert_eq!(found.volumes, BTreeSet::from([("fr-par-2".to_owned(), "v1".to_owned())]));
    }

    #[tokio::test]
    async fn controllers_are_removed_first_and_nothing_else() {
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
        assert_eq!(found.volumes.len(), 1, "a retained volume is returned");
        let requests = api.requests().into_iter().map(|request| request.line);
        let deleted: Vec<String> = requests.filter(|line| line.starts_with("DELETE")).collect();
        let names: Vec<&str> = deleted.iter().filter_map(|line| line.split(['/', '?']).next_back()).collect();
        assert_eq!(deleted.len(), 2, "{deleted:?}");
        assert_eq!(names, ["kustomize-controller", "seasense-db"]);
    }
}

//! Looks through everything at Scaleway that costs money for what belongs to an environment that should be gone.

use serde::Serialize;
use serde_json::Value;

use super::{
    Api, InfraContext,
    backend::{backups, bucket, endpoint},
    made::Made,
};
use crate::base::{
    event::Step,
    failure::{Context, Kind, Result},
    k8s::tls,
};

/// Something that is still there and is paid for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LeftoverResource {
    /// What it is, for people.
    pub kind: String,
    /// Zone or region.
    pub place: String,
    /// Its identity.
    pub id: String,
    /// Its name, address or description.
    pub name: String,
    /// Why it counts to the environment.
    pub because: String,
    /// Where the API has it.
    #[serde(skip)]
    path: String,
}

/// One kind of thing that costs money: where it is listed, and how.
struct BillableKind {
    kind: &'static str,
    /// The path of the collection; `{}` stands for the zone or the region.
    path: &'static str,
    field: &'static str,
    zonal: bool,
}

const fn zonal(kind: &'static str, path: &'static str, field: &'static str) -> BillableKind {
    BillableKind { kind, path, field, zonal: true }
}

const fn regional(kind: &'static str, path: &'static str, field: &'static str) -> BillableKind {
    BillableKind { kind, path, field, zonal: false }
}

/// Everything billable that the modules and Kubernetes make, and what hangs on it. Networks cost nothing.
const BILLABLE: [BillableKind; 11] = [
    regional("cluster", "/k8s/v1/regions/{}/clusters", "clusters"),
    regional("registry namespace", "/registry/v1/regions/{}/namespaces", "namespaces"),
    zonal("server", "/instance/v1/zones/{}/servers", "servers"),
    zonal("address", "/instance/v1/zones/{}/ips", "ips"),
    zonal("local volume", "/instance/v1/zones/{}/volumes", "volumes"),
    zonal("volume", "/block/v1alpha1/zones/{}/volumes", "volumes"),
    zonal("snapshot", "/block/v1alpha1/zones/{}/snapshots", "snapshots"),
    zonal("load balancer", "/lb/v1/zones/{}/lbs", "lbs"),
    zonal("load balancer's address", "/lb/v1/zones/{}/ips", "ips"),
    zonal("public gateway", "/vpc-gw/v2/zones/{}/gateways", "gateways"),
    zonal("gateway's address", "/vpc-gw/v2/zones/{}/ips", "ips"),
];

/// What a survivor is known by.
struct Signs<'a> {
    tag: String,
    name: String,
    cluster: Option<&'a str>,
    made: &'a Made,
}

impl Signs<'_> {
    /// Why `item` belongs to the environment, if it does.
    fn of(&self, item: &Value) -> Option<String> {
        let tags: Vec<&str> =
            item["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let (id, name) = (text(item, "id"), text(item, "name"));
        if tags.contains(&self.tag.as_str()) {
            return Some(format!("tag {}", self.tag));
        }
        if name == self.name {
            return Some("its name".to_owned());
        }
        let cluster = self.cluster.filter(|cluster| !cluster.is_empty());
        if cluster
            .is_some_and(|cluster| name.contains(cluster) || tags.iter().any(|tag| tag.contains(cluster)))
        {
            return Some("the cluster made it".to_owned());
        }
        let known = self.made.volumes.iter().chain(&self.made.balancers).any(|(_, known)| *known == id);
        known.then(|| "Kubernetes made it".to_owned())
    }
}

fn text(item: &Value, field: &str) -> String {
    item[field].as_str().unwrap_or_default().to_owned()
}

/// Everything billable that is still there, sorted; `cluster` and `made` name what the tag may not tell.
pub async fn leftover_resources(
    context: &InfraContext,
    api: &Api,
    cluster: Option<&str>,
    made: &Made,
) -> Result<Vec<LeftoverResource>> {
    let step = Step::start(&context.events, "infra.sweep", "Look for what is left and paid for");
    let wanted = &context.wanted;
    let signs = Signs { tag: wanted.tag(), name: wanted.name(), cluster, made };
    let mut found = Vec::new();
    for kindred in &BILLABLE {
        let region = std::slice::from_ref(&wanted.region);
        for place in if kindred.zonal { wanted.zones.as_slice() } else { region } {
            step.progress(0, None, format!("{} in {place}", kindred.kind));
            let path = kindred.path.replace("{}", place);
            let listed = format!("{path}?project_id={0}&project={0}", context.credentials.project);
            let items = api.list(&listed, kindred.field).await?;
            found.extend(items.iter().filter_map(|item| survivor(&signs, kindred, place, &path, item)));
        }
    }
    found.sort();
    step.done(format!("{} found", found.len()));
    Ok(found)
}

fn survivor(
    signs: &Signs<'_>,
    kindred: &BillableKind,
    place: &str,
    path: &str,
    item: &Value,
) -> Option<LeftoverResource> {
    let because = signs.of(item)?;
    let id = text(item, "id");
    let names = ["name", "address", "ip_address"].map(|field| text(item, field));
    Some(LeftoverResource {
        kind: kindred.kind.to_owned(),
        place: place.to_owned(),
        name: names.into_iter().find(|name| !name.is_empty()).unwrap_or_default(),
        path: format!("{path}/{id}"),
        id,
        because,
    })
}

/// Removes what can be removed by itself; what cannot, because it is still used or protected, stays and is told.
pub async fn sweep(api: &Api, found: &[LeftoverResource]) -> Vec<String> {
    let mut refused = Vec::new();
    for one in found {
        if let Err(failure) = api.delete(&one.path).await {
            refused.push(format!("{} {}: {}", one.kind, one.id, failure.causes.join("; ")));
        }
    }
    refused
}

/// The buckets of the environment that are still there: backups, and the state itself. An unsigned question is enough.
pub async fn buckets(context: &InfraContext) -> Result<Vec<LeftoverResource>> {
    tls::install();
    let (wanted, keys) = (&context.wanted, &context.credentials);
    let mut found = Vec::new();
    for (kind, name) in
        [("bucket of the backups", backups(wanted, keys)), ("bucket of the state", bucket(wanted, keys))]
    {
        let url = format!("{}/{name}", endpoint(&wanted.region));
        let answer = reqwest::Client::new().head(&url).send().await;
        let answer = answer.with_context(Kind::Cluster, || format!("look for the bucket `{name}`"))?;
        if answer.status().as_u16() != 404 {
            found.push(LeftoverResource {
                kind: kind.to_owned(),
                place: wanted.region.clone(),
                id: name.clone(),
                name,
                because: "its name".to_owned(),
                path: String::new(),
            });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    #[test]
    fn what_belongs_to_the_environment_is_known_by_tag_name_cluster_or_identity_and_nothing_else_is() {
        let made =
            Made { volumes: BTreeSet::from([("fr-par-1".to_owned(), "v1".to_owned())]), ..Made::default() };
        let signs = Signs {
            tag: "seasense-environment=staging".into(),
            name: "seasense-staging".into(),
            cluster: Some("c0ffee"),
            made: &made,
        };
        let because = |item: &Value| signs.of(item);
        assert!(because(&json!({"id": "1", "tags": ["seasense-environment=staging"]})).is_some());
        assert!(because(&json!({"id": "1", "name": "seasense-staging"})).is_some());
        assert!(because(&json!({"id": "1", "name": "k8s-c0ffee-lb", "tags": []})).is_some());
        assert!(because(&json!({"id": "v1", "name": "pvc-1"})).is_some());
        for other in [
            json!({"id": "1", "tags": ["seasense-environment=staging-two"]}),
            json!({"id": "1", "name": "seasense-staging-2", "tags": ["seasense"]}),
            json!({"id": "v2", "name": "pvc-1"}),
            json!({}),
        ] {
            assert_eq!(because(&other), None, "{other}");
        }
        let nameless = Signs { cluster: Some(""), ..signs };
        assert_eq!(nameless.of(&json!({"id": "1", "name": "x"})), None, "an empty identity is in every name");
    }
}

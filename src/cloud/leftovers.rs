//! Finds and deletes leftover resources: billed resources at Scaleway of an environment that was removed.

use serde::Serialize;
use serde_json::Value;

use super::{
    Api, InfraContext,
    backend::{backups, bucket, endpoint},
    cluster_resources::ClusterResources,
};
use crate::base::{
    event::Step,
    failure::{Context, Kind, Result},
    http::client_for_url,
    k8s::tls,
};

/// A billed resource that remains.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LeftoverResource {
    /// The kind of resource.
    pub kind: String,
    /// Its zone or region.
    pub location: String,
    /// Its ID.
    pub id: String,
    /// Its name, address or description.
    pub name: String,
    /// How it was recognised.
    pub matched_by: String,
    /// Its path in the API.
    #[serde(skip)]
    path: String,
}

/// A kind of billed resource and its list in the API.
struct BillableKind {
    kind: &'static str,
    /// The path of the list; `{}` is replaced by the zone or region.
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

/// Every billed kind that the modules and Kubernetes create, and dependent ones. Networks are free.
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

/// The attributes by which a resource of the environment is recognised.
struct Matcher<'a> {
    tag: String,
    name: String,
    cluster: Option<&'a str>,
    created: &'a ClusterResources,
}

impl Matcher<'_> {
    /// How `item` was recognised as a resource of the environment, if it was.
    fn matches(&self, item: &Value) -> Option<String> {
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
            return Some("created by the cluster".to_owned());
        }
        let known =
            self.created.volumes.iter().chain(&self.created.load_balancers).any(|(_, known)| *known == id);
        known.then(|| "created by Kubernetes".to_owned())
    }
}

fn text(item: &Value, field: &str) -> String {
    item[field].as_str().unwrap_or_default().to_owned()
}

/// Every billed resource of the environment, sorted; `cluster` and `created` identify resources without its
/// tag.
pub async fn find(
    context: &InfraContext,
    api: &Api,
    cluster: Option<&str>,
    created: &ClusterResources,
) -> Result<Vec<LeftoverResource>> {
    let step = Step::start(&context.events, "infra.sweep", "Find leftover resources");
    let infrastructure = &context.infrastructure;
    let matcher = Matcher { tag: infrastructure.tag(), name: infrastructure.name(), cluster, created };
    let mut found = Vec::new();
    for kind in &BILLABLE {
        let region = std::slice::from_ref(&infrastructure.region);
        for location in if kind.zonal { infrastructure.zones.as_slice() } else { region } {
            step.progress(0, None, format!("{} in {location}", kind.kind));
            let path = kind.path.replace("{}", location);
            let listed = format!("{path}?project_id={0}&project={0}", context.credentials.project);
            let items = api.list(&listed, kind.field).await?;
            found.extend(items.iter().filter_map(|item| leftover(&matcher, kind, location, &path, item)));
        }
    }
    found.sort();
    step.done(format!("{} found", found.len()));
    Ok(found)
}

fn leftover(
    matcher: &Matcher<'_>,
    kind: &BillableKind,
    location: &str,
    path: &str,
    item: &Value,
) -> Option<LeftoverResource> {
    let matched_by = matcher.matches(item)?;
    let id = text(item, "id");
    let names = ["name", "address", "ip_address"].map(|field| text(item, field));
    Some(LeftoverResource {
        kind: kind.kind.to_owned(),
        location: location.to_owned(),
        name: names.into_iter().find(|name| !name.is_empty()).unwrap_or_default(),
        path: format!("{path}/{id}"),
        id,
        matched_by,
    })
}

/// Deletes the resources; returns the errors of those that are still in use or protected.
pub async fn delete(api: &Api, found: &[LeftoverResource]) -> Vec<String> {
    let mut refused = Vec::new();
    for one in found {
        if let Err(failure) = api.delete(&one.path).await {
            refused.push(format!("{} {}: {}", one.kind, one.id, failure.causes.join("; ")));
        }
    }
    refused
}

/// The remaining buckets of the environment: backups and state. An unsigned request is enough to find them.
pub async fn remaining_buckets(context: &InfraContext) -> Result<Vec<LeftoverResource>> {
    tls::install();
    let (infrastructure, keys) = (&context.infrastructure, &context.credentials);
    let mut found = Vec::new();
    for (kind, name) in
        [("backup bucket", backups(infrastructure, keys)), ("state bucket", bucket(infrastructure, keys))]
    {
        let url = format!("{}/{name}", endpoint(&infrastructure.region));
        let http = client_for_url(&url).build().context(Kind::Internal, "cannot create an HTTP client")?;
        let answer = http.head(&url).send().await;
        let answer = answer.with_context(Kind::Cluster, || format!("cannot check the bucket `{name}`"))?;
        if answer.status().as_u16() != 404 {
            found.push(LeftoverResource {
                kind: kind.to_owned(),
                location: infrastructure.region.clone(),
                id: name.clone(),
                name,
                matched_by: "its name".to_owned(),
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
    fn resources_match_by_tag_name_cluster_or_id() {
        let created = ClusterResources {
            volumes: BTreeSet::from([("fr-par-1".to_owned(), "v1".to_owned())]),
            ..ClusterResources::default()
        };
        let matcher = Matcher {
            tag: "seasense-environment=staging".into(),
            name: "seasense-staging".into(),
            cluster: Some("c0ffee"),
            created: &created,
        };
        let matched_by = |item: &Value| matcher.matches(item);
        assert!(matched_by(&json!({"id": "1", "tags": ["seasense-environment=staging"]})).is_some());
        assert!(matched_by(&json!({"id": "1", "name": "seasense-staging"})).is_some());
        assert!(matched_by(&json!({"id": "1", "name": "k8s-c0ffee-lb", "tags": []})).is_some());
        assert!(matched_by(&json!({"id": "v1", "name": "pvc-1"})).is_some());
        for other in [
            json!({"id": "1", "tags": ["seasense-environment=staging-two"]}),
            json!({"id": "1", "name": "seasense-staging-2", "tags": ["seasense"]}),
            json!({"id": "v2", "name": "pvc-1"}),
            json!({}),
        ] {
            assert_eq!(matched_by(&other), None, "{other}");
        }
        let without_cluster = Matcher { cluster: Some(""), ..matcher };
        assert_eq!(
            without_cluster.matches(&json!({"id": "1", "name": "x"})),
            None,
            "every name contains an empty ID"
        );
    }
}

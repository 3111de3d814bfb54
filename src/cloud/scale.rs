//! Scales the pools to zero nodes in off hours, and back to the size in the environment's file.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Api, InfraContext};
use crate::base::{
    event::Step,
    failure::{Failure, Kind, Result},
};

/// The desired size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScaleTarget {
    /// No nodes: nothing runs, volumes are kept.
    Zero,
    /// The size in the environment's file.
    Normal,
}

/// The result of scaling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scaled {
    /// The version of the schema.
    pub version: u8,
    /// The pools, by zone.
    pub pools: Vec<Pool>,
}

/// One pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pool {
    /// Its zone.
    pub zone: String,
    /// Its ID.
    pub id: String,
    /// The minimum number of nodes.
    pub min: u32,
    /// The maximum number of nodes.
    pub max: u32,
    /// Whether it was changed.
    pub changed: bool,
}

/// Scales every pool of the environment's cluster; pools with the desired size are not changed.
///
/// This uses Scaleway's API instead of OpenTofu: a schedule needs neither a plan nor the state lock, and the
/// modules ignore the size.
pub async fn scale(context: &InfraContext, api: &Api, to: ScaleTarget) -> Result<Scaled> {
    let step = Step::start(&context.events, "infra.scale", "Scale the pools");
    let region = &context.infrastructure.region;
    let path = format!("/k8s/v1/regions/{region}/clusters?project_id={}", context.credentials.project);
    let clusters = api.list(&path, "clusters").await?;
    let cluster = find(context, &clusters)?;
    let path = format!("/k8s/v1/regions/{region}/clusters/{cluster}/pools");
    let found = api.list(&path, "pools").await?;
    let mut pools = Vec::new();
    for (zone, low, high) in context.infrastructure.spread() {
        let Some(pool) = found.iter().find(|pool| pool["zone"] == zone.as_str() && is_ours(context, pool))
        else {
            return Err(Failure::new(Kind::Cluster, format!("the cluster has no pool in {zone}")).hint(
                format!("run `seasense infra apply {}` to create it", context.infrastructure.environment),
            ));
        };
        let id = pool["id"].as_str().unwrap_or_default().to_owned();
        let settings = pool_settings(to, low, high);
        let changed = differs(pool, &settings);
        if changed {
            api.patch(&format!("/k8s/v1/regions/{region}/pools/{id}"), &settings).await?;
        }
        let min = if to == ScaleTarget::Zero { 0 } else { low };
        pools.push(Pool { zone, id, min, max: high, changed });
    }
    match pools.iter().filter(|pool| pool.changed).count() {
        0 => step.unchanged("no changes"),
        count => step.done(format!("{count} pools")),
    }
    Ok(Scaled { version: 1, pools })
}

fn find<'a>(context: &InfraContext, clusters: &'a [Value]) -> Result<&'a str> {
    let named: Vec<&str> = clusters
        .iter()
        .filter(|cluster| {
            cluster["name"] == context.infrastructure.name().as_str() && is_ours(context, cluster)
        })
        .filter_map(|cluster| cluster["id"].as_str())
        .collect();
    match named.as_slice() {
        [one] => Ok(one),
        several => Err(Failure::new(
            Kind::Cluster,
            format!("{} clusters are called `{}`", several.len(), context.infrastructure.name()),
        )
        .hint(format!("run `seasense infra plan {}`", context.infrastructure.environment))),
    }
}

fn is_ours(context: &InfraContext, one: &Value) -> bool {
    let tag = context.infrastructure.tag();
    one["tags"].as_array().into_iter().flatten().any(|found| *found == tag.as_str())
}

/// The settings of a pool. Autoscaling is off at zero: otherwise pending pods would scale the pool up within a
/// minute.
fn pool_settings(to: ScaleTarget, low: u32, high: u32) -> Value {
    match to {
        ScaleTarget::Zero => json!({"autoscaling": false, "min_size": 0, "size": 0}),
        ScaleTarget::Normal => {
            json!({"autoscaling": true, "min_size": low, "max_size": high, "size": low.max(1)})
        }
    }
}

/// Whether a pool differs from `settings`; with autoscaling, the current number of nodes is ignored.
fn differs(pool: &Value, settings: &Value) -> bool {
    let scales = settings["autoscaling"] == true;
    let fields = settings.as_object().into_iter().flatten();
    fields.filter(|(name, _)| !(scales && *name == "size")).any(|(name, value)| pool[name] != *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pool_with_the_desired_size_is_not_changed() {
        let night = json!({"autoscaling": false, "min_size": 0, "max_size": 2, "size": 0});
        let day = json!({"autoscaling": true, "min_size": 1, "max_size": 2, "size": 2});
        assert!(!differs(&night, &pool_settings(ScaleTarget::Zero, 1, 2)));
        assert!(differs(&day, &pool_settings(ScaleTarget::Zero, 1, 2)));
        assert!(!differs(&day, &pool_settings(ScaleTarget::Normal, 1, 2)), "the autoscaler chose two nodes");
        assert!(differs(&night, &pool_settings(ScaleTarget::Normal, 1, 2)));
        assert!(differs(&day, &pool_settings(ScaleTarget::Normal, 1, 3)));
    }
}

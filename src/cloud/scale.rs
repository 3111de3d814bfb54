//! Off hours: pools without nodes, and back to what the environment's file says.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Api, InfraContext};
use crate::base::{
    event::Step,
    failure::{Failure, Kind, Result},
};

/// How many nodes are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// None: nothing runs, volumes stay.
    Zero,
    /// What the environment's file says.
    Normal,
}

/// What the pools were told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scaled {
    /// The version of this format.
    pub version: u8,
    /// The pools, by zone.
    pub pools: Vec<Pool>,
}

/// One pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pool {
    /// Its zone.
    pub zone: String,
    /// Its identity.
    pub id: String,
    /// Nodes at least.
    pub min: u32,
    /// Nodes at most.
    pub max: u32,
    /// Whether it was told anything new.
    pub changed: bool,
}

/// Tells every pool of the environment's cluster what is wanted. What a pool knows already it is not told again.
///
/// This goes through Scaleway's API, not through OpenTofu: a schedule needs neither a plan nor the state's lock, and the
/// modules leave the size to others.
pub async fn scale(context: &InfraContext, api: &Api, to: To) -> Result<Scaled> {
    let step = Step::start(&context.events, "infra.scale", "Scale the pools");
    let region = &context.wanted.region;
    let path = format!("/k8s/v1/regions/{region}/clusters?project_id={}", context.credentials.project);
    let clusters = api.list(&path, "clusters").await?;
    let cluster = find(context, &clusters)?;
    let path = format!("/k8s/v1/regions/{region}/clusters/{cluster}/pools");
    let found = api.list(&path, "pools").await?;
    let mut pools = Vec::new();
    for (zone, low, high) in context.wanted.spread() {
        let Some(pool) = found.iter().find(|pool| pool["zone"] == zone.as_str() && is_ours(context, pool))
        else {
            return Err(Failure::new(Kind::Cluster, format!("there is no pool in {zone}")).hint(format!(
                "run `seasense infra apply {}`: it makes what is missing",
                context.wanted.environment
            )));
        };
        let id = pool["id"].as_str().unwrap_or_default().to_owned();
        let wanted = wanted(to, low, high);
        let changed = differs(pool, &wanted);
        if changed {
            api.patch(&format!("/k8s/v1/regions/{region}/pools/{id}"), &wanted).await?;
        }
        let min = if to == To::Zero { 0 } else { low };
        pools.push(Pool { zone, id, min, max: high, changed });
    }
    match pools.iter().filter(|pool| pool.changed).count() {
        0 => step.unchanged("they are as they should be"),
        count => step.done(format!("{count} pools")),
    }
    Ok(Scaled { version: 1, pools })
}

fn find<'a>(context: &InfraContext, clusters: &'a [Value]) -> Result<&'a str> {
    let named: Vec<&str> = clusters
        .iter()
        .filter(|cluster| cluster["name"] == context.wanted.name().as_str() && is_ours(context, cluster))
        .filter_map(|cluster| cluster["id"].as_str())
        .collect();
    match named.as_slice() {
        [one] => Ok(one),
        several => Err(Failure::new(
            Kind::Cluster,
            format!("{} clusters are called `{}`", several.len(), context.wanted.name()),
        )
        .hint(format!("run `seasense infra plan {}` to see what stands", context.wanted.environment))),
    }
}

fn is_ours(context: &InfraContext, one: &Value) -> bool {
    let tag = context.wanted.tag();
    one["tags"].as_array().into_iter().flatten().any(|found| *found == tag.as_str())
}

/// What a pool is told. With the autoscaler on, pods that wait would bring the nodes back within a minute.
fn wanted(to: To, low: u32, high: u32) -> Value {
    match to {
        To::Zero => json!({"autoscaling": false, "min_size": 0, "size": 0}),
        To::Normal => json!({"autoscaling": true, "min_size": low, "max_size": high, "size": low.max(1)}),
    }
}

/// Whether a pool is other than `wanted`; how many nodes it has is the autoscaler's business while that is on.
fn differs(pool: &Value, wanted: &Value) -> bool {
    let scales = wanted["autoscaling"] == true;
    let fields = wanted.as_object().into_iter().flatten();
    fields.filter(|(name, _)| !(scales && *name == "size")).any(|(name, value)| pool[name] != *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_that_was_told_already_is_not_told_again() {
        let night = json!({"autoscaling": false, "min_size": 0, "max_size": 2, "size": 0});
        let day = json!({"autoscaling": true, "min_size": 1, "max_size": 2, "size": 2});
        assert!(!differs(&night, &wanted(To::Zero, 1, 2)));
        assert!(differs(&day, &wanted(To::Zero, 1, 2)));
        assert!(!differs(&day, &wanted(To::Normal, 1, 2)), "two nodes are the autoscaler's choice");
        assert!(differs(&night, &wanted(To::Normal, 1, 2)));
        assert!(differs(&day, &wanted(To::Normal, 1, 3)));
    }
}

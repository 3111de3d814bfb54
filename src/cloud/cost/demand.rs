//! What the platform's pods ask for, read from its manifests, against what nodes can give.

use std::path::Path;

use serde_json::Value;

use super::quantity::{cpu_milli, memory_mib};
use crate::{
    base::{
        failure::{Failure, Kind, Result},
        yaml,
    },
    config::{Infrastructure, Prices},
};

/// What Envoy Gateway adds to each pod of Envoy for its orderly end.
const SHUTDOWN_MANAGER: (u64, u64) = (10, 32);
/// Where a patch gives the first container of an upstream workload its resources.
const PATCHED: &str = "/spec/template/spec/containers/0/resources";

/// What one workload asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// Its name.
    pub name: String,
    /// How many pods of it there are.
    pub pods: u64,
    /// Thousandths of a core for each pod.
    pub cpu_milli: u64,
    /// MiB for each pod.
    pub memory_mib: u64,
}

/// What a layout's nodes have for the workloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// How many nodes there are.
    pub nodes: u32,
    /// Thousandths of a core on each.
    pub cpu_milli: u64,
    /// MiB on each.
    pub memory_mib: u64,
}

/// How much of the capacity is asked for, 1 being all of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Of all cores.
    pub cpu: f64,
    /// Of all memory.
    pub memory: f64,
}

/// What every workload among `objects` asks for: Deployments and the like, Envoy, the database, and the upstream
/// workloads that a kustomization gives their resources by a patch. Jobs end, and do not count.
pub fn demand(objects: &[Value]) -> Result<Vec<Demand>> {
    let mut demands = Vec::new();
    for object in objects {
        match object["kind"].as_str().unwrap_or_default() {
            "Deployment" | "StatefulSet" => {
                demands.push(of_pod(
                    object,
                    &object["spec"]["template"]["spec"],
                    &object["spec"]["replicas"],
                )?);
            }
            "Cluster" => demands.push(of_resources(
                object["metadata"]["name"].as_str().unwrap_or_default(),
                &object["spec"]["resources"],
                object["spec"]["instances"].as_u64().unwrap_or(1),
            )?),
            "EnvoyProxy" => demands.push(of_envoy(object)?),
            "Kustomization" => patched(object, &mut demands)?,
            _ => (),
        }
    }
    Ok(demands)
}

fn of_pod(object: &Value, pod: &Value, replicas: &Value) -> Result<Demand> {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let asked = |list: &str| -> Result<Vec<(u64, u64)>> {
        let containers = pod[list].as_array().into_iter().flatten();
        containers.map(|container| requests(name, &container["resources"])).collect()
    };
    let (run, begin) = (asked("containers")?, asked("initContainers")?);
    let of = |part: fn(&(u64, u64)) -> u64| {
        let first = begin.iter().map(part).max().unwrap_or_default();
        run.iter().map(part).sum::<u64>().max(first)
    };
    Ok(Demand {
        name: name.to_owned(),
        pods: replicas.as_u64().unwrap_or(1),
        cpu_milli: of(|asked| asked.0),
        memory_mib: of(|asked| asked.1),
    })
}

fn of_envoy(object: &Value) -> Result<Demand> {
    let envoy = &object["spec"]["provider"]["kubernetes"]["envoyDeployment"];
    let pods = envoy["replicas"].as_u64().unwrap_or(1);
    let own = of_resources("envoy", &envoy["container"]["resources"], pods)?;
    let (cpu_milli, memory_mib) = (own.cpu_milli + SHUTDOWN_MANAGER.0, own.memory_mib + SHUTDOWN_MANAGER.1);
    Ok(Demand { cpu_milli, memory_mib, ..own })
}

/// The upstream workloads that `kustomization` patches; each runs once.
fn patched(kustomization: &Value, demands: &mut Vec<Demand>) -> Result<()> {
    for patch in kustomization["patches"].as_array().into_iter().flatten() {
        let (Some(text), Some(name)) = (patch["patch"].as_str(), patch["target"]["name"].as_str()) else {
            continue;
        };
        if patch["target"]["kind"] != "Deployment" {
            continue;
        }
        for document in yaml::parse(Path::new("kustomization.yaml"), text)? {
            let operations = document.value.as_array().into_iter().flatten();
            for operation in operations.filter(|operation| operation["path"] == PATCHED) {
                demands.push(of_resources(name, &operation["value"], 1)?);
            }
        }
    }
    Ok(())
}

fn of_resources(name: &str, resources: &Value, pods: u64) -> Result<Demand> {
    let (cpu_milli, memory_mib) = requests(name, resources)?;
    Ok(Demand { name: name.to_owned(), pods, cpu_milli, memory_mib })
}

/// A container without requests would be counted as nothing, which no container is.
fn requests(name: &str, resources: &Value) -> Result<(u64, u64)> {
    let asked = |what: &str| match &resources["requests"][what] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let cpu = asked("cpu").and_then(|text| cpu_milli(&text));
    let memory = asked("memory").and_then(|text| memory_mib(&text));
    cpu.zip(memory).ok_or_else(|| {
        Failure::new(Kind::Environment, format!("`{name}` does not say what cores and memory it asks for"))
            .hint("give every container `resources.requests` with `cpu` and `memory`")
    })
}

/// What the nodes of `layout` that always run have for the workloads.
pub fn capacity(layout: &Infrastructure, prices: &Prices) -> Result<Capacity> {
    let price = prices.price(&layout.node_type)?;
    let Some((cores, gib)) = price.vcpu.zip(price.memory_gib) else {
        return Err(Failure::new(
            Kind::Environment,
            format!("the price table has no size of `{}`", layout.node_type),
        )
        .hint("add `vcpu` and `memory-gib` to its row"));
    };
    let (own, memory) = (prices.node, u64::from(gib) * 1024);
    let kept = memory * u64::from(own.reserved_memory_percent) / 100
        + u64::from(own.eviction_mib + own.daemons_memory_mib);
    Ok(Capacity {
        nodes: layout.nodes_min,
        cpu_milli: (u64::from(cores) * 1000)
            .saturating_sub(u64::from(own.reserved_cpu_milli + own.daemons_cpu_milli)),
        memory_mib: memory.saturating_sub(kept),
    })
}

/// How much of `capacity` the `demands` ask for together; without nodes nothing fits.
pub fn fit(demands: &[Demand], capacity: Capacity) -> Fit {
    let part = |of: fn(&Demand) -> u64, each: u64| {
        let asked: u64 = demands.iter().map(|demand| demand.pods * of(demand)).sum();
        ratio(asked, each * u64::from(capacity.nodes))
    };
    Fit {
        cpu: part(|d| d.cpu_milli, capacity.cpu_milli),
        memory: part(|d| d.memory_mib, capacity.memory_mib),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a cluster has less than 2^52 MiB")]
fn ratio(asked: u64, there: u64) -> f64 {
    match (asked, there) {
        (0, _) => 0.0,
        (_, 0) => f64::INFINITY,
        (asked, there) => asked as f64 / there as f64,
    }
}

#[cfg(test)]
#[path = "demand_tests.rs"]
mod tests;

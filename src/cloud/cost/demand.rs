//! Compares the resource requests of the platform's pods with the capacity of the nodes.

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

/// The requests of the shutdown manager container, which Envoy Gateway adds to each Envoy pod: mCPU and MiB.
const SHUTDOWN_MANAGER: (u64, u64) = (10, 32);
/// The JSON patch path of the resources of an upstream workload's first container.
const PATCHED: &str = "/spec/template/spec/containers/0/resources";

/// The resource requests of one workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// Its name.
    pub name: String,
    /// The number of pods.
    pub pods: u64,
    /// Thousandths of a core per pod.
    pub cpu_milli: u64,
    /// MiB per pod.
    pub memory_mib: u64,
}

/// The capacity of a layout's nodes for workloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// The number of nodes.
    pub nodes: u32,
    /// Thousandths of a core per node.
    pub cpu_milli: u64,
    /// MiB per node.
    pub memory_mib: u64,
}

/// The requested fraction of the capacity; 1 means all of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Of all cores.
    pub cpu: f64,
    /// Of all memory.
    pub memory: f64,
}

/// Returns the requests of every workload in `objects`: `Deployment`, `StatefulSet`, Envoy, the database, and
/// upstream workloads whose resources a kustomization patches. Jobs are ignored because they end.
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
    let requested = |list: &str| -> Result<Vec<(u64, u64)>> {
        let containers = pod[list].as_array().into_iter().flatten();
        containers.map(|container| requests(name, &container["resources"])).collect()
    };
    let (containers, init_containers) = (requested("containers")?, requested("initContainers")?);
    // Init containers run one after the other, before the containers.
    let effective = |part: fn(&(u64, u64)) -> u64| {
        let init = init_containers.iter().map(part).max().unwrap_or_default();
        containers.iter().map(part).sum::<u64>().max(init)
    };
    Ok(Demand {
        name: name.to_owned(),
        pods: replicas.as_u64().unwrap_or(1),
        cpu_milli: effective(|requested| requested.0),
        memory_mib: effective(|requested| requested.1),
    })
}

fn of_envoy(object: &Value) -> Result<Demand> {
    let envoy = &object["spec"]["provider"]["kubernetes"]["envoyDeployment"];
    let pods = envoy["replicas"].as_u64().unwrap_or(1);
    let own = of_resources("envoy", &envoy["container"]["resources"], pods)?;
    let (cpu_milli, memory_mib) = (own.cpu_milli + SHUTDOWN_MANAGER.0, own.memory_mib + SHUTDOWN_MANAGER.1);
    Ok(Demand { cpu_milli, memory_mib, ..own })
}

/// Adds the upstream workloads that `kustomization` patches; each has one pod.
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

/// Returns the requests in `resources`. Missing requests are an error: the container would be counted as free.
fn requests(name: &str, resources: &Value) -> Result<(u64, u64)> {
    let requested = |resource: &str| match &resources["requests"][resource] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let cpu = requested("cpu").and_then(|text| cpu_milli(&text));
    let memory = requested("memory").and_then(|text| memory_mib(&text));
    cpu.zip(memory).ok_or_else(|| {
        Failure::new(Kind::Environment, format!("`{name}` has no requests for CPU and memory"))
            .hint("set `resources.requests` with `cpu` and `memory` for every container")
    })
}

/// Returns the capacity of the minimum number of nodes of `layout`.
pub fn capacity(layout: &Infrastructure, prices: &Prices) -> Result<Capacity> {
    let price = prices.price(&layout.node_type)?;
    let Some((cores, gib)) = price.vcpu.zip(price.memory_gib) else {
        return Err(Failure::new(
            Kind::Environment,
            format!("no size of `{}` in the price table", layout.node_type),
        )
        .hint("add `vcpu` and `memory-gib` to its row"));
    };
    let (node, memory) = (prices.node, u64::from(gib) * 1024);
    let reserved = memory * u64::from(node.reserved_memory_percent) / 100
        + u64::from(node.eviction_mib + node.daemons_memory_mib);
    Ok(Capacity {
        nodes: layout.nodes_min,
        cpu_milli: (u64::from(cores) * 1000)
            .saturating_sub(u64::from(node.reserved_cpu_milli + node.daemons_cpu_milli)),
        memory_mib: memory.saturating_sub(reserved),
    })
}

/// Returns the fraction of `capacity` that all `demands` request; infinite without nodes.
pub fn fit(demands: &[Demand], capacity: Capacity) -> Fit {
    let fraction = |of: fn(&Demand) -> u64, per_node: u64| {
        let requested: u64 = demands.iter().map(|demand| demand.pods * of(demand)).sum();
        ratio(requested, per_node * u64::from(capacity.nodes))
    };
    Fit {
        cpu: fraction(|d| d.cpu_milli, capacity.cpu_milli),
        memory: fraction(|d| d.memory_mib, capacity.memory_mib),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a cluster has less than 2^52 MiB")]
fn ratio(requested: u64, available: u64) -> f64 {
    match (requested, available) {
        (0, _) => 0.0,
        (_, 0) => f64::INFINITY,
        (requested, available) => requested as f64 / available as f64,
    }
}

#[cfg(test)]
#[path = "demand_tests.rs"]
mod tests;

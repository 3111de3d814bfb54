//! The configuration of a kind cluster: `infra/kind/*.yaml` completed for one environment. Pure except for
//! reading files.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::OWNERSHIP_MOUNT;
use crate::{
    base::failure::{Context, Failure, Kind, Location, Result},
    config::{Project, text_of},
};

const CLUSTER: &str = "infra/kind/cluster.yaml";
const BUILT: &str = "infra/kind/built.yaml";
const SEVERAL: &str = "infra/kind/zones.yaml";
/// Patches for the objects that kubeadm creates, mounted into the nodes.
const PATCHES: &str = "infra/kind/patches";
const ZONES: usize = 3;

/// The input of a cluster configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindConfigInput<'a> {
    /// The cluster's name.
    pub name: &'a str,
    /// Number of nodes.
    pub nodes: u8,
    /// The node image.
    pub image: &'a str,
    /// The gateway's port on 127.0.0.1.
    pub https_port: u16,
    /// The directory with containerd's registry entries.
    pub certs: &'a Path,
    /// The directory with CoreDNS's Corefile.
    pub names: &'a Path,
    /// The directory whose mount marks the nodes as ours.
    pub mark: &'a Path,
    /// Whether the node image comes from the build supply.
    pub built: bool,
}

/// The configuration for `kind create cluster --config -`: JSON, which is valid YAML.
pub fn kind_config(project: &Project, input: &KindConfigInput<'_>) -> Result<String> {
    let mut config = read(project, CLUSTER)?;
    for (file, wanted) in [(BUILT, input.built), (SEVERAL, input.nodes > 1)] {
        if wanted {
            merge(&mut config, &read(project, file)?);
        }
    }
    let patches = project.root().join(PATCHES);
    fill(&mut config, input, &patches).map(|()| config.to_string())
}

fn read(project: &Project, file: &str) -> Result<Value> {
    let path = project.root().join(file);
    let content = std::fs::read(&path).with_context(Kind::Environment, || format!("read `{file}`"))?;
    let text = text_of(Path::new(file), content)?;
    serde_saphyr::from_str(&text).map_err(|error| {
        Failure::new(Kind::Environment, "the cluster's input is not YAML")
            .at(Location { file: file.into(), position: None })
            .caused_by(&error)
    })
}

/// Appends the lists of `more` to those of `config`.
fn merge(config: &mut Value, more: &Value) {
    let (Some(config), Some(more)) = (config.as_object_mut(), more.as_object()) else { return };
    for (key, value) in more {
        match (config.get_mut(key), value) {
            (Some(Value::Array(list)), Value::Array(further)) => list.extend(further.iter().cloned()),
            _ => {
                config.insert(key.clone(), value.clone());
            }
        }
    }
}

fn fill(config: &mut Value, input: &KindConfigInput<'_>, patches: &Path) -> Result<()> {
    let invalid = |what: &str| {
        Failure::new(Kind::Environment, format!("`{CLUSTER}` {what}"))
            .hint("see the first comment of the file for the placeholders")
    };
    let object = config.as_object_mut().ok_or_else(|| invalid("must be a mapping"))?;
    object.insert("name".into(), input.name.into());
    let first = object.get("nodes").and_then(|nodes| nodes.get(0)).cloned();
    let Some(Value::Object(mut first)) = first else {
        return Err(invalid("must define one node, the control plane"));
    };
    finish_mounts(&mut first, input, patches);
    if !set_port(&mut first, input.https_port) {
        return Err(invalid("must map a `hostPort: PORT`"));
    }
    let nodes = (0..usize::from(input.nodes)).map(|index| node(&first, index, input)).collect();
    object.insert("nodes".into(), Value::Array(nodes));
    Ok(())
}

fn finish_mounts(node: &mut Map<String, Value>, input: &KindConfigInput<'_>, patches: &Path) {
    let mounts = node.entry("extraMounts").or_insert_with(|| json!([]));
    let Some(mounts) = mounts.as_array_mut() else { return };
    for mount in mounts.iter_mut() {
        for (name, folder) in [("CERTS", input.certs), ("PATCHES", patches), ("NAMES", input.names)] {
            if mount["hostPath"] == name {
                mount["hostPath"] = folder.to_string_lossy().into();
            }
        }
    }
    let mark = input.mark.to_string_lossy();
    mounts.push(json!({"hostPath": mark, "containerPath": OWNERSHIP_MOUNT, "readOnly": true}));
}

fn set_port(node: &mut Map<String, Value>, port: u16) -> bool {
    let mappings = node.get_mut("extraPortMappings").and_then(Value::as_array_mut);
    let mapping =
        mappings.and_then(|mappings| mappings.iter_mut().find(|mapping| mapping["hostPort"] == "PORT"));
    match mapping {
        Some(mapping) => {
            mapping["hostPort"] = port.into();
            true
        }
        None => false,
    }
}

/// The node number `index`: the first is the control plane, the others are workers; several nodes get
/// simulated zones.
fn node(first: &Map<String, Value>, index: usize, input: &KindConfigInput<'_>) -> Value {
    let mut node = first.clone();
    node.insert("image".into(), input.image.into());
    if index > 0 {
        node.insert("role".into(), "worker".into());
        node.remove("extraPortMappings");
    }
    if input.nodes > 1 {
        let zone = char::from(b'a' + u8::try_from(index % ZONES).unwrap_or_default());
        node.insert("labels".into(), json!({"topology.kubernetes.io/zone": format!("local-{zone}")}));
    }
    Value::Object(node)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(nodes: u8) -> KindConfigInput<'static> {
        KindConfigInput {
            name: "seasense-local",
            nodes,
            image: "127.0.0.1:5050/node@sha256:1",
            https_port: 8443,
            certs: Path::new("/state/certs.d"),
            names: Path::new("/state/names"),
            mark: Path::new("/state/mark"),
            built: true,
        }
    }

    fn template() -> Value {
        json!({"kind": "Cluster", "name": "NAME", "kubeadmConfigPatches": ["a"], "nodes": [{"role": "control-plane",
            "extraMounts": [{"hostPath": "CERTS", "containerPath": "/etc/containerd/certs.d"}],
            "extraPortMappings": [{"hostPort": "PORT", "containerPort": 30443}]}]})
    }

    #[test]
    fn placeholders_are_replaced() {
        let mut config = template();
        fill(&mut config, &input(1), Path::new("/project/patches")).unwrap();
        assert_eq!(
            config["nodes"],
            json!([{"role": "control-plane", "image": "127.0.0.1:5050/node@sha256:1",
                "extraMounts": [{"hostPath": "/state/certs.d", "containerPath": "/etc/containerd/certs.d"},
                    {"hostPath": "/state/mark", "containerPath": "/etc/seasense", "readOnly": true}],
                "extraPortMappings": [{"hostPort": 8443, "containerPort": 30443}]}])
        );
        assert_eq!(config["name"], "seasense-local");
    }

    #[test]
    fn several_nodes_use_three_zones_and_one_port() {
        let mut config = template();
        fill(&mut config, &input(4), Path::new("/project/patches")).unwrap();
        let nodes = config["nodes"].as_array().unwrap();
        let zones: Vec<&str> = nodes
            .iter()
            .map(|node| node["labels"]["topology.kubernetes.io/zone"].as_str().unwrap())
            .collect();
        assert_eq!(zones, ["local-a", "local-b", "local-c", "local-a"]);
        assert_eq!(nodes.iter().filter(|node| node.get("extraPortMappings").is_some()).count(), 1);
        assert_eq!(nodes.iter().filter(|node| node["role"] == "worker").count(), 3);
    }

    #[test]
    fn lists_are_merged_and_a_missing_port_is_an_error() {
        let mut config = template();
        merge(&mut config, &json!({"kubeadmConfigPatches": ["b"]}));
        assert_eq!(config["kubeadmConfigPatches"], json!(["a", "b"]));
        let failure =
            fill(&mut json!({"nodes": [{}]}), &input(1), Path::new("/project/patches")).unwrap_err();
        assert_eq!(failure.kind, Kind::Environment);
    }
}

//! Flux's own objects, for installing Flux before it can apply an artifact.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Upstream, inspect::pinned, pin_images::Images};
use crate::{
    base::{digest::Digest, failure::Result},
    images::Lock,
};

/// The name of Flux's manifests in the supply lock.
pub(super) const NAME: &str = "flux";

/// Returns the objects that install Flux, with images by digest in `registry`, in an order in which they can be
/// applied: namespaces and definitions first, workloads last.
///
/// Variables are not substituted at bootstrap, so `registry` is the actual value.
pub fn flux_objects(lock: &Lock, upstream: &Upstream, registry: &str) -> Result<Vec<Value>> {
    let mut objects = upstream.objects(&Images::new(lock), NAME, registry)?;
    objects.sort_by_key(rank);
    Ok(objects)
}

/// Returns the images of these objects: every cluster needs them, and no file of an artifact refers to them.
pub fn flux_images(objects: &[Value], registry: &str) -> BTreeSet<(String, Digest)> {
    objects.iter().flat_map(|object| pinned(&object.to_string(), registry)).collect()
}

fn rank(object: &Value) -> u8 {
    match object["kind"].as_str().unwrap_or_default() {
        "Namespace" => 0,
        "CustomResourceDefinition" => 1,
        "ServiceAccount" | "ClusterRole" | "Role" => 2,
        "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => 4,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::pin_images::tests::lock, *};

    #[test]
    fn namespaces_and_definitions_are_first() {
        let object = |kind: &str, rest: &str| {
            format!("---\napiVersion: v1\nkind: {kind}\nmetadata: {{name: n}}\n{rest}")
        };
        let text = [
            object("Deployment", "spec: {image: 'ghcr.io/fluxcd/source-controller:v1.9.3'}\n"),
            object("Service", "a: 1\n"),
            object("CustomResourceDefinition", "a: 2\n"),
            object("Service", "a: 3\n"),
            object("Namespace", ""),
        ]
        .concat();
        let lock = lock(&[("source-controller", Some("ghcr.io/fluxcd/source-controller:v1.9.3"))]);
        let objects = flux_objects(&lock, &Upstream::from_texts([("flux", text)]), "registry:5000").unwrap();
        let kinds: Vec<&str> = objects.iter().map(|object| object["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["Namespace", "CustomResourceDefinition", "Service", "Service", "Deployment"]);
        assert_eq!(objects[2]["a"], 1);
        assert_eq!(objects[3]["a"], 3);
        assert_eq!(objects[4]["spec"]["image"], format!("registry:5000/source-controller@sha256:{:064x}", 1));
        let image = ("source-controller".to_owned(), format!("sha256:{:064x}", 1).parse().unwrap());
        assert_eq!(flux_images(&objects, "registry:5000"), BTreeSet::from([image]));
    }

    #[test]
    fn a_supply_without_flux_is_refused() {
        let failure = flux_objects(&lock(&[]), &Upstream::default(), "r").unwrap_err();
        assert_eq!(failure.message, "the supply has no manifests of flux");
    }
}

//! Flux's own objects, for the one time that something else than Flux has to apply them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Upstream, contents::pinned, image::Images};
use crate::{base::failure::Result, images::Lock};

/// The name of Flux's manifests in the lock.
pub(super) const NAME: &str = "flux";

/// The objects that install Flux, images by digest below `registry`, in an order in which they can be applied:
/// namespaces and definitions first, workloads last.
///
/// Nothing substitutes variables at bootstrap, so `registry` is the value itself.
pub fn flux_objects(lock: &Lock, upstream: &Upstream, registry: &str) -> Result<Vec<Value>> {
    let mut objects = upstream.objects(&Images::new(lock), NAME, registry)?;
    objects.sort_by_key(rank);
    Ok(objects)
}

/// The images that these objects name: every cluster needs them, and no file of an artifact names them.
pub fn flux_images(objects: &[Value], registry: &str) -> BTreeSet<(String, String)> {
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
    use super::{super::image::tests::lock, *};

    #[test]
    fn flux_comes_in_an_order_that_can_be_applied() {
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
        assert_eq!((&objects[2]["a"], &objects[3]["a"]), (&Value::from(1), &Value::from(3)));
        assert_eq!(objects[4]["spec"]["image"], format!("registry:5000/source-controller@sha256:{:064x}", 1));
        let image = ("source-controller".to_owned(), format!("sha256:{:064x}", 1));
        assert_eq!(flux_images(&objects, "registry:5000"), BTreeSet::from([image]));
    }

    #[test]
    fn a_supply_without_flux_is_refused() {
        let failure = flux_objects(&lock(&[]), &Upstream::default(), "r").unwrap_err();
        assert_eq!(failure.message, "the supply made no manifests of flux");
    }
}

//! The input of Flux, and what differs from it in a cluster.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{objects, state::ROOT};
use crate::base::{
    digest::Digest,
    failure::Result,
    k8s::{Client, flux, resource},
};

/// The input of Flux.
#[derive(Clone, Copy)]
pub struct BootstrapInput<'a> {
    /// Flux's own objects, with images of the local registry.
    pub flux: &'a [Value],
    /// The data of the ConfigMap `environment`.
    pub variables: &'a BTreeMap<String, String>,
    /// The age key of the environment's secrets.
    pub age_key: &'a [u8],
    /// The registry's address in the cluster, for example `seasense-registry:5000`.
    pub registry: &'a str,
    /// The artifact's digest.
    pub digest: &'a Digest,
    /// Whether seasense created the cluster. In other clusters the network and DNS components are unknown.
    pub is_local: bool,
}

/// What differed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BootstrapDiff {
    /// Whether Flux pointed at another artifact, or at none.
    pub artifact: bool,
    /// Whether the variables or the key differed. Ready Kustomizations are then ready with the old ones.
    pub settings: bool,
}

pub(super) async fn differences(client: &Client, input: &BootstrapInput<'_>) -> Result<BootstrapDiff> {
    let (settings, key, source) = tokio::try_join!(
        client.get(&resource::CONFIG_MAP, Some(flux::NAMESPACE), objects::ENVIRONMENT),
        client.secret(flux::NAMESPACE, objects::AGE_SECRET, objects::AGE_FILE),
        client.get(&resource::OCI_REPOSITORY, Some(flux::NAMESPACE), ROOT),
    )?;
    let same = |object: Option<Value>, expected: &Value, at: &str| {
        object.as_ref().and_then(|object| object.pointer(at)) == expected.pointer(at)
    };
    let same_settings = same(settings, &objects::environment(input.variables), "/data");
    let expected = objects::source(input.registry, input.digest);
    Ok(BootstrapDiff {
        artifact: !same(source, &expected, "/spec/ref/digest"),
        settings: !same_settings || key.as_deref() != Some(input.age_key),
    })
}

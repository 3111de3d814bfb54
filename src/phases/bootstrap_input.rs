//! The input of Flux, and what differs from it in a cluster.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{objects, tree::ROOT};
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

/// What differs in a cluster from the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BootstrapDiff {
    /// Whether Flux points at another artifact, or at none.
    pub artifact: bool,
    /// Whether the variables or the key differ. Ready Kustomizations are then ready with the old ones.
    pub settings: bool,
}

/// Compares Flux's settings and source in the cluster with `input`.
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::{digest::digest, k8s::fake::FakeApi};

    #[tokio::test]
    async fn artifact_and_settings_are_compared_separately() {
        let input = BootstrapInput {
            flux: &[],
            variables: &BTreeMap::from([("ENVIRONMENT".to_owned(), "local".to_owned())]),
            age_key: b"AGE-SECRET-KEY-1",
            registry: "seasense-registry:5000",
            digest: &digest('a'),
            is_local: true,
        };
        let api = FakeApi::default();
        let found = differences(&api.client(), &input).await.unwrap();
        assert_eq!(found, BootstrapDiff { artifact: true, settings: true });
        api.serve(
            "/api/v1/namespaces/flux-system/configmaps/environment",
            json!({"metadata": {"uid": "x"}, "data": {"ENVIRONMENT": "local"}}),
        )
        .serve(
            "/api/v1/namespaces/flux-system/secrets/sops-age",
            json!({"data": {"age.agekey": "QUdFLVNFQ1JFVC1LRVktMQ=="}}),
        );
        let found = differences(&api.client(), &input).await.unwrap();
        assert_eq!(found, BootstrapDiff { artifact: true, settings: false });
    }
}

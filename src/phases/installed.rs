//! Compares Flux in a cluster with the input of an environment. Changes nothing.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{
    bootstrap_input::{self, BootstrapInput},
    follow, objects, state,
    tree::ROOT,
};
use crate::base::{
    digest::Digest,
    failure::Result,
    k8s::{Client, flux::NAMESPACE, object, resource},
};

/// The image of a controller in its Deployment.
const IMAGE: &str = "/spec/template/spec/containers/0/image";

/// Flux in a cluster, compared with a [`BootstrapInput`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installed {
    /// Whether Flux, its source and its root Kustomization are those of the input.
    pub flux: bool,
    /// The digest that Flux follows.
    pub digest: Option<Digest>,
    /// Whether the variables and the age key are those of the input.
    pub settings: bool,
    /// Whether every phase is ready at that digest.
    pub ready: bool,
}

/// Compares Flux in the cluster with `input`.
pub async fn installed(client: &Client, input: &BootstrapInput<'_>) -> Result<Installed> {
    Box::pin(compare(client, input)).await
}

async fn compare(client: &Client, input: &BootstrapInput<'_>) -> Result<Installed> {
    let (record, source, root, difference, found) = tokio::try_join!(
        client.get(&resource::CONFIG_MAP, Some(NAMESPACE), objects::INSTALLED),
        client.get(&resource::OCI_REPOSITORY, Some(NAMESPACE), ROOT),
        client.get(&resource::KUSTOMIZATION, Some(NAMESPACE), ROOT),
        bootstrap_input::differences(client, input),
        follow::kustomizations(client),
    )?;
    let text = |object: &Option<Value>, pointer: &str| {
        object.as_ref().and_then(|object| object::text(object, pointer)).map(str::to_owned)
    };
    let recorded = text(&record, "/data/manifests") == Some(checksum(input));
    let url = objects::source(input.registry, input.digest);
    let same_url = text(&source, "/spec/url").as_deref() == object::text(&url, "/spec/url");
    let digest: Option<Digest> = text(&source, "/spec/ref/digest").and_then(|text| text.parse().ok());
    Ok(Installed {
        flux: recorded && same_url && root.is_some() && controllers_run(client, input).await?,
        ready: digest.as_ref().is_some_and(|digest| state::all_ready(&found, digest)),
        digest,
        settings: !difference.settings,
    })
}

/// The checksum of everything that Flux is installed from.
pub(super) fn checksum(input: &BootstrapInput<'_>) -> String {
    let mut hash = Sha256::new();
    for object in input.flux.iter().chain([&objects::root()]) {
        hash.update(object.to_string());
        hash.update("\n");
    }
    hex::encode(hash.finalize())
}

/// Whether every Deployment of Flux exists with its image. The record remains if a user changes or deletes one.
async fn controllers_run(client: &Client, input: &BootstrapInput<'_>) -> Result<bool> {
    for controller in input.flux.iter().filter(|object| !objects::is_early(object)) {
        let name = object::name(controller);
        let found = client.get(&resource::DEPLOYMENT, Some(NAMESPACE), name).await?;
        if found.is_none_or(|found| found.pointer(IMAGE) != controller.pointer(IMAGE)) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::base::{digest::digest, k8s::fake::FakeApi};

    #[tokio::test]
    async fn changed_manifests_or_missing_controllers_are_not_current() {
        let flux = [json!({"kind": "Deployment", "metadata": {"name": "source-controller"}})];
        let input = BootstrapInput {
            flux: &flux,
            variables: &BTreeMap::new(),
            age_key: b"KEY",
            registry: "seasense-registry:5000",
            digest: &digest('a'),
            is_local: true,
        };
        let api = FakeApi::default();
        assert_eq!(installed(&api.client(), &input).await, Ok(Installed::default()));
        let at = |path: &str| format!("{path}/namespaces/flux-system");
        api.serve(&(at("/api/v1") + "/configmaps/seasense-flux"), objects::installed(&checksum(&input)))
            .serve(
                &(at("/apis/source.toolkit.fluxcd.io/v1") + "/ocirepositories/platform"),
                objects::source(input.registry, input.digest),
            )
            .serve(
                &(at("/apis/kustomize.toolkit.fluxcd.io/v1") + "/kustomizations/platform"),
                objects::root(),
            );
        assert!(!installed(&api.client(), &input).await.unwrap().flux, "the controller does not exist");
        api.serve(&(at("/apis/apps/v1") + "/deployments/source-controller"), flux[0].clone());
        let found = installed(&api.client(), &input).await.unwrap();
        assert!(found.flux);
        assert_eq!(found.digest, Some(digest('a')));
        assert!(!found.settings && !found.ready);
        let newer = BootstrapInput { flux: &[], ..input };
        assert!(!installed(&api.client(), &newer).await.unwrap().flux);
    }
}

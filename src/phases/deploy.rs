//! Deploys an existing artifact to a cluster. Installs Flux only if it is absent. Can be repeated.

use serde_json::Value;

use super::{
    bootstrap,
    bootstrap_input::{self, BootstrapInput},
    follow, objects,
};
use crate::{
    base::{
        event::{Events, Step},
        failure::{Failure, Kind, Result},
        k8s::{Client, flux, resource},
    },
    phases::canary,
};

/// The Flux controllers that the platform needs.
const CONTROLLERS: [&str; 2] = ["source-controller", "kustomize-controller"];

/// The input of a deployment.
#[derive(Clone, Copy)]
pub struct DeployInput<'a> {
    /// The input of Flux. Its key is ignored.
    pub input: BootstrapInput<'a>,
    /// The age key of the environment's secrets; `None` keeps the cluster's key.
    pub age_key: Option<&'a [u8]>,
}

/// Points Flux at the artifact and requests a reconciliation. `request` must differ from the last one, for
/// example the time.
///
/// Fails with kind `Environment` if neither the input nor the cluster has a key.
pub async fn deploy(client: &Client, input: DeployInput<'_>, request: &str, events: &Events) -> Result<()> {
    let existing = client.secret(flux::NAMESPACE, objects::AGE_SECRET, objects::AGE_FILE).await?;
    let Some(age_key) = input.age_key.or(existing.as_deref()) else {
        return Err(no_key(input.input.variables));
    };
    let input = BootstrapInput { age_key, ..input.input };
    if !runs_flux(client).await? {
        return bootstrap::bootstrap(client, &input, events).await;
    }
    let step = Step::start(events, "phases.deploy", "Point Flux at the artifact");
    let diff = bootstrap_input::differences(client, &input).await?;
    bootstrap::apply_all(client, objects_of(&input)).await?;
    // A deployment ends the traffic share of a canary.
    canary::reset_weight(client, request).await?;
    if diff.settings {
        follow::request_reconcile_all(client, request).await?;
    } else {
        follow::request_reconcile(client, request).await?;
    }
    if diff.artifact || diff.settings {
        step.done(input.digest.to_string());
    } else {
        step.unchanged("Flux already points at it");
    }
    Ok(())
}

/// Returns what seasense applies in addition to Flux. Applying equal objects changes nothing.
fn objects_of(input: &BootstrapInput<'_>) -> Vec<Value> {
    vec![
        objects::environment(input.variables),
        objects::age_key(input.age_key),
        objects::source(input.registry, input.digest),
        objects::root(),
    ]
}

async fn runs_flux(client: &Client) -> Result<bool> {
    for name in CONTROLLERS {
        if client.get(&resource::DEPLOYMENT, Some(flux::NAMESPACE), name).await?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn no_key(variables: &std::collections::BTreeMap<String, String>) -> Failure {
    let name = variables.get("ENVIRONMENT").map_or("the environment", String::as_str);
    Failure::new(Kind::Environment, format!("the cluster of `{name}` has no age key for its secrets"))
        .because("no key was deployed before, and `SEASENSE_AGE_KEY_FILE` is not set")
        .hint("set it to the file with the environment's age key; see docs/secrets.md")
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use serde_json::json;

    use super::*;
    use crate::base::{digest::digest, event::Silent, k8s::fake::FakeApi};

    fn serving() -> FakeApi {
        let api = FakeApi::default();
        api.serve_bootstrap_kinds()
            .serve_list(
                "/api/v1/nodes",
                &[json!({"metadata": {"name": "n"},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]}})],
            )
            .serve_list("/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations", &[]);
        api
    }

    fn with_flux(api: &FakeApi) {
        for name in CONTROLLERS {
            let path = format!("/apis/apps/v1/namespaces/flux-system/deployments/{name}");
            api.serve(&path, json!({"metadata": {"name": name, "uid": "x"}}));
        }
    }

    async fn run(api: &FakeApi, age_key: Option<&[u8]>) -> Result<()> {
        let variables = BTreeMap::from([("ENVIRONMENT".to_owned(), "staging".to_owned())]);
        let flux = [json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "source-controller", "namespace": "flux-system"}})];
        let input = BootstrapInput {
            flux: &flux,
            variables: &variables,
            age_key: &[],
            registry: "rg.fr-par.scw.cloud/seasense",
            digest: &digest('a'),
            is_local: false,
        };
        deploy(&api.client(), DeployInput { input, age_key }, "now", &(Arc::new(Silent) as Events)).await
    }

    fn written(api: &FakeApi) -> Vec<String> {
        let lines = api.requests().into_iter().map(|request| request.line);
        lines.filter(|line| !line.starts_with("GET ")).collect()
    }

    #[tokio::test]
    async fn flux_is_installed_only_if_it_is_absent() {
        let api = serving();
        run(&api, Some(b"KEY")).await.unwrap();
        assert!(written(&api).iter().any(|line| line.contains("/deployments/source-controller")));
        let api = serving();
        with_flux(&api);
        for _ in 0..10 {
            run(&api, Some(b"KEY")).await.unwrap();
        }
        let lines = written(&api);
        assert!(!lines.iter().any(|line| line.contains("/deployments/")), "{lines:?}");
        assert!(lines.iter().any(|line| line.contains("/ocirepositories/platform")), "{lines:?}");
    }

    #[tokio::test]
    async fn the_cluster_keeps_its_key_and_must_have_one() {
        let api = serving();
        with_flux(&api);
        let failure = run(&api, None).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Environment);
        assert_eq!(written(&api), [""; 0]);
        assert!(failure.message.contains("`staging` has no age key"), "{failure:?}");
        api.serve(
            "/api/v1/namespaces/flux-system/secrets/sops-age",
            json!({"metadata": {"uid": "x"}, "data": {"age.agekey": "S0VZ"}}),
        );
        assert!(run(&api, None).await.is_ok());
    }
}

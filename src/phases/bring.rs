//! Brings a cluster, whoever made it, to an artifact that was made before. Flux is installed only where it is absent;
//! where it runs, it is told what differs. The same call ten times gives the same result.

use serde_json::Value;

use super::{
    bootstrap::{self, BootstrapDiff, BootstrapInput},
    follow, objects,
};
use crate::base::{
    event::{Events, Step},
    failure::{Failure, Kind, Result},
    k8s::{Client, flux, resource},
};
use crate::phases::canary;

/// Flux's controllers that the platform needs.
const CONTROLLERS: [&str; 2] = ["source-controller", "kustomize-controller"];

/// The same as for a cluster of this machine, with a key only where one was given.
#[derive(Clone, Copy)]
pub struct Bring<'a> {
    /// What Flux needs; its key does not count.
    pub input: BootstrapInput<'a>,
    /// The age key that opens the environment's secrets; without one, the cluster keeps the one that it has.
    pub age_key: Option<&'a [u8]>,
}

/// Hands the artifact over and asks Flux to look at once. `request` must differ from the last one, the time for example.
///
/// Tells what was different before. Fails with kind `Environment` where no key was given and the cluster has none.
pub async fn bring(
    client: &Client,
    what: Bring<'_>,
    request: &str,
    events: &Events,
) -> Result<BootstrapDiff> {
    let kept = client.secret(flux::NAMESPACE, objects::AGE_SECRET, objects::AGE_FILE).await?;
    let Some(age_key) = what.age_key.or(kept.as_deref()) else { return Err(keyless(what.input.variables)) };
    let input = BootstrapInput { age_key, ..what.input };
    if !runs_flux(client).await? {
        return bootstrap::bootstrap(client, &input, events).await;
    }
    let step = Step::start(events, "phases.bring", "Hand the artifact to Flux");
    let handed = bootstrap::differences(client, &input).await?;
    bootstrap::apply_all(client, handed_over(&input)).await?;
    // A whole artifact shares with none.
    canary::forget(client, request).await?;
    if handed.settings {
        follow::request_reconcile_all(client, request).await?;
    } else {
        follow::request_reconcile(client, request).await?;
    }
    if handed.artifact || handed.settings {
        step.done(input.digest);
    } else {
        step.unchanged("Flux knows it");
    }
    Ok(handed)
}

/// What seasense itself applies beside Flux, whether or not it differs: a server-side apply of the same changes nothing.
fn handed_over(input: &BootstrapInput<'_>) -> Vec<Value> {
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

fn keyless(variables: &std::collections::BTreeMap<String, String>) -> Failure {
    let name = variables.get("ENVIRONMENT").map_or("the environment", String::as_str);
    Failure::new(Kind::Environment, format!("the cluster of `{name}` has no key for its secrets"))
        .because("it was given none before, and `SEASENSE_AGE_KEY_FILE` names none now")
        .hint("set it to the file with the environment's age key; docs/secrets.md tells how one is made")
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use serde_json::json;

    use super::*;
    use crate::base::{event::Silent, k8s::fake::FakeApi};

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

    async fn run(api: &FakeApi, age_key: Option<&[u8]>) -> Result<BootstrapDiff> {
        let variables = BTreeMap::from([("ENVIRONMENT".to_owned(), "staging".to_owned())]);
        let flux = [json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "source-controller", "namespace": "flux-system"}})];
        let input = BootstrapInput {
            flux: &flux,
            variables: &variables,
            age_key: &[],
            registry: "rg.fr-par.scw.cloud/seasense",
            digest: "sha256:aa",
            made_here: false,
        };
        bring(&api.client(), Bring { input, age_key }, "now", &(Arc::new(Silent) as Events)).await
    }

    fn written(api: &FakeApi) -> Vec<String> {
        let lines = api.requests().into_iter().map(|asked| asked.line);
        lines.filter(|line| !line.starts_with("GET ")).collect()
    }

    #[tokio::test]
    async fn flux_is_installed_where_it_is_absent_and_never_where_it_runs() {
        let api = serving();
        assert_eq!(run(&api, Some(b"KEY")).await.unwrap(), BootstrapDiff { artifact: true, settings: true });
        assert!(written(&api).iter().any(|line| line.contains("/deployments/source-controller")));
        let api = serving();
        with_flux(&api);
        for _ in 0..10 {
            assert!(run(&api, Some(b"KEY")).await.unwrap().artifact);
        }
        let lines = written(&api);
        assert!(!lines.iter().any(|line| line.contains("/deployments/")), "{lines:?}");
        assert!(lines.iter().any(|line| line.contains("/ocirepositories/platform")), "{lines:?}");
    }

    #[tokio::test]
    async fn a_cluster_keeps_the_key_that_it_was_given_before_and_one_without_is_refused() {
        let api = serving();
        with_flux(&api);
        let failure = run(&api, None).await.unwrap_err();
        assert_eq!((failure.kind, written(&api).len()), (Kind::Environment, 0));
        assert!(failure.message.contains("`staging` has no key"), "{failure:?}");
        api.serve(
            "/api/v1/namespaces/flux-system/secrets/sops-age",
            json!({"metadata": {"uid": "x"}, "data": {"age.agekey": "S0VZ"}}),
        );
        assert!(run(&api, None).await.is_ok());
    }
}

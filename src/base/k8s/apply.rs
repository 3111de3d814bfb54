//! Server-side apply, with one field manager.

use http::Request;
use kube::{
    api::{DeleteParams, Patch, PatchParams, Preconditions},
    core::Request as Requests,
};
use serde_json::{Value, json};

use super::{Client, Resource, client::failure, identity::is_other, object};
use crate::base::{
    failure::{Context, Failure, Kind, Result},
    wait::{Deadline, Observation, PAUSE, wait},
};

/// The field manager of seasense.
const FIELD_MANAGER: &str = "seasense";

impl Client {
    /// Applies `object`, forces ownership of its fields, and returns the resulting object.
    ///
    /// Fails if its kind is not served.
    pub async fn apply(&self, object: &Value) -> Result<Value> {
        let title = title(object);
        let resource = self.resource_of(object).await?.ok_or_else(|| {
            Failure::new(Kind::Cluster, format!("apply {title}"))
                .because("the cluster does not serve its kind")
        })?;
        self.apply_as(&resource, object).await
    }

    /// Applies `object` as soon as its kind is served, and retries while its webhook does not respond.
    pub async fn apply_when_served(&self, object: &Value, deadline: Deadline) -> Result<Value> {
        let title = title(object);
        wait(deadline, PAUSE, &format!("apply {title}"), || async {
            let Some(resource) = self.resource_of(object).await? else {
                return Ok(Observation::Pending("the cluster does not serve its kind yet".to_owned()));
            };
            match self.apply_as(&resource, object).await {
                Ok(applied) => Ok(Observation::Ready(applied)),
                Err(failure) if is_final(&failure) => Ok(Observation::Failed(failure)),
                Err(failure) => Err(failure),
            }
        })
        .await
    }

    /// Sets one annotation of an object that exists.
    pub async fn annotate(
        &self,
        resource: &Resource,
        namespace: &str,
        name: &str,
        (key, value): (&str, &str),
    ) -> Result<()> {
        let what = || format!("annotate {}", object::title(&resource.kind, namespace, name));
        let patch = Patch::Merge(json!({"metadata": {"annotations": {key: value}}}));
        let params = PatchParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..Default::default() };
        let request: Request<Vec<u8>> = Requests::new(resource.path(Some(namespace)))
            .patch(name, &params, &patch)
            .with_context(Kind::Internal, what)?;
        self.json::<Value>(request).await.map(drop).map_err(|error| failure(what(), &error))
    }

    /// Deletes `object` in the version that was read; does nothing if it has changed or is gone. Returns
    /// whether it was deleted.
    pub async fn delete(&self, resource: &Resource, object: &Value) -> Result<bool> {
        let what = || {
            format!(
                "delete {}",
                object::title(&resource.kind, object::namespace(object), object::name(object))
            )
        };
        let version = object::text(object, "/metadata/resourceVersion").map(str::to_owned);
        let preconditions = Preconditions { resource_version: version, uid: None };
        let params = DeleteParams { preconditions: Some(preconditions), ..Default::default() };
        let namespace = Some(object::namespace(object)).filter(|name| !name.is_empty());
        let request = Requests::new(resource.path(namespace))
            .delete(object::name(object), &params)
            .with_context(Kind::Internal, what)?;
        match self.json::<Value>(request).await {
            Ok(_) => Ok(true),
            Err(kube::Error::Api(status)) if matches!(status.code, 404 | 409) => Ok(false),
            Err(error) => Err(failure(what(), &error)),
        }
    }

    async fn resource_of(&self, object: &Value) -> Result<Option<Resource>> {
        let field = |pointer: &str| object::text(object, pointer).unwrap_or_default();
        self.resource(field("/apiVersion"), field("/kind")).await
    }

    async fn apply_as(&self, resource: &Resource, object: &Value) -> Result<Value> {
        let what = || format!("apply {}", title(object));
        let params = PatchParams::apply(FIELD_MANAGER).force();
        let namespace = Some(object::namespace(object)).filter(|name| !name.is_empty());
        let request = Requests::new(resource.path(namespace))
            .patch(object::name(object), &params, &Patch::Apply(object))
            .with_context(Kind::Internal, what)?;
        self.json(request).await.map_err(|error| failure(what(), &error))
    }
}

fn title(object: &Value) -> String {
    let kind = object::text(object, "/kind").unwrap_or("object");
    object::title(kind, object::namespace(object), object::name(object))
}

/// Whether a retry would fail in the same way.
fn is_final(failure: &Failure) -> bool {
    is_other(failure) || failure.causes.iter().any(|cause| is_refusal(cause))
}

/// Whether the API server rejected the object itself.
fn is_refusal(cause: &str) -> bool {
    cause.contains("is invalid")
        || cause.contains("field not declared in schema")
        || cause.contains("is forbidden")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::base::k8s::fake::FakeApi;

    fn source() -> Value {
        json!({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "OCIRepository",
            "metadata": {"name": "platform", "namespace": "flux-system"}, "spec": {}})
    }

    #[tokio::test]
    async fn apply_forces_ownership_with_its_field_manager() {
        let api = FakeApi::default();
        api.serve_kinds("source.toolkit.fluxcd.io/v1", &[("OCIRepository", "ocirepositories", true)]);
        api.client().apply(&source()).await.unwrap();
        let requests = api.requests();
        let apply = requests.last().unwrap();
        let path = "/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/ocirepositories/platform";
        assert!(apply.line.starts_with(&format!("PATCH {path}?")), "{}", apply.line);
        assert!(apply.line.contains("force=true") && apply.line.contains("fieldManager=seasense"));
        assert_eq!(apply.body, source());
    }

    #[tokio::test]
    async fn unknown_kind_is_retried_until_it_is_served() {
        let api = FakeApi::default();
        let client = api.client();
        assert!(client.apply(&source()).await.is_err());
        let late = async {
            tokio::task::yield_now().await;
            api.serve_kinds("source.toolkit.fluxcd.io/v1", &[("OCIRepository", "ocirepositories", true)]);
        };
        let object = source();
        let apply = client.apply_when_served(&object, Deadline::after(Duration::from_secs(5)));
        let (applied, ()) = tokio::join!(apply, late);
        assert_eq!(applied, Ok(source()));
    }

    #[tokio::test]
    async fn only_the_version_that_was_read_is_deleted() {
        let api = FakeApi::default();
        let object = json!({"metadata": {"name": "x", "namespace": "n", "resourceVersion": "7"}});
        api.serve("/apis/coordination.k8s.io/v1/namespaces/n/leases/x", object.clone());
        assert_eq!(api.client().delete(&crate::base::k8s::resource::LEASE, &object).await, Ok(true));
        let requests = api.requests();
        let deleted = requests.iter().find(|request| request.line.starts_with("DELETE ")).unwrap();
        assert_eq!(deleted.body["preconditions"], json!({"resourceVersion": "7"}));
        let gone = json!({"metadata": {"name": "y", "namespace": "n"}});
        assert_eq!(api.client().delete(&crate::base::k8s::resource::LEASE, &gone).await, Ok(false));
    }

    #[test]
    fn rejection_differs_from_an_unavailable_webhook() {
        assert!(is_refusal("Deployment.apps \"x\" is invalid: spec.selector: field is immutable"));
        assert!(!is_refusal("failed calling webhook \"x\": connect: connection refused"));
    }
}

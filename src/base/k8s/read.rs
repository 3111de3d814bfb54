//! Gets and lists objects.

use kube::{
    api::{GetParams, ListParams},
    core::Request as Requests,
};
use serde_json::Value;

use super::{
    Client, Resource,
    client::{failure, is_absent},
    object,
};
use crate::base::failure::{Context, Failure, Kind, Result};

/// Selects objects of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    /// A label selector, for example `app=backend`; empty for all.
    pub labels: String,
    /// A field selector, for example `involvedObject.name=x`; empty for all.
    pub fields: String,
}

impl Selector {
    /// All objects.
    pub fn all() -> Self {
        Self::default()
    }

    /// Objects with these labels.
    pub fn labels(labels: impl Into<String>) -> Self {
        Self { labels: labels.into(), fields: String::new() }
    }

    /// Objects with these fields.
    pub fn fields(fields: impl Into<String>) -> Self {
        Self { labels: String::new(), fields: fields.into() }
    }
}

impl Client {
    /// Returns the object `name`, if it exists and its kind is served.
    pub async fn get(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Option<Value>> {
        let what = || format!("read {}", object::title(&resource.kind, namespace.unwrap_or_default(), name));
        let request = Requests::new(resource.path(namespace))
            .get(name, &GetParams::default())
            .with_context(Kind::Internal, what)?;
        match self.json(request).await {
            Ok(object) => Ok(Some(object)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(failure(what(), &error)),
        }
    }

    /// Returns the objects of a kind in `namespace`, or in all namespaces, by name; empty if the kind is not
    /// served.
    pub async fn list(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        selector: &Selector,
    ) -> Result<Vec<Value>> {
        let what = || format!("list the {}", resource.plural);
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let params = ListParams {
            label_selector: some(&selector.labels),
            field_selector: some(&selector.fields),
            ..Default::default()
        };
        let request =
            Requests::new(resource.path(namespace)).list(&params).with_context(Kind::Internal, what)?;
        let mut answer: Value = match self.json(request).await {
            Ok(answer) => answer,
            Err(error) if is_absent(&error) => return Ok(Vec::new()),
            Err(error) => return Err(failure(what(), &error)),
        };
        match answer.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => Ok(items),
            _ => Err(Failure::new(Kind::Cluster, what()).because("the response contains no items")),
        }
    }

    /// Returns one decoded value of a Secret; `None` if the Secret or the key does not exist.
    pub async fn secret(&self, namespace: &str, name: &str, key: &str) -> Result<Option<Vec<u8>>> {
        let Some(secret) = self.get(&super::resource::SECRET, Some(namespace), name).await? else {
            return Ok(None);
        };
        let value = secret.get("data").and_then(|data| data.get(key)).cloned();
        value
            .map(serde_json::from_value::<k8s_openapi::ByteString>)
            .transpose()
            .map(|bytes| bytes.map(|bytes| bytes.0))
            .with_context(Kind::Cluster, || format!("decode `{key}` of Secret {namespace}/{name}"))
    }
}

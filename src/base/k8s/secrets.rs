//! Every value of every Secret, for whoever must keep them out of something.

use serde_json::Value;

use super::{Client, Selector, resource};
use crate::base::failure::Result;

/// One value of a Secret. It has no `Debug` form, so that it enters no message by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue {
    /// Its key in the Secret.
    pub key: String,
    /// The value, decoded.
    pub bytes: Vec<u8>,
}

impl Client {
    /// Every value of every Secret of all namespaces.
    pub async fn secret_values(&self) -> Result<Vec<SecretValue>> {
        let secrets = self.list(&resource::SECRET, None, &Selector::all()).await?;
        Ok(secrets.iter().flat_map(values).collect())
    }
}

fn values(secret: &Value) -> impl Iterator<Item = SecretValue> {
    let data = secret.get("data").and_then(Value::as_object);
    data.into_iter().flatten().filter_map(|(key, value)| {
        let bytes = serde_json::from_value::<k8s_openapi::ByteString>(value.clone()).ok()?.0;
        Some(SecretValue { key: key.clone(), bytes })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::base::k8s::fake::FakeApi;

    #[tokio::test]
    async fn values_of_all_namespaces_are_decoded() {
        let api = FakeApi::default();
        let secrets = [json!({"data": {"password": "aHVudGVyMg==", "empty": ""}}), json!({"type": "Opaque"})];
        api.serve_list("/api/v1/secrets", &secrets);
        let values = api.client().secret_values().await.unwrap();
        let told: Vec<(&str, &[u8])> =
            values.iter().map(|value| (value.key.as_str(), value.bytes.as_slice())).collect();
        assert_eq!(told, [("password", &b"hunter2"[..]), ("empty", b"")]);
    }
}

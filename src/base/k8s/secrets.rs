//! Reads every value of every Secret, for the removal of secrets from output.

use serde_json::Value;

use super::{Client, Selector, resource};
use crate::base::failure::Result;

/// One value of a Secret. It does not implement `Debug`, so that it cannot reach a message by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue {
    /// Its key in the Secret.
    pub key: String,
    /// The value, decoded.
    pub bytes: Vec<u8>,
}

impl Client {
    /// Returns every value of every Secret of all namespaces.
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
        let found: Vec<(&str, &[u8])> =
            values.iter().map(|value| (value.key.as_str(), value.bytes.as_slice())).collect();
        assert_eq!(found, [("password", &b"hunter2"[..]), ("empty", b"")]);
    }
}

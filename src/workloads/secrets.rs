//! Reads the Secrets that clients need: the certificate authority and the enrolment key of the buoys.

use crate::base::{failure::Result, k8s::Client};

/// The certificate of the local authority that signed the gateway's certificate, PEM; `None` until it exists.
///
/// It is in the Secret of the gateway's certificate and changes together with it. The authority's own Secret
/// may be newer: a renewed authority signs only certificates that are issued afterwards.
pub async fn authority(client: &Client) -> Result<Option<Vec<u8>>> {
    let found = client.secret("envoy-gateway-system", "seasense-tls", "ca.crt").await?;
    Ok(found.filter(|pem| !pem.is_empty()))
}

/// The key that the tokens of the buoys are derived from; `None` until it is applied.
pub async fn enrolment_key(client: &Client) -> Result<Option<Vec<u8>>> {
    client.secret("seasense", "fleet-enrolment", "key").await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::k8s::fake::FakeApi;

    #[tokio::test]
    async fn secrets_are_decoded_and_may_be_absent() {
        let api = FakeApi::default();
        api.serve(
            "/api/v1/namespaces/envoy-gateway-system/secrets/seasense-tls",
            json!({"data": {"ca.crt": "UEVN"}}),
        );
        let client = api.client();
        assert_eq!(authority(&client).await, Ok(Some(b"PEM".to_vec())));
        assert_eq!(enrolment_key(&client).await, Ok(None));
    }
}

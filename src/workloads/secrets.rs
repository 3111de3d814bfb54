//! What the outside needs from the cluster's Secrets: whom to trust, and what buoys prove themselves with.

use crate::{failure::Result, k8s::Client};

/// The certificate of the local authority that signs the gateway's certificate, PEM; `None` until it is made.
pub async fn authority(client: &Client) -> Result<Option<Vec<u8>>> {
    client.secret("cert-manager", "seasense-ca", "tls.crt").await
}

/// The key that the buoys' tokens are derived from; `None` until it is applied.
pub async fn enrolment_key(client: &Client) -> Result<Option<Vec<u8>>> {
    client.secret("seasense", "fleet-enrolment", "key").await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::k8s::fake::FakeApi;

    #[tokio::test]
    async fn secrets_are_decoded_and_may_be_absent() {
        let api = FakeApi::default();
        api.serve(
            "/api/v1/namespaces/cert-manager/secrets/seasense-ca",
            json!({"data": {"tls.crt": "UEVN"}}),
        );
        let client = api.client();
        assert_eq!(authority(&client).await, Ok(Some(b"PEM".to_vec())));
        assert_eq!(enrolment_key(&client).await, Ok(None));
    }
}

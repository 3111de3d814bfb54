//! The backend of OpenTofu's state: a locked bucket, or a file for rehearsals.

use std::path::Path;

use serde_json::{Value, json};

use crate::config::{CloudKeys, Infrastructure};

/// Where the state is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// In a bucket at Scaleway, locked by conditional writes and encrypted; for real environments.
    Bucket,
    /// In the private directory of this machine; for tests and rehearsals.
    File,
}

/// The name of the state bucket. Bucket names are global for all customers, so it includes the project's ID.
pub fn bucket(infrastructure: &Infrastructure, credentials: &CloudKeys) -> String {
    format!("{}-state-{}", infrastructure.name(), short(&credentials.project))
}

/// The name of the backup bucket, as the module `storage` creates it.
pub fn backups(infrastructure: &Infrastructure, credentials: &CloudKeys) -> String {
    format!("{}-backups-{}", infrastructure.name(), short(&credentials.project))
}

fn short(project: &str) -> &str {
    project.get(..8).unwrap_or(project)
}

/// The S3 endpoint of `region`.
pub fn endpoint(region: &str) -> String {
    format!("https://s3.{region}.scw.cloud")
}

/// The backend as `backend.tf.json`.
pub fn backend(
    state: State,
    infrastructure: &Infrastructure,
    credentials: &CloudKeys,
    folder: &Path,
) -> Value {
    let backend = match state {
        State::File => json!({"local": {"path": folder.join("terraform.tfstate")}}),
        State::Bucket => json!({"s3": {
            "bucket": bucket(infrastructure, credentials),
            "key": "seasense.tfstate",
            "region": infrastructure.region,
            "endpoints": {"s3": endpoint(&infrastructure.region)},
            // Two runs at once would corrupt the state: the second one finds the lock object and waits.
            "use_lockfile": true,
            // Scaleway has no AWS accounts, no AWS list of regions and no AWS metadata service.
            "skip_credentials_validation": true,
            "skip_metadata_api_check": true,
            "skip_region_validation": true,
            "skip_requesting_account_id": true,
            "skip_s3_checksum": true,
        }}),
    };
    json!({"terraform": {"backend": backend}})
}

/// The `import` block that adopts an existing state bucket into its root module, as `adopted.tf.json`: the
/// bucket cannot store its own state.
pub fn adopted(infrastructure: &Infrastructure, credentials: &CloudKeys) -> Value {
    let id = format!("{}/{}", infrastructure.region, bucket(infrastructure, credentials));
    json!({"import": [{"to": "scaleway_object_bucket.state", "id": id}]})
}

/// The settings of OpenTofu's encryption for `TF_ENCRYPTION`: the state contains the cluster's token.
pub fn encryption(passphrase: &str) -> String {
    json!({
        "key_provider": {"pbkdf2": {"seasense": {"passphrase": passphrase}}},
        "method": {"aes_gcm": {"seasense": {"keys": "${key_provider.pbkdf2.seasense}"}}},
        "state": {"method": "method.aes_gcm.seasense", "enforced": true},
        "plan": {"method": "method.aes_gcm.seasense", "enforced": true},
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::workspace::tests::{credentials, infrastructure};

    #[test]
    fn bucket_state_is_locked_and_regional() {
        let rendered = backend(State::Bucket, &infrastructure(), &credentials(), Path::new("/x"));
        let s3 = &rendered["terraform"]["backend"]["s3"];
        assert_eq!(s3["use_lockfile"], true);
        assert_eq!(s3["bucket"], "seasense-staging-state-11111111");
        assert_eq!(s3["endpoints"]["s3"], "https://s3.fr-par.scw.cloud");
    }

    #[test]
    fn file_state_is_in_the_private_directory() {
        let rendered = backend(State::File, &infrastructure(), &credentials(), Path::new("/private"));
        assert_eq!(rendered["terraform"]["backend"]["local"]["path"], "/private/terraform.tfstate");
    }

    #[test]
    fn encryption_covers_states_and_plans() {
        let settings: Value = serde_json::from_str(&encryption("0123456789abcdef")).unwrap();
        assert_eq!(settings["state"]["enforced"], true);
        assert_eq!(settings["plan"]["enforced"], true);
    }
}

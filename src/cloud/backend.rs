//! Where OpenTofu's state is kept: locked in a bucket of its own, or in a file where an environment is only rehearsed.

use std::path::Path;

use serde_json::{Value, json};

use crate::config::{CloudKeys, Infrastructure};

/// Where the state is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// In a bucket at Scaleway, locked by conditional writes and encrypted; for everything that is meant.
    Bucket,
    /// In the private folder of this machine; for tests and rehearsals.
    File,
}

/// The name of the state's bucket: buckets have one namespace for all customers, so the project's number is part of it.
pub fn bucket(wanted: &Infrastructure, credentials: &CloudKeys) -> String {
    format!("{}-state-{}", wanted.name(), short(&credentials.project))
}

/// The name of the backups' bucket, as the module `storage` makes it.
pub fn backups(wanted: &Infrastructure, credentials: &CloudKeys) -> String {
    format!("{}-backups-{}", wanted.name(), short(&credentials.project))
}

fn short(project: &str) -> &str {
    project.get(..8).unwrap_or(project)
}

/// Where S3 requests of `region` go.
pub fn endpoint(region: &str) -> String {
    format!("https://s3.{region}.scw.cloud")
}

/// The backend as `backend.tf.json`.
pub fn backend(state: State, wanted: &Infrastructure, credentials: &CloudKeys, folder: &Path) -> Value {
    let backend = match state {
        State::File => json!({"local": {"path": folder.join("terraform.tfstate")}}),
        State::Bucket => json!({"s3": {
            "bucket": bucket(wanted, credentials),
            "key": "seasense.tfstate",
            "region": wanted.region,
            "endpoints": {"s3": endpoint(&wanted.region)},
            // Two runs at once would tear the state: the second one finds the lock's object and waits.
            "use_lockfile": true,
            // Scaleway has neither Amazon's accounts nor its list of regions nor its metadata service.
            "skip_credentials_validation": true,
            "skip_metadata_api_check": true,
            "skip_region_validation": true,
            "skip_requesting_account_id": true,
            "skip_s3_checksum": true,
        }}),
    };
    json!({"terraform": {"backend": backend}})
}

/// What takes the state's bucket that is there into its root module, as `adopted.tf.json`: the bucket cannot hold its own state.
pub fn adopted(wanted: &Infrastructure, credentials: &CloudKeys) -> Value {
    let id = format!("{}/{}", wanted.region, bucket(wanted, credentials));
    json!({"import": [{"to": "scaleway_object_bucket.state", "id": id}]})
}

/// The settings of OpenTofu's own encryption, which it reads from `TF_ENCRYPTION`: the state holds the cluster's token.
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
    use crate::cloud::workspace::tests::{credentials, wanted};

    #[test]
    fn a_state_in_a_bucket_is_locked_and_stays_in_the_region() {
        let made = backend(State::Bucket, &wanted(), &credentials(), Path::new("/x"));
        let s3 = &made["terraform"]["backend"]["s3"];
        assert_eq!(s3["use_lockfile"], true);
        assert_eq!(s3["bucket"], "seasense-staging-state-11111111");
        assert_eq!(s3["endpoints"]["s3"], "https://s3.fr-par.scw.cloud");
    }

    #[test]
    fn a_state_in_a_file_stays_in_the_private_folder() {
        let made = backend(State::File, &wanted(), &credentials(), Path::new("/private"));
        assert_eq!(made["terraform"]["backend"]["local"]["path"], "/private/terraform.tfstate");
    }

    #[test]
    fn encryption_covers_states_and_plans() {
        let settings: Value = serde_json::from_str(&encryption("0123456789abcdef")).unwrap();
        assert_eq!(settings["state"]["enforced"], true);
        assert_eq!(settings["plan"]["enforced"], true);
    }
}

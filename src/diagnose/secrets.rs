//! Reads the values to redact: those of the cluster's Secrets, the age key, and the credentials in the
//! kubeconfig.

use std::collections::BTreeSet;

use super::{Subject, redact::from_base64};
use crate::{
    base::{
        failure::Result,
        k8s::{Client, SecretValue},
    },
    local::cluster,
};

/// Keys of Secrets with values that are not secret. Redacting them would make logs unreadable.
const NAMES: [&str; 5] = ["username", "user", "dbname", "host", "port"];

/// The keys of credentials in a kubeconfig.
const CREDENTIALS: [&str; 4] = ["client-key-data:", "client-certificate-data:", "token:", "password:"];

/// The distinct values.
pub(super) type Values = BTreeSet<Vec<u8>>;

/// Returns the secret values on this machine.
pub(super) fn local(subject: Subject<'_>) -> Values {
    let mut values: Values = subject.environment.age_key(subject.project).into_iter().collect();
    let kubeconfig = cluster::kubeconfig::path(subject.dirs, &subject.environment.cluster_name());
    values.extend(of_kubeconfig(&std::fs::read_to_string(kubeconfig).unwrap_or_default()));
    values
}

/// Returns the secret values in the cluster.
pub(super) async fn of_cluster(client: &Client) -> Result<Values> {
    let is_secret = |value: &SecretValue| !NAMES.contains(&value.key.as_str());
    Ok(client.secret_values().await?.into_iter().filter(is_secret).map(|value| value.bytes).collect())
}

fn of_kubeconfig(text: &str) -> Values {
    let value = |line: &str| {
        let key = CREDENTIALS.iter().find(|key| line.starts_with(**key))?;
        Some(line[key.len()..].trim().trim_matches('"').to_owned())
    };
    let values = text.lines().filter_map(|line| value(line.trim().trim_start_matches("- ")));
    values.flat_map(|value| [from_base64(&value), Some(value.into_bytes())]).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubeconfig_credentials_are_redacted_encoded_and_decoded() {
        let values = of_kubeconfig(
            "users:\n- name: u\n  user:\n    client-key-data: UFJJVkFURQ==\n    token: \"t0ken\"\n",
        );
        assert!(values.contains(&b"PRIVATE"[..]) && values.contains(&b"UFJJVkFURQ=="[..]));
        assert!(values.contains(&b"t0ken"[..]));
    }
}

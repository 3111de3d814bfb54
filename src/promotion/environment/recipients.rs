//! The public age keys that an artifact's Secrets are encrypted for, and those of a file with private keys.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    path::Path,
};

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::{
    artifact::{REPOSITORY, inspect},
    base::{
        digest::Digest,
        failure::{Context, Kind, Result},
        oci::Descriptor,
        yaml,
    },
    registry::transfer::Endpoint,
};

/// The component with the Secrets of all environments.
const COMPONENT: &str = "secrets-";
/// Upper limit for the unpacked size of a layer.
const MAX_UNPACKED: u64 = 16 << 20;

/// Reads the recipients of each Secret of `environment` in the artifact `digest`, using `folder` for blobs.
pub async fn of_artifact(
    endpoint: &Endpoint,
    digest: &Digest,
    (environment, folder): (&str, &Path),
) -> Result<Vec<BTreeSet<String>>> {
    let what = "cannot read the artifact's secrets";
    let root = inspect::metadata(&endpoint.manifest(REPOSITORY, digest).await?)?;
    let own = root.components.iter().find(|(name, _)| name.starts_with(COMPONENT));
    let (layer, size) = match own {
        Some((_, digest)) => inspect::metadata(&endpoint.manifest(REPOSITORY, digest).await?)?.layer,
        None => root.layer,
    };
    let own = tempfile::tempdir_in(folder).context(Kind::Tool, what)?;
    let layer = Descriptor { media_type: String::new(), digest: layer, size };
    let file = endpoint.blob(REPOSITORY, &layer, own.path()).await?;
    let files = unpack(&std::fs::read(file).context(Kind::Tool, what)?).context(Kind::Tool, what)?;
    Ok(of_files(files.iter(), environment))
}

fn unpack(layer: &[u8]) -> std::io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut archive = tar::Archive::new(GzDecoder::new(layer).take(MAX_UNPACKED));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().trim_start_matches("./").to_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        files.insert(path, content);
    }
    Ok(files)
}

/// Returns the recipients of each SOPS file among `files` that belongs to the secrets of `environment`.
fn of_files<'a>(
    files: impl Iterator<Item = (&'a String, &'a Vec<u8>)>,
    environment: &str,
) -> Vec<BTreeSet<String>> {
    let folder = format!("secrets/{environment}/");
    let own = files.filter(|(path, _)| path.starts_with(&folder));
    own.flat_map(|(path, bytes)| of_file(path, &String::from_utf8_lossy(bytes))).collect()
}

fn of_file(path: &str, text: &str) -> Vec<BTreeSet<String>> {
    let documents = yaml::parse(Path::new(path), text).unwrap_or_default();
    let age =
        |document: &yaml::Document| document.value.pointer("/sops/age").and_then(Value::as_array).cloned();
    let recipients = documents
        .iter()
        .filter_map(age)
        .map(|keys| keys.iter().filter_map(|key| key["recipient"].as_str()).map(str::to_owned).collect());
    recipients.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_are_read_from_the_environment_s_own_secrets() {
        let sops = |key: &str| format!("kind: Secret\nsops:\n  age:\n    - recipient: {key}\n").into_bytes();
        let files = [
            ("secrets/staging/a.yaml".to_owned(), sops("age1a")),
            ("secrets/staging/kustomization.yaml".to_owned(), b"kind: Kustomization\n".to_vec()),
            ("secrets/local/a.yaml".to_owned(), sops("age1b")),
            ("apps/a.yaml".to_owned(), sops("age1c")),
        ];
        let found = of_files(files.iter().map(|(path, bytes)| (path, bytes)), "staging");
        assert_eq!(found, [BTreeSet::from(["age1a".to_owned()])]);
    }
}

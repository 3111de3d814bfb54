//! What is read beside a tree: which images its files name, in which version, and the settings of the infrastructure. Pure,
//! but for one folder.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use super::{Image, Platform, images::pinned};
use crate::{
    base::failure::{Failure, Kind, Location, Result},
    images::Lock,
};

/// The images that a platform's files name, with what the lock knows of them.
pub(super) fn named(platform: &Platform, lock: &Lock) -> BTreeMap<String, Image> {
    let image = |(repository, digest): (String, String)| {
        let known = lock.images.iter().find(|(_, image)| *image.digest == *digest);
        let version = known.and_then(|(_, image)| image.official.as_deref().and_then(version));
        (known.map_or(repository, |(name, _)| name.clone()), Image { digest: Some(digest), version })
    };
    pinned(platform.texts()).into_iter().map(image).collect()
}

/// The tag of an official name.
pub(super) fn version(official: &str) -> Option<String> {
    let name = official.split('@').next().unwrap_or(official);
    let last = name.rsplit('/').next()?;
    last.split_once(':').map(|(_, tag)| tag.to_owned())
}

/// The first twelve digits of a digest, which are enough for people.
pub(super) fn short(digest: &str) -> &str {
    &digest[..digest.len().min("sha256:".len() + 12)]
}

/// Where the settings of an environment's infrastructure lie.
pub(super) fn settings(environment: &str) -> String {
    format!("infra/scaleway/envs/{environment}.tfvars.json")
}

pub(super) fn json(environment: &str, bytes: &[u8]) -> Result<Value> {
    serde_json::from_slice(bytes).map_err(|error| {
        Failure::new(Kind::Environment, "the settings of the infrastructure are no JSON")
            .at(Location {
                file: settings(environment).into(),
                position: Some((error.line(), error.column())),
            })
            .caused_by(&error)
    })
}

/// The texts directly in `folder`, by name.
pub(super) fn folder(folder: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| path.is_file()) {
                texts.insert(name.to_owned(), String::from_utf8_lossy(&std::fs::read(&path)?).into_owned());
            }
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_the_tag_of_an_official_name() {
        assert_eq!(version("quay.io/jetstack/cert-manager-webhook:v1.21.2").as_deref(), Some("v1.21.2"));
        assert_eq!(version("localhost:5000/a@sha256:12"), None);
    }
}

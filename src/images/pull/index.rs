//! An index of an image: one manifest per platform.

use serde::Deserialize;

use crate::{
    base::{
        digest::Digest,
        failure::{Failure, Kind, Result},
        platform::Platform,
    },
    registry::media_type::{DOCKER_INDEX, OCI_INDEX},
};

/// An index.
#[derive(Debug, Deserialize)]
pub struct Index {
    manifests: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    #[serde(default)]
    media_type: String,
}

#[derive(Debug, Deserialize)]
struct Entry {
    digest: Digest,
    platform: Option<Listed>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    architecture: String,
    os: String,
}

impl Index {
    /// Parses the index of `name`. A manifest for one platform is refused: another machine would get its programs.
    pub fn parse(bytes: &[u8], name: &str) -> Result<Self> {
        let head = serde_json::from_slice::<Head>(bytes).map(|head| head.media_type).unwrap_or_default();
        let is_index = ["", OCI_INDEX, DOCKER_INDEX].contains(&head.as_str());
        serde_json::from_slice(bytes).ok().filter(|_| is_index).ok_or_else(|| {
            let kind = if head.is_empty() { "something else".to_owned() } else { format!("`{head}`") };
            Failure::new(Kind::Tool, format!("{name} is not an index of platforms"))
                .because(format!("the registry answered with {kind}"))
                .hint("pin the digest of the index, not of one platform's manifest: `seasense images pin`")
        })
    }

    /// The digest of the manifest for `platform`.
    pub fn manifest(&self, platform: Platform) -> Option<&Digest> {
        let (os, architecture) = (platform.system.name(), platform.architecture.name());
        let ours = |entry: &&Entry| {
            entry
                .platform
                .as_ref()
                .is_some_and(|listed| listed.os == os && listed.architecture == architecture)
        };
        self.manifests.iter().find(ours).map(|entry| &entry.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_platform_gets_its_own_manifest() {
        let digest = |of: &str| format!("sha256:{}", of.repeat(64));
        let entry = |of: &str, architecture: &str, os: &str| serde_json::json!({"digest": digest(of), "platform": {"architecture": architecture, "os": os}});
        let listed =
            [entry("a", "unknown", "unknown"), entry("b", "arm64", "linux"), entry("c", "amd64", "linux")];
        let index = serde_json::json!({"mediaType": DOCKER_INDEX, "manifests": listed}).to_string();
        let index = Index::parse(index.as_bytes(), "a").unwrap();
        assert_eq!(index.manifest(Platform::LINUX_AMD64).map(|found| &**found), Some(&*digest("c")));
        assert_eq!(index.manifest(Platform::LINUX_ARM64).map(|found| &**found), Some(&*digest("b")));
        let empty = Index::parse(br#"{"manifests":[]}"#, "a").unwrap();
        assert_eq!(empty.manifest(Platform::LINUX_AMD64), None);
    }

    #[test]
    fn manifest_for_one_platform_is_not_an_index() {
        use crate::registry::media_type::OCI_MANIFEST;
        let manifest = format!(r#"{{"mediaType":"{OCI_MANIFEST}","layers":[]}}"#);
        let disguised = format!(r#"{{"mediaType":"{OCI_MANIFEST}","manifests":[]}}"#);
        for text in [&*manifest, &*disguised, r#"{"layers":[]}"#, "no JSON"] {
            assert!(
                Index::parse(text.as_bytes(), "quay.io/a/b").unwrap_err().message.starts_with("quay.io/a/b")
            );
        }
    }
}

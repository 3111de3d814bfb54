//! The images that the files of a platform reference, with their versions.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{base::digest::Digest, compare::Platform, images::Lock};

/// An image on one side.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Image {
    /// Its digest; `None` if the side is a commit, whose images are not built.
    pub digest: Option<Digest>,
    /// Its version, if it is an upstream image with a known tag.
    pub version: Option<String>,
}

/// Returns the images that the files of `platform` reference, with their names and versions from `lock`.
pub(super) fn referenced(platform: &Platform, lock: &Lock) -> BTreeMap<String, Image> {
    let image = |(repository, digest): (String, Digest)| {
        let locked = lock.images.iter().find(|(_, image)| image.digest == digest);
        let version = locked.and_then(|(_, image)| image.official.as_deref().and_then(tag));
        (locked.map_or(repository, |(name, _)| name.clone()), Image { digest: Some(digest), version })
    };
    pinned(platform.contents()).into_iter().map(image).collect()
}

/// Returns the tag of an image reference.
pub(super) fn tag(reference: &str) -> Option<String> {
    let name = reference.split('@').next().unwrap_or(reference);
    let last = name.rsplit('/').next()?;
    last.split_once(':').map(|(_, tag)| tag.to_owned())
}

/// Returns every `NAME@sha256:...` in `files`, by the last part of its name.
fn pinned<'a>(files: impl Iterator<Item = &'a [u8]>) -> BTreeMap<String, Digest> {
    const MARK: &str = "@sha256:";
    let mut found = BTreeMap::new();
    for bytes in files {
        let text = String::from_utf8_lossy(bytes);
        for (at, _) in text.match_indices(MARK) {
            let digest = text.get(at + 1..=at + Digest::LENGTH).and_then(|text| text.parse().ok());
            let start =
                text[..at].rfind(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-'));
            let name = &text[start.map_or(0, |at| at + 1)..at];
            if let Some(digest) = digest.filter(|_| !name.is_empty()) {
                found.insert(name.to_owned(), digest);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::digest;

    #[test]
    fn the_version_is_the_tag_of_the_reference() {
        assert_eq!(tag("quay.io/jetstack/cert-manager-webhook:v1.21.2").as_deref(), Some("v1.21.2"));
        assert_eq!(tag("localhost:5000/a@sha256:12"), None);
    }

    #[test]
    fn pinned_images_are_found_in_texts() {
        let digest = digest('a');
        let text =
            format!("image: ${{REGISTRY}}/envoy@{digest}\nref: {{digest: {digest}}}\nx: y/z@sha256:12\n");
        let found = pinned([text.as_bytes()].into_iter());
        assert_eq!(found, BTreeMap::from([("envoy".to_owned(), digest)]));
    }
}

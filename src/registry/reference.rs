//! References to images and artifacts: a registry host, a repository, and a tag or a digest.

use std::{collections::BTreeMap, fmt, str::FromStr};

use super::Digest;
use crate::base::failure::{Context, Kind, Result};
use oci_client::Reference;

/// A reference to an image or an artifact in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRef {
    /// The registry's host, with its port.
    pub host: String,
    /// The repository.
    pub repository: String,
    /// The tag or the digest.
    pub version: Version,
}

/// The last part of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// A tag.
    Tag(String),
    /// A digest.
    Digest(Digest),
}

impl Version {
    /// The tag or the digest as text, as a registry's API expects it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Tag(tag) => tag,
            Self::Digest(digest) => digest,
        }
    }
}

impl ImageRef {
    /// A reference by tag.
    pub fn by_tag(host: &str, repository: &str, tag: &str) -> Self {
        let version = Version::Tag(tag.to_owned());
        Self { host: host.to_owned(), repository: repository.to_owned(), version }
    }

    /// A reference by digest.
    pub fn by_digest(host: &str, repository: &str, digest: Digest) -> Self {
        Self { host: host.to_owned(), repository: repository.to_owned(), version: Version::Digest(digest) }
    }

    /// Parses `name` as Docker does: host and tag are optional.
    pub fn parse(name: &str) -> Result<Self> {
        let what = || format!("invalid image reference `{name}`");
        let reference = Reference::from_str(name).with_context(Kind::Environment, what)?;
        let version = match (reference.tag(), reference.digest()) {
            (None, Some(digest)) => Version::Digest(digest.parse().with_context(Kind::Environment, what)?),
            (tag, _) => Version::Tag(tag.unwrap_or("latest").to_owned()),
        };
        let (host, repository) = (reference.registry().to_owned(), reference.repository().to_owned());
        Ok(Self { host, repository, version })
    }

    /// Replaces the host with its mirror, if `mirrors` contains one.
    #[must_use]
    pub fn mirrored(self, mirrors: &BTreeMap<String, String>) -> Self {
        let host = mirrors.get(&self.host).cloned().unwrap_or(self.host);
        Self { host, ..self }
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = match &self.version {
            Version::Tag(_) => ':',
            Version::Digest(_) => '@',
        };
        write!(f, "{}/{}{separator}{}", self.host, self.repository, self.version.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_replaces_the_host() {
        let mirrors = BTreeMap::from([("quay.io".to_owned(), "127.0.0.1:5099".to_owned())]);
        let name = |text| ImageRef::parse(text).unwrap().mirrored(&mirrors).to_string();
        assert_eq!(
            name("quay.io/jetstack/cert-manager-webhook:v1.21.2"),
            "127.0.0.1:5099/jetstack/cert-manager-webhook:v1.21.2"
        );
        assert_eq!(name("registry.k8s.io/pause:3.10.1"), "registry.k8s.io/pause:3.10.1");
        assert!(ImageRef::parse("not an image").is_err());
    }

    #[test]
    fn tags_and_digests_are_distinguished() {
        let digest = Digest::of(b"x");
        let text = format!("127.0.0.1:5050/platform@{digest}");
        assert_eq!(
            ImageRef::parse(&text).unwrap(),
            ImageRef::by_digest("127.0.0.1:5050", "platform", digest)
        );
        let busybox = ImageRef::by_tag("docker.io", "library/busybox", "latest");
        assert_eq!(ImageRef::parse("busybox").unwrap(), busybox);
    }
}

//! Tests of copies by pin, from a registry to a registry on this machine.

use std::collections::BTreeMap;

use super::*;
use crate::{
    base::platform::Architecture,
    registry::{
        fake::FakeRegistry,
        media_type::{OCI_INDEX, OCI_MANIFEST},
    },
};

const REPOSITORY: &str = "a/b";

/// An upstream with an image for both architectures.
struct Fixture {
    upstream: FakeRegistry,
    target: FakeRegistry,
    pin: ImagePin,
    folder: tempfile::TempDir,
}

impl Fixture {
    async fn new() -> Self {
        let (upstream, target) = (FakeRegistry::start().await, FakeRegistry::start().await);
        let manifests: BTreeMap<Architecture, Digest> =
            Architecture::ALL.map(|of| (of, image(&upstream, of.name()))).into();
        let index = index(&upstream, &manifests);
        let pin =
            ImagePin { official: toml::Spanned::new(0..0, "quay.io/a/b:v1".to_owned()), index, manifests };
        Self { upstream, target, pin, folder: tempfile::tempdir().unwrap() }
    }

    async fn copy(&self, platform: Platform) -> Result<Copied, ReadError> {
        let copier = Copier {
            target: RegistryClient::new(&self.target.host).unwrap(),
            folder: self.folder.path().to_owned(),
            platform,
        };
        let official = ImageRef::by_tag(&self.upstream.host, REPOSITORY, "v1");
        copier.copy(&official, &self.pin, "b", &["v1".to_owned()]).await
    }
}

/// Stores an image with one layer. Returns the digest of its manifest.
fn image(upstream: &FakeRegistry, text: &str) -> Digest {
    let blob = |content: &str| {
        let digest = Digest::of(content);
        upstream.store(REPOSITORY, &digest, content.as_bytes());
        serde_json::json!({"mediaType": "x", "digest": digest, "size": content.len()})
    };
    let manifest = serde_json::json!({
        "schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": blob("{}"), "layers": [blob(text)],
    });
    store(upstream, &manifest)
}

fn index(upstream: &FakeRegistry, manifests: &BTreeMap<Architecture, Digest>) -> Digest {
    let entry = |(of, digest): (&Architecture, &Digest)| {
        serde_json::json!({"mediaType": OCI_MANIFEST, "digest": digest, "size": 1,
            "platform": {"os": "linux", "architecture": of.name()}})
    };
    let manifests: Vec<_> = manifests.iter().map(entry).collect();
    store(upstream, &serde_json::json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests}))
}

fn store(upstream: &FakeRegistry, manifest: &serde_json::Value) -> Digest {
    let text = manifest.to_string();
    let digest = Digest::of(&text);
    upstream.store(REPOSITORY, &digest, text.as_bytes());
    digest
}

fn refused(result: Result<Copied, ReadError>) -> Failure {
    match result {
        Err(ReadError::Refused(failure)) => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn image_of_the_daemons_platform_is_copied_without_a_tag() {
    for platform in [Platform::LINUX_AMD64, Platform::LINUX_ARM64] {
        let fixture = Fixture::new().await;
        let copied = fixture.copy(platform).await.unwrap();
        assert_eq!(copied.digest, fixture.pin.manifests[&platform.architecture]);
        assert!(fixture.target.has("b", &copied.digest));
        assert!(!fixture.upstream.requested("/manifests/v1"), "a tag was resolved");
    }
}

#[tokio::test]
async fn manifest_that_is_not_pinned_is_taken_from_the_index() {
    let mut fixture = Fixture::new().await;
    let listed = fixture.pin.manifests.remove(&Architecture::Arm64).unwrap();
    assert_eq!(fixture.copy(Platform::LINUX_ARM64).await.unwrap().digest, listed);
}

#[tokio::test]
async fn other_bytes_of_an_index_are_refused_with_both_digests() {
    let fixture = Fixture::new().await;
    let other = br#"{"schemaVersion":2,"manifests":[]}"#;
    fixture.upstream.store(REPOSITORY, &fixture.pin.index, other);
    let failure = refused(fixture.copy(Platform::LINUX_AMD64).await);
    let (wanted, found) = (&*fixture.pin.index, Digest::of(other).to_string());
    assert!(failure.causes[0].contains(wanted) && failure.causes[0].contains(&found), "{failure:?}");
    assert!(!fixture.target.has("b", "v1"));
}

#[tokio::test]
async fn other_bytes_of_a_layer_are_refused() {
    let fixture = Fixture::new().await;
    fixture.upstream.store(REPOSITORY, &Digest::of("amd64"), b"amd46");
    let failure = refused(fixture.copy(Platform::LINUX_AMD64).await);
    assert!(failure.message.starts_with("digest mismatch in a/b"), "{failure:?}");
    assert_eq!(std::fs::read_dir(fixture.folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn pin_that_contradicts_its_index_is_refused() {
    let mut fixture = Fixture::new().await;
    fixture.pin.manifests.insert(Architecture::Amd64, Digest::of("other"));
    let failure = refused(fixture.copy(Platform::LINUX_AMD64).await);
    assert!(failure.causes[0].contains(&*Digest::of("other")), "{failure:?}");
}

#[tokio::test]
async fn pinned_manifest_of_one_platform_is_refused() {
    let mut fixture = Fixture::new().await;
    fixture.pin.index = fixture.pin.manifests[&Architecture::Amd64].clone();
    assert!(
        refused(fixture.copy(Platform::LINUX_AMD64).await).message.contains("is not an index of platforms")
    );
}

#[tokio::test]
async fn absent_content_and_silent_registry_are_unavailable() {
    let fixture = Fixture::new().await;
    fixture.upstream.remove(REPOSITORY, &Digest::of("amd64"));
    assert!(matches!(fixture.copy(Platform::LINUX_AMD64).await, Err(ReadError::Unavailable(_))));
    fixture.upstream.remove(REPOSITORY, &fixture.pin.index);
    assert!(matches!(fixture.copy(Platform::LINUX_AMD64).await, Err(ReadError::Unavailable(_))));
}

//! T2: publishing to a real registry and pruning it through the distribution API.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
};

use flate2::{Compression, write::GzEncoder};
use seasense::{
    artifact,
    base::event::{Events, Silent},
    images::prune::{self, StoredManifest, Verdict},
    registry::{
        Admin, Digest, RegistryClient, RegistryPath,
        transfer::{Endpoint, Transfer},
    },
};
use serde_json::json;

use super::{MANIFEST, push_image, registry_with};

fn events() -> Events {
    std::sync::Arc::new(Silent)
}

/// Pushes an artifact with one file that references `image`. Returns its digest.
async fn push(client: &RegistryClient, repository: &str, image: &Digest, about: About<'_>) -> Digest {
    let text = format!("kind: Deployment\nspec: {{image: '${{REGISTRY}}/backend@{image}'}}\n");
    let mut header = tar::Header::new_ustar();
    header.set_size(text.len() as u64);
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    archive.append_data(&mut header, "apps/a.yaml", text.as_bytes()).unwrap();
    let mut packed = archive.into_inner().unwrap();
    packed.flush().unwrap();
    let layer = packed.finish().unwrap();
    let mut annotations =
        json!({"org.opencontainers.image.created": format!("2026-01-01T{:02}:00:00Z", about.hour)});
    if let Some(component) = about.component {
        annotations["org.seasense.components"] = json!(json!({"apps": component}).to_string());
    }
    let describe = |media_type: &str, bytes: &[u8]| json!({"mediaType": media_type, "digest": Digest::of(bytes), "size": bytes.len()});
    for bytes in [&layer[..], b"{}"] {
        client.push_bytes(repository, &Digest::of(bytes), bytes).await.unwrap();
    }
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": describe("application/vnd.cncf.flux.config.v1+json", b"{}"),
        "layers": [describe("application/vnd.cncf.flux.content.v1.tar+gzip", &layer)],
        "annotations": annotations,
    });
    let manifest = serde_json::to_vec(&manifest).unwrap();
    let digest = Digest::of(&manifest);
    client.push_manifest(repository, about.tag.unwrap_or(&digest), MANIFEST, &manifest).await.unwrap();
    digest
}

/// The metadata of an artifact.
#[derive(Clone, Copy, Default)]
struct About<'a> {
    hour: u8,
    component: Option<&'a Digest>,
    tag: Option<&'a str>,
}

/// Returns the manifests in the registry.
async fn stored(admin: &Admin, in_use: &BTreeSet<Digest>) -> Vec<StoredManifest> {
    let location = RegistryPath::parse("127.0.0.1:1/n").unwrap();
    prune::scan(admin, &location, &[], in_use, &events()).await.unwrap()
}

#[tokio::test]
#[ignore = "needs Docker and the built registry image (starts a container and removes it)"]
async fn a_prune_removes_only_unreferenced_manifests() {
    let (_container, host) = registry_with(&[("REGISTRY_STORAGE_DELETE_ENABLED", "true")]).await;
    let client = RegistryClient::new(&host).unwrap();
    let mut images = Vec::new();
    let mut artifacts = Vec::new();
    let mut components = Vec::new();
    for number in 1..=3_u8 {
        let tag = format!("1.{number}.0");
        let (manifest, image) = push_image(&client, "n/backend", &tag).await;
        client.push_manifest("n/backend", &tag, MANIFEST, &manifest).await.unwrap();
        // The component has no tag: only its artifact references it.
        let component =
            push(&client, "n/platform", &image, About { hour: number + 10, ..About::default() }).await;
        let about = About { hour: number, component: Some(&component), tag: Some(&tag) };
        artifacts.push(push(&client, "n/platform", &image, about).await);
        images.push(image);
        components.push(component);
    }
    // Images in another namespace are not in scope.
    let (manifest, foreign) = push_image(&client, "other/backend", "foreign").await;
    client.push_manifest("other/backend", "1.0.0", MANIFEST, &manifest).await.unwrap();

    let admin = Admin::new(&host).unwrap();
    let in_use = BTreeSet::from([artifacts[0].clone()]);
    let manifests = stored(&admin, &in_use).await;
    assert_eq!(manifests.len(), 9, "{manifests:#?}");
    let decisions = prune::select(&manifests, &in_use, 1);
    let removed: BTreeSet<&Digest> =
        decisions.iter().filter(|one| one.verdict == Verdict::Remove).map(|one| &one.digest).collect();
    assert_eq!(removed, BTreeSet::from([&artifacts[1], &components[1], &images[1]]));
    assert_eq!(prune::remove(&admin, &decisions, &events()).await.unwrap(), 3);

    for kept in [0, 2] {
        assert!(client.has("n/platform", &artifacts[kept]).await);
        assert!(client.has("n/backend", &images[kept]).await);
        assert!(client.has("n/platform", &components[kept]).await);
    }
    assert!(!client.has("n/platform", &artifacts[1]).await);
    assert!(!client.has("n/backend", &images[1]).await);
    assert!(!client.has("n/platform", &components[1]).await);
    assert!(client.has("other/backend", &foreign).await);
    // A second prune has nothing to remove.
    let again = prune::select(&stored(&admin, &in_use).await, &in_use, 1);
    assert_eq!(prune::remove(&admin, &again, &events()).await.unwrap(), 0);
}

#[tokio::test]
#[ignore = "needs Docker and the built registry image (starts a container and removes it)"]
async fn a_registry_without_deletion_causes_a_hint() {
    let (_container, host) = registry_with(&[("REGISTRY_STORAGE_DELETE_ENABLED", "false")]).await;
    let client = RegistryClient::new(&host).unwrap();
    let (manifest, image) = push_image(&client, "n/backend", "x").await;
    client.push_manifest("n/backend", "1.0.0", MANIFEST, &manifest).await.unwrap();
    let failure = Admin::new(&host).unwrap().delete("n/backend", &image).await.unwrap_err();
    assert!(failure.hints.iter().any(|hint| hint.contains("REGISTRY_STORAGE_DELETE_ENABLED")), "{failure:?}");
    assert!(client.has("n/backend", &image).await);
}

#[tokio::test]
#[ignore = "needs Docker and the built registry image (starts two containers and removes them)"]
async fn a_published_version_is_complete_and_immutable() {
    let (_from, from) = registry_with(&[]).await;
    let (_to, to) = registry_with(&[]).await;
    let local = RegistryClient::new(&from).unwrap();
    let (manifest, image) = push_image(&local, "backend", "hello").await;
    local.push_manifest("backend", "locked", MANIFEST, &manifest).await.unwrap();
    let component = push(&local, "platform", &image, About { hour: 2, ..About::default() }).await;
    let about = About { hour: 1, component: Some(&component), tag: Some("abc") };
    let root = push(&local, "platform", &image, about).await;

    let folder = tempfile::tempdir().unwrap();
    let (source, target) = (Endpoint::new(&from).unwrap(), Endpoint::new(&format!("{to}/n")).unwrap());
    let transfer = Transfer { source: &source, target: &target, folder: folder.path().to_owned() };
    let version = "1.2.3".parse().unwrap();
    let (manifest, controller) = push_image(&local, "source-controller", "flux").await;
    local.push_manifest("source-controller", "locked", MANIFEST, &manifest).await.unwrap();
    let flux = BTreeSet::from([("source-controller".to_owned(), controller.clone())]);
    for _ in 0..2 {
        let images = artifact::publish(&transfer, &root, &flux, &version, &events()).await.unwrap();
        let controllers = ("source-controller".to_owned(), controller.clone());
        assert_eq!(images, BTreeMap::from([("backend".to_owned(), image.clone()), controllers]));
    }
    let target = RegistryClient::new(&to).unwrap();
    assert_eq!(target.digest_of("n/platform", "1.2.3").await.as_ref(), Some(&root));
    assert_eq!(target.digest_of("n/backend", "1.2.3").await, Some(image.clone()));
    assert_eq!(target.digest_of("n/source-controller", "1.2.3").await, Some(controller));
    assert!(target.has("n/platform", &component).await);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a blob remains");

    let other = push(&local, "platform", &image, About { hour: 3, ..About::default() }).await;
    let failure = artifact::publish(&transfer, &other, &flux, &version, &events()).await.unwrap_err();
    assert_eq!(failure.kind.exit_code(), 60);
    assert_eq!(failure.message, "version 1.2.3 is already published as another artifact");
    assert!(!target.has("n/platform", &other).await, "it was copied before it was refused");
}

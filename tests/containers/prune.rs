//! What is published to a registry, and what a prune removes from it: by the distribution API, in a real registry.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
};

use flate2::{Compression, write::GzEncoder};
use seasense::{
    artifact,
    base::event::{Events, Silent},
    images::{
        oci::sha256_hex,
        prune::{self, Held, Verdict},
    },
    registry::{
        Admin, Place, RegistryClient,
        transfer::{Side, Transfer},
    },
};
use serde_json::json;

use super::{MANIFEST, push_image, registry_with};

fn events() -> Events {
    std::sync::Arc::new(Silent)
}

/// Pushes an artifact of one file that names `image`, as one that was made in `hour`, under `tag`; gives its digest.
async fn push(client: &RegistryClient, repository: &str, image: &str, about: About<'_>) -> String {
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
    if let Some(part) = about.part {
        annotations["org.seasense.parts"] = json!(json!({"apps": part}).to_string());
    }
    let describe = |media_type: &str, bytes: &[u8]| json!({"mediaType": media_type, "digest": format!("sha256:{}", sha256_hex(bytes)), "size": bytes.len()});
    for bytes in [&layer[..], b"{}"] {
        client.push_bytes(repository, &format!("sha256:{}", sha256_hex(bytes)), bytes).await.unwrap();
    }
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": describe("application/vnd.cncf.flux.config.v1+json", b"{}"),
        "layers": [describe("application/vnd.cncf.flux.content.v1.tar+gzip", &layer)],
        "annotations": annotations,
    });
    let manifest = serde_json::to_vec(&manifest).unwrap();
    let digest = format!("sha256:{}", sha256_hex(&manifest));
    client.push_manifest(repository, about.tag.unwrap_or(&digest), MANIFEST, &manifest).await.unwrap();
    digest
}

/// What an artifact says of itself.
#[derive(Clone, Copy, Default)]
struct About<'a> {
    hour: u8,
    part: Option<&'a str>,
    tag: Option<&'a str>,
}

/// What stands in the registry, by repository and digest.
async fn there(admin: &Admin, known: &BTreeSet<String>) -> BTreeMap<(String, String), Held> {
    let place = Place::parse("127.0.0.1:1/n").unwrap();
    let held = prune::survey(admin, &place, &[], known, &events()).await.unwrap();
    held.into_iter().map(|one| ((one.repository.clone(), one.digest.clone()), one)).collect()
}

#[tokio::test]
#[ignore = "needs Docker and the built registry image (starts a container and removes it)"]
async fn a_prune_removes_what_nothing_names_and_nothing_else() {
    let (_container, host) = registry_with(&[("REGISTRY_STORAGE_DELETE_ENABLED", "true")]).await;
    let client = RegistryClient::new(&host).unwrap();
    let mut images = Vec::new();
    let mut artifacts = Vec::new();
    let mut parts = Vec::new();
    for number in 1..=3_u8 {
        let tag = format!("1.{number}.0");
        let (manifest, image) = push_image(&client, "n/backend", &tag).await;
        client.push_manifest("n/backend", &tag, MANIFEST, &manifest).await.unwrap();
        // The part has no tag: only its artifact names it.
        let part = push(&client, "n/platform", &image, About { hour: number + 10, ..About::default() }).await;
        let about = About { hour: number, part: Some(&part), tag: Some(&tag) };
        artifacts.push(push(&client, "n/platform", &image, about).await);
        images.push(image);
        parts.push(part);
    }
    // Another namespace is none of ours.
    let (manifest, foreign) = push_image(&client, "other/backend", "foreign").await;
    client.push_manifest("other/backend", "1.0.0", MANIFEST, &manifest).await.unwrap();

    let admin = Admin::new(&host, None).unwrap();
    let lock = BTreeSet::from([artifacts[0].clone()]);
    let held: Vec<Held> = there(&admin, &lock).await.into_values().collect();
    assert_eq!(held.len(), 9, "{held:#?}");
    let judged = prune::select(&held, &lock, 1);
    let doomed: BTreeSet<&str> =
        judged.iter().filter(|one| one.verdict == Verdict::Remove).map(|one| one.digest.as_str()).collect();
    assert_eq!(doomed, BTreeSet::from([artifacts[1].as_str(), parts[1].as_str(), images[1].as_str()]));
    assert_eq!(prune::carry_out(&admin, &judged, &events()).await.unwrap(), 3);

    for kept in [0, 2] {
        assert!(
            client.has("n/platform", &artifacts[kept]).await && client.has("n/backend", &images[kept]).await
        );
        assert!(client.has("n/platform", &parts[kept]).await);
    }
    assert!(!client.has("n/platform", &artifacts[1]).await && !client.has("n/backend", &images[1]).await);
    assert!(!client.has("n/platform", &parts[1]).await);
    assert!(client.has("other/backend", &foreign).await);
    // Nothing is left to do.
    let held: Vec<Held> = there(&admin, &lock).await.into_values().collect();
    let again = prune::select(&held, &lock, 1);
    assert_eq!(prune::carry_out(&admin, &again, &events()).await.unwrap(), 0);
}

#[tokio::test]
#[ignore = "needs Docker and the built registry image (starts a container and removes it)"]
async fn a_registry_that_removes_nothing_says_so() {
    let (_container, host) = registry_with(&[("REGISTRY_STORAGE_DELETE_ENABLED", "false")]).await;
    let client = RegistryClient::new(&host).unwrap();
    let (manifest, image) = push_image(&client, "n/backend", "x").await;
    client.push_manifest("n/backend", "1.0.0", MANIFEST, &manifest).await.unwrap();
    let failure = Admin::new(&host, None).unwrap().delete("n/backend", &image).await.unwrap_err();
    assert!(failure.hints.iter().any(|hint| hint.contains("REGISTRY_STORAGE_DELETE_ENABLED")), "{failure:?}");
    assert!(client.has("n/backend", &image).await);
}

#[tokio::test]
#[ignore = "needs Docker and the built registry image (starts two containers and removes them)"]
async fn what_is_published_is_there_by_digest_and_version_and_a_version_is_given_once() {
    let (_from, from) = registry_with(&[]).await;
    let (_to, to) = registry_with(&[]).await;
    let local = RegistryClient::new(&from).unwrap();
    let (manifest, image) = push_image(&local, "backend", "hello").await;
    local.push_manifest("backend", "locked", MANIFEST, &manifest).await.unwrap();
    let part = push(&local, "platform", &image, About { hour: 2, ..About::default() }).await;
    let root = push(&local, "platform", &image, About { hour: 1, part: Some(&part), tag: Some("abc") }).await;

    let folder = tempfile::tempdir().unwrap();
    let (source, goal) = (Side::new(&from).unwrap(), Side::new(&format!("{to}/n")).unwrap());
    let transfer = Transfer { source: &source, target: &goal, folder: folder.path().to_owned() };
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
    assert!(target.has("n/platform", &part).await);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a blob stayed behind");

    let other = push(&local, "platform", &image, About { hour: 3, ..About::default() }).await;
    let failure = artifact::publish(&transfer, &other, &flux, &version, &events()).await.unwrap_err();
    assert_eq!(
        (failure.kind.exit_code(), failure.message.as_str()),
        (60, "version 1.2.3 is already another artifact")
    );
    assert!(!target.has("n/platform", &other).await, "it was copied before it was refused");
}

//! T2: the registry in a real container: images are pushed and found, official ones are copied by digest, and
//! the registry's content is verified.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test ends with a panic")]

use seasense::{
    base::{
        oci::{self, Node, Process, Source, Tree},
        platform::{Architecture, Platform},
        yaml,
    },
    config::{HostDirs, infra::ImagePin},
    images::{self, LockedImage, Mode, Provenance, pull::Copier},
    registry::{
        Digest, ImageRef, RegistryClient, daemon_reference,
        media_type::{OCI_INDEX as INDEX, OCI_MANIFEST as MANIFEST},
    },
};
use testcontainers::{
    ContainerAsync, ContainerRequest, GenericImage, ImageExt,
    core::{IntoContainerPort, WaitFor},
    runners::AsyncRunner,
};

#[path = "containers/prune.rs"]
mod prune;
#[path = "gitops/upstream.rs"]
mod upstream;

/// Starts a registry from the image of the supply.
async fn registry() -> (ContainerAsync<GenericImage>, String) {
    registry_with(&[]).await
}

/// Starts a registry with additional environment variables.
async fn registry_with(settings: &[(&str, &str)]) -> (ContainerAsync<GenericImage>, String) {
    let lock = images::locked(&HostDirs::from_environment().unwrap(), Mode::Auto).unwrap();
    let reference = daemon_reference("registry", &lock.image("registry").unwrap().digest);
    let (name, tag) = reference.rsplit_once(':').unwrap();
    let image = GenericImage::new(name, tag).with_exposed_port(5000.tcp()).with_wait_for(WaitFor::seconds(1));
    let image = settings
        .iter()
        .fold(image.into(), |image: ContainerRequest<_>, (name, value)| image.with_env_var(*name, *value));
    let container = image.start().await.unwrap();
    let host = format!("127.0.0.1:{}", container.get_host_port_ipv4(5000).await.unwrap());
    (container, host)
}

/// Pushes the blobs of a small image to `repository`. Returns its manifest and the manifest's digest.
async fn push_image(client: &RegistryClient, repository: &str, text: &str) -> (Vec<u8>, Digest) {
    let folder = tempfile::tempdir().unwrap();
    let mut tree = Tree::new();
    let source = Source::Bytes(text.as_bytes().to_vec());
    tree.insert("/greeting", Node::File { source, mode: 0o644, owner: (0, 0) });
    let layer = oci::pack(&tree, &folder.path().join("layer")).unwrap();
    let (config, manifest) =
        oci::assemble(&Process::default(), Platform::LINUX_AMD64, std::slice::from_ref(&layer)).unwrap();
    assert!(client.push_file(repository, &layer.digest, &layer.path).await.unwrap());
    assert!(!client.push_file(repository, &layer.digest, &layer.path).await.unwrap(), "it was sent twice");
    client.push_bytes(repository, &Digest::of(&config), &config).await.unwrap();
    let digest = Digest::of(&manifest);
    (manifest, digest)
}

#[test]
#[ignore = "needs the manifests of a supply"]
fn every_upstream_workload_is_in_the_resource_table() {
    let dirs = HostDirs::from_environment().unwrap();
    let lock = images::locked(&dirs, Mode::Auto).unwrap();
    let mut found = Vec::new();
    for manifest in lock.manifests.values() {
        let path = images::manifests_folder(&dirs, &lock).join(&manifest.file);
        for document in yaml::parse(&path, &std::fs::read_to_string(&path).unwrap()).unwrap() {
            let (kind, object) = (document.value["kind"].as_str().unwrap_or_default(), &document.value);
            if ["Deployment", "StatefulSet", "DaemonSet"].contains(&kind) {
                found.push(object["metadata"]["name"].as_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    assert_eq!(found, upstream::COUNTED);
}

fn locked(repository: &str, digest: &Digest) -> LockedImage {
    LockedImage {
        official: None,
        repository: repository.to_owned(),
        digest: digest.clone(),
        size: 0,
        provenance: Provenance::new(),
    }
}

#[tokio::test]
#[ignore = "needs Docker and the built registry image (starts a container and removes it)"]
async fn a_pushed_image_is_found_by_digest() {
    let (_container, host) = registry().await;
    let client = RegistryClient::new(&host).unwrap();
    assert!(client.responds().await);
    let (manifest, digest) = push_image(&client, "a/b", "hello").await;
    assert!(!client.has("a/b", &digest).await);
    client.push_manifest("a/b", "v1", MANIFEST, &manifest).await.unwrap();
    assert!(client.has("a/b", &digest).await);
    assert_eq!(client.digest_of("a/b", "v1").await.as_ref(), Some(&digest));
    images::verify_image(&client, &locked("a/b", &digest)).await.unwrap();
    let other = Digest::of(b"other");
    images::verify_image(&client, &locked("a/b", &other)).await.unwrap_err();
}

#[tokio::test]
#[ignore = "needs Docker and the built registry image (starts two containers and removes them)"]
async fn an_official_image_is_copied_by_digest() {
    let (_upstream, from) = registry().await;
    let (_local, to) = registry().await;
    let upstream = RegistryClient::new(&from).unwrap();
    let (manifest, digest) = push_image(&upstream, "library/hello", "first").await;
    upstream.push_manifest("library/hello", "amd64", MANIFEST, &manifest).await.unwrap();
    let list = format!(
        r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[{{"mediaType":"{MANIFEST}","digest":"{digest}",
        "size":{},"platform":{{"architecture":"amd64","os":"linux"}}}}]}}"#,
        manifest.len()
    );
    upstream.push_manifest("library/hello", "v1", INDEX, list.as_bytes()).await.unwrap();

    let folder = tempfile::tempdir().unwrap();
    let copier = Copier {
        target: RegistryClient::new(&to).unwrap(),
        folder: folder.path().to_owned(),
        platform: Platform::LINUX_AMD64,
    };
    let pin = ImagePin {
        official: toml::Spanned::new(0..0, "docker.io/library/hello:v1".to_owned()),
        index: Digest::of(&list),
        manifests: [(Architecture::Amd64, digest.clone())].into(),
    };
    let mirrors = [("docker.io".to_owned(), from)].into();
    let official = ImageRef::parse("docker.io/library/hello:v1").unwrap().mirrored(&mirrors);
    let done = copier.copy(&official, &pin, "hello", &["v1".to_owned()]).await.unwrap();
    assert_eq!(done.digest, digest);
    images::verify_image(&copier.target, &locked("hello", &digest)).await.unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a blob remains");

    // The tag moves, but the pinned digest is requested.
    let (moved, _) = push_image(&upstream, "library/hello", "second").await;
    upstream.push_manifest("library/hello", "v1", MANIFEST, &moved).await.unwrap();
    let again = copier.copy(&official, &pin, "hello", &["v1".to_owned()]).await.unwrap();
    assert_eq!(again.digest, digest);
}

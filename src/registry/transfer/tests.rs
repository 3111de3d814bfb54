//! Copies between two registries of the tests' own, with what goes wrong on the way.

use std::time::Duration;

use super::*;
use crate::{
    base::failure::{Kind, Result},
    images::{
        fake::{Fake, Fault},
        oci::sha256_hex,
    },
};

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", sha256_hex(bytes))
}

/// The manifest of an image of two blobs.
fn manifest(config: &[u8], layer: &[u8]) -> String {
    let descriptor = |kind: &str, bytes: &[u8]| {
        format!(r#"{{"mediaType":"{kind}","digest":"{}","size":{}}}"#, digest(bytes), bytes.len())
    };
    format!(
        r#"{{"schemaVersion":2,"config":{},"layers":[{}],"annotations":{{"a":"b"}}}}"#,
        descriptor("application/vnd.oci.image.config.v1+json", config),
        descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer)
    )
}

const CONFIG: &[u8] = b"{}";
const LAYER: &[u8] = b"a layer of some bytes";

struct TestEnv {
    from: Fake,
    to: Fake,
    digest: String,
    folder: tempfile::TempDir,
}

impl TestEnv {
    async fn new() -> Self {
        let (from, to) = (Fake::start().await, Fake::start().await);
        for blob in [CONFIG, LAYER] {
            from.keep("backend", &digest(blob), blob);
        }
        let manifest = manifest(CONFIG, LAYER);
        let digest = digest(manifest.as_bytes());
        from.keep("backend", &digest, manifest.as_bytes());
        Self { from, to, digest, folder: tempfile::tempdir().unwrap() }
    }

    async fn copy(&self) -> Result<Sent> {
        let side = |host: &str, path: &str| {
            let mut side = Side::new(&format!("{host}{path}")).unwrap();
            side.pause = Duration::from_millis(2);
            side
        };
        let (source, target) = (side(&self.from.host, ""), side(&self.to.host, "/seasense"));
        let transfer = Transfer { source: &source, target: &target, folder: self.folder.path().to_owned() };
        transfer.copy("backend", &self.digest).await
    }

    fn arrived(&self) -> bool {
        [digest(CONFIG), digest(LAYER), self.digest.clone()]
            .iter()
            .all(|digest| self.to.has("seasense/backend", digest))
    }
}

#[tokio::test]
async fn all_that_a_manifest_names_arrives_under_the_targets_names_and_is_never_sent_again() {
    let world = TestEnv::new().await;
    let sent = world.copy().await.unwrap();
    assert_eq!((sent.manifests, world.arrived()), (1, true));
    assert!(sent.bytes > LAYER.len() as u64);
    let before = world.to.writes();
    assert_eq!(world.copy().await.unwrap(), Sent::default());
    assert_eq!(world.to.writes(), before);
    assert_eq!(std::fs::read_dir(world.folder.path()).unwrap().count(), 0, "nothing is left on the way");
}

#[tokio::test]
async fn an_interrupted_copy_goes_on_with_what_is_missing() {
    let world = TestEnv::new().await;
    world.to.keep("seasense/backend", &digest(LAYER), LAYER);
    let sent = world.copy().await.unwrap();
    assert!(world.arrived() && sent.bytes < (LAYER.len() + 1000) as u64);
    assert!(!world.from.asked(&digest(LAYER)), "a blob that is there is not even read");
}

#[tokio::test]
async fn a_list_of_platforms_takes_its_manifests_along() {
    let mut world = TestEnv::new().await;
    let entry = format!(
        r#"{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{}","size":9}}"#,
        world.digest
    );
    let index = format!(r#"{{"schemaVersion":2,"manifests":[{entry}]}}"#);
    let inner = std::mem::replace(&mut world.digest, digest(index.as_bytes()));
    world.from.keep("backend", &world.digest, index.as_bytes());
    assert_eq!(world.copy().await.unwrap().manifests, 2);
    assert!(world.arrived() && world.to.has("seasense/backend", &inner));
}

#[tokio::test]
async fn a_registry_that_is_busy_or_breaks_off_is_asked_again() {
    for fault in [Fault::Drop, Fault::Status(429), Fault::Status(503)] {
        let world = TestEnv::new().await;
        let blob = format!("/blobs/{}", digest(LAYER));
        world.from.fail("GET", &blob, fault.clone());
        world.from.fail("GET", "/manifests/", fault.clone());
        world.to.fail("HEAD", &blob, fault.clone());
        world.to.fail("PUT", "/uploads/", fault.clone());
        world.to.fail("PUT", "/manifests/", fault.clone());
        let sent = world.copy().await;
        assert!(sent.is_ok() && world.arrived(), "{fault:?}: {sent:?}");
    }
}

#[tokio::test]
async fn content_that_is_not_what_its_digest_says_never_arrives() {
    let world = TestEnv::new().await;
    world.from.keep("backend", &digest(LAYER), b"another layer of bytes");
    let failure = world.copy().await.unwrap_err();
    assert!(failure.message.starts_with("digest mismatch"), "{failure:?}");
    assert!(!world.to.has("seasense/backend", &digest(LAYER)) && !world.arrived());
}

#[tokio::test]
async fn a_manifest_that_was_changed_on_its_way_is_refused() {
    let world = TestEnv::new().await;
    world.from.keep("backend", &world.digest, manifest(CONFIG, b"another").as_bytes());
    let failure = world.copy().await.unwrap_err();
    assert_eq!((failure.kind, world.to.writes()), (Kind::Tool, 0));
}

#[tokio::test]
async fn what_is_nowhere_is_named_at_once() {
    let world = TestEnv::new().await;
    world.from.forget("backend", &digest(LAYER));
    let failure = world.copy().await.unwrap_err();
    assert!(failure.message.contains(&digest(LAYER)), "{failure:?}");
    assert!(!world.arrived());
    world.from.forget("backend", &world.digest);
    let failure = world.copy().await.unwrap_err();
    assert!(failure.message.ends_with("is not there"), "{failure:?}");
}

#[tokio::test]
async fn a_registry_that_answers_nothing_but_errors_is_no_absence() {
    let world = TestEnv::new().await;
    for _ in 0..20 {
        world.to.fail("", "/manifests/", Fault::Status(500));
    }
    assert_eq!(world.copy().await.unwrap_err().kind, Kind::Tool);
}

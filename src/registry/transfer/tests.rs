//! Copies between two fake registries, with injected faults.

use std::time::Duration;

use super::*;
use crate::{
    base::{
        digest::Digest,
        failure::{Kind, Result},
    },
    registry::fake::{FakeRegistry, Fault},
};

fn digest(bytes: &[u8]) -> Digest {
    Digest::of(bytes)
}

/// The manifest of an image with two blobs.
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
    from: FakeRegistry,
    to: FakeRegistry,
    digest: Digest,
    folder: tempfile::TempDir,
}

impl TestEnv {
    async fn new() -> Self {
        let (from, to) = (FakeRegistry::start().await, FakeRegistry::start().await);
        for blob in [CONFIG, LAYER] {
            from.store("backend", &digest(blob), blob);
        }
        let manifest = manifest(CONFIG, LAYER);
        let digest = digest(manifest.as_bytes());
        from.store("backend", &digest, manifest.as_bytes());
        Self { from, to, digest, folder: tempfile::tempdir().unwrap() }
    }

    async fn copy(&self) -> Result<Sent> {
        let endpoint = |host: &str, path: &str| {
            let mut endpoint = Endpoint::new(&format!("{host}{path}")).unwrap();
            endpoint.pause = Duration::from_millis(2);
            endpoint
        };
        let (source, target) = (endpoint(&self.from.host, ""), endpoint(&self.to.host, "/seasense"));
        let transfer = Transfer { source: &source, target: &target, folder: self.folder.path().to_owned() };
        transfer.copy("backend", &self.digest).await
    }

    fn is_complete(&self) -> bool {
        [digest(CONFIG), digest(LAYER), self.digest.clone()]
            .iter()
            .all(|digest| self.to.has("seasense/backend", digest))
    }
}

#[tokio::test]
async fn all_content_is_copied_once_with_the_target_prefix() {
    let env = TestEnv::new().await;
    let sent = env.copy().await.unwrap();
    assert_eq!(sent.manifests, 1);
    assert!(env.is_complete());
    assert!(sent.bytes > LAYER.len() as u64);
    let before = env.to.writes();
    assert_eq!(env.copy().await.unwrap(), Sent::default());
    assert_eq!(env.to.writes(), before);
    assert_eq!(std::fs::read_dir(env.folder.path()).unwrap().count(), 0, "a blob remains");
}

#[tokio::test]
async fn an_interrupted_copy_sends_only_missing_content() {
    let env = TestEnv::new().await;
    env.to.store("seasense/backend", &digest(LAYER), LAYER);
    let sent = env.copy().await.unwrap();
    assert!(env.is_complete());
    assert!(sent.bytes < (LAYER.len() + 1000) as u64);
    assert!(!env.from.requested(&digest(LAYER)), "an existing blob was read");
}

#[tokio::test]
async fn an_index_is_copied_with_its_manifests() {
    let mut env = TestEnv::new().await;
    let entry = format!(
        r#"{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{}","size":9}}"#,
        env.digest
    );
    let index = format!(r#"{{"schemaVersion":2,"manifests":[{entry}]}}"#);
    let inner = std::mem::replace(&mut env.digest, digest(index.as_bytes()));
    env.from.store("backend", &env.digest, index.as_bytes());
    assert_eq!(env.copy().await.unwrap().manifests, 2);
    assert!(env.is_complete() && env.to.has("seasense/backend", &inner));
}

#[tokio::test]
async fn busy_registries_and_lost_connections_are_retried() {
    for fault in [Fault::Drop, Fault::Status(429), Fault::Status(503)] {
        let env = TestEnv::new().await;
        let blob = format!("/blobs/{}", digest(LAYER));
        env.from.fail("GET", &blob, fault.clone());
        env.from.fail("GET", "/manifests/", fault.clone());
        env.to.fail("HEAD", &blob, fault.clone());
        env.to.fail("PUT", "/uploads/", fault.clone());
        env.to.fail("PUT", "/manifests/", fault.clone());
        let sent = env.copy().await;
        assert!(sent.is_ok() && env.is_complete(), "{fault:?}: {sent:?}");
    }
}

#[tokio::test]
async fn content_with_another_digest_is_not_copied() {
    let env = TestEnv::new().await;
    env.from.store("backend", &digest(LAYER), b"another layer of bytes");
    let failure = env.copy().await.unwrap_err();
    assert!(failure.message.starts_with("digest mismatch"), "{failure:?}");
    assert!(!env.to.has("seasense/backend", &digest(LAYER)) && !env.is_complete());
}

#[tokio::test]
async fn a_manifest_with_another_digest_is_refused() {
    let env = TestEnv::new().await;
    env.from.store("backend", &env.digest, manifest(CONFIG, b"another").as_bytes());
    let failure = env.copy().await.unwrap_err();
    assert_eq!(failure.kind, Kind::Tool);
    assert_eq!(env.to.writes(), 0);
}

#[tokio::test]
async fn missing_content_is_reported_without_retries() {
    let env = TestEnv::new().await;
    env.from.remove("backend", &digest(LAYER));
    let failure = env.copy().await.unwrap_err();
    assert!(failure.message.contains(&*digest(LAYER)), "{failure:?}");
    assert!(!env.is_complete());
    env.from.remove("backend", &env.digest);
    let failure = env.copy().await.unwrap_err();
    assert!(failure.message.ends_with("does not exist"), "{failure:?}");
}

#[tokio::test]
async fn server_errors_do_not_mean_absence() {
    let env = TestEnv::new().await;
    for _ in 0..20 {
        env.to.fail("", "/manifests/", Fault::Status(500));
    }
    assert_eq!(env.copy().await.unwrap_err().kind, Kind::Tool);
}

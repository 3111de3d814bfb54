//! Tests of pushes to a fake registry.

use tokio::net::TcpListener;

use super::{super::pack::pack, *};
use crate::{
    artifact::{Provenance, Rendered},
    registry::fake::FakeRegistry,
};

fn packed() -> Packed {
    let rendered =
        Rendered { files: [("a.yaml".to_owned(), b"a: 1\n".to_vec())].into(), ..Rendered::default() };
    pack(&rendered, &Provenance::default()).unwrap()
}

#[tokio::test]
async fn existing_content_is_not_sent_again() {
    let (registry, packed) = (FakeRegistry::start().await, packed());
    assert_eq!(push(&packed, &registry.host, "platform").await.unwrap(), packed.digest);
    assert_eq!(registry.pushes(), 3);
    for blob in [&packed.root.layer, &packed.root.config, &packed.root.manifest] {
        assert_eq!(registry.content("platform", &blob.digest).as_ref(), Some(&blob.bytes));
    }
    assert_eq!(push(&packed, &registry.host, "platform").await.unwrap(), packed.digest);
    assert_eq!(registry.pushes(), 3);
    registry.remove("platform", &packed.digest);
    push(&packed, &registry.host, "platform").await.unwrap();
    assert_eq!(registry.pushes(), 4, "only the manifest was missing");
}

#[tokio::test]
async fn a_registry_that_reports_another_digest_is_an_error() {
    let registry = FakeRegistry::start().await;
    registry.report_wrong_digests();
    let failure = push(&packed(), &registry.host, "platform").await.unwrap_err();
    assert_eq!(failure.message, format!("cannot read back the manifest from `{}/platform`", registry.host));
    assert!(failure.causes.iter().any(|cause| cause.contains(&*packed().digest)), "{failure:?}");
}

#[tokio::test]
async fn a_registry_that_does_not_respond_is_reported() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    drop(listener);
    let failure = push(&packed(), &host, "platform").await.unwrap_err();
    assert_eq!(failure.kind, Kind::Tool);
    assert_eq!(failure.message, format!("cannot push a blob to `{host}/platform`"));
    assert_eq!(failure.hints, [format!("check that the registry responds: curl http://{host}/v2/")]);
}

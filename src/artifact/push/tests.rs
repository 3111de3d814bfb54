//! A push against a registry of the test's own.

use tokio::net::TcpListener;

use super::{super::pack::pack, *};
use crate::{
    artifact::{Provenance, Rendered},
    images::fake::Fake,
};

fn packed() -> Packed {
    let rendered =
        Rendered { files: [("a.yaml".to_owned(), b"a: 1\n".to_vec())].into(), ..Rendered::default() };
    pack(&rendered, &Provenance::default()).unwrap()
}

#[tokio::test]
async fn what_is_there_already_is_not_sent_again() {
    let (registry, packed) = (Fake::start().await, packed());
    assert_eq!(push(&packed, &registry.host, "platform").await.unwrap(), packed.digest);
    assert_eq!(registry.sent(), 3);
    for blob in [&packed.root.layer, &packed.root.config, &packed.root.manifest] {
        assert_eq!(registry.kept("platform", &blob.digest).as_ref(), Some(&blob.bytes));
    }
    assert_eq!(push(&packed, &registry.host, "platform").await.unwrap(), packed.digest);
    assert_eq!(registry.sent(), 3);
    registry.forget("platform", &packed.digest);
    push(&packed, &registry.host, "platform").await.unwrap();
    assert_eq!(registry.sent(), 4, "only the manifest was missing");
}

#[tokio::test]
async fn a_registry_that_keeps_something_else_is_not_trusted() {
    let registry = Fake::start().await;
    registry.lie();
    let failure = push(&packed(), &registry.host, "platform").await.unwrap_err();
    assert_eq!(failure.message, format!("cannot read back the manifest from `{}/platform`", registry.host));
    assert!(failure.causes.iter().any(|cause| cause.contains(&packed().digest)), "{failure:?}");
}

#[tokio::test]
async fn a_registry_that_does_not_answer_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    drop(listener);
    let failure = push(&packed(), &host, "platform").await.unwrap_err();
    assert_eq!(
        (failure.kind, failure.message),
        (Kind::Tool, format!("cannot push a blob to `{host}/platform`"))
    );
    assert_eq!(failure.hints, [format!("see whether the registry answers: curl http://{host}/v2/")]);
}

#[test]
fn only_this_machine_is_spoken_to_in_the_clear() {
    for host in ["127.0.0.1:5050", "localhost:5000", "[::1]:5000", "127.0.0.1"] {
        assert!(is_loopback(host), "{host}");
    }
    for host in
        ["registry.example:5000", "10.0.0.1:5000", "localhost.example.org", "127.0.0.1.example.org:80"]
    {
        assert!(!is_loopback(host), "{host}");
    }
}

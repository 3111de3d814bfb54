//! Tests of the supply lock.

use super::*;

fn sample() -> Lock {
    let mut lock = Lock::new(Origin::Build, Platform::LINUX_ARM64, "abc");
    let image = LockedImage {
        official: Some("quay.io/jetstack/cert-manager-controller:v1.21.2".into()),
        repository: "cert-manager-controller".into(),
        digest: Digest::of(b"manifest"),
        size: 3,
        provenance: Provenance::from([("go".into(), "1.26".into())]),
    };
    lock.images.insert("cert-manager-controller".into(), image);
    lock
}

#[test]
fn a_written_lock_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("supply/build/lock.json");
    assert_eq!(Lock::read(&path).unwrap(), None);
    sample().write(&path).unwrap();
    assert_eq!(Lock::read(&path).unwrap(), Some(sample()));
    let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "a temporary file remains");
}

#[test]
fn a_broken_lock_is_refused_with_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock.json");
    for text in [
        "{",
        r#"{"version":3,"supply":"build","platform":"linux/amd64","key":""}"#,
        r#"{"version":2,"supply":"other","platform":"linux/amd64","key":""}"#,
        r#"{"version":2,"supply":"build","platform":"linux/mips","key":""}"#,
        r#"{"version":2,"supply":"build","key":""}"#,
    ] {
        std::fs::write(&path, text).unwrap();
        let failure = Lock::read(&path).unwrap_err();
        assert_eq!(failure.kind, Kind::Tool, "{failure:?}");
        assert_eq!(failure.hints.len(), 1, "{failure:?}");
    }
}

#[test]
fn lock_of_an_earlier_version_counts_as_absent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock.json");
    std::fs::write(&path, r#"{"version":1,"supply":"build","key":""}"#).unwrap();
    assert_eq!(Lock::read(&path).unwrap(), None);
}

#[test]
fn copied_images_alone_are_official() {
    let image = sample().images.remove("cert-manager-controller").unwrap();
    assert!(!image.is_official());
    let provenance = LockedImage::copied([("from", "quay.io/a".to_owned())]);
    assert!(LockedImage { provenance, ..image }.is_official());
}

#[test]
fn an_unknown_name_suggests_the_nearest() {
    let failure = sample().image("cert-manager-controler").unwrap_err();
    assert_eq!(failure.hints, ["the nearest known name is `cert-manager-controller`"]);
    assert_eq!(sample().tool("kind").unwrap_err().message, "the build supply has no tool `kind`");
}

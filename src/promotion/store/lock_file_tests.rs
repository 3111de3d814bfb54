//! Tests of the lock file: round trip, and errors with their location.

use proptest::prelude::*;

use super::*;
use crate::base::digest::digest;

pub fn sample() -> EnvLock {
    EnvLock {
        digest: digest('a'),
        commit: Some("0123456789abcdef0123456789abcdef01234567".into()),
        images: BTreeMap::from([
            ("seasense/frontend".into(), digest('2')),
            ("seasense/backend".into(), digest('1')),
        ]),
        promoted_from: Some("local".into()),
        previous: Some(digest('b')),
    }
}

#[test]
fn the_file_has_a_readable_format() {
    let shortened = sample().to_text().replace(&"a".repeat(64), "aa").replace(&"b".repeat(64), "bb");
    insta::assert_snapshot!(shortened.replace(&"1".repeat(64), "11").replace(&"2".repeat(64), "22"), @r#"
    # The digest that this environment runs. Only `seasense promote` and `seasense rollback` write it.
    version = 1
    promoted-from = "local"
    previous = "sha256:bb"

    [artifact]
    digest = "sha256:aa"
    commit = "0123456789abcdef0123456789abcdef01234567"

    [images]
    "seasense/backend" = "sha256:11"
    "seasense/frontend" = "sha256:22"
    "#);
}

#[test]
fn errors_have_a_location() {
    let file = Path::new("envs/staging.lock.toml");
    let text = sample().to_text();
    let cases = [
        (text.replace("version = 1", "version = 2"), "the lock file has version 2", "2:11"),
        (text.replace("sha256:aa", "sha256:AA"), "invalid digest", "7:10"),
        (text.replace("0123456789abcdef0", "main "), "invalid commit", "8:10"),
        (text.replace("[artifact]", "[artefact]"), "unknown field `artefact`", "6:2"),
        (text.replace("\"sha256:22", "\"sha1:22"), "invalid digest", "12:23"),
        (text.replace("promoted-from = ", "promoted-from : "), "", "3:15"),
    ];
    for (text, message, place) in cases {
        let failure = EnvLock::parse(file, &text).unwrap_err();
        assert_eq!(failure.kind, Kind::Environment);
        assert!(failure.message.contains(message), "{failure:?}");
        assert_eq!(
            failure.location.unwrap().to_string(),
            format!("envs/staging.lock.toml:{place}"),
            "{message}"
        );
    }
}

#[test]
fn writing_leaves_no_temporary_file_and_an_absent_file_is_none() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("envs")).unwrap();
    assert_eq!(EnvLock::read(root.path(), &"staging".into()), Ok(None));
    sample().write(&root.path().join(EnvLock::file(&"staging".into()))).unwrap();
    assert_eq!(EnvLock::read(root.path(), &"staging".into()), Ok(Some(sample())));
    let left = std::fs::read_dir(root.path().join("envs")).unwrap().count();
    assert_eq!(left, 1, "a temporary file remains");
    let nowhere = sample().write(&root.path().join("missing/staging.lock.toml")).unwrap_err();
    assert_eq!(nowhere.kind, Kind::Environment);
}

fn any_digest() -> impl Strategy<Value = Digest> {
    "sha256:[0-9a-f]{64}".prop_map(|text| text.parse().unwrap())
}

proptest! {
    #[test]
    fn a_lock_survives_its_file(
        digest in any_digest(), commit in proptest::option::of("[0-9a-f]{40}"),
        images in proptest::collection::btree_map("\\PC{1,20}", any_digest(), 0..6),
        from in proptest::option::of("[a-z][a-z0-9-]{0,19}"), previous in proptest::option::of(any_digest()),
    ) {
        let promoted_from = from.map(|from| from.as_str().into());
        let lock = EnvLock { digest, commit, images, promoted_from, previous };
        let text = lock.to_text();
        let read = EnvLock::parse(Path::new("x"), &text).unwrap();
        prop_assert_eq!(&read, &lock);
        prop_assert_eq!(read.to_text(), text, "writing it again gives other bytes");
    }

    #[test]
    fn parsing_never_panics(text in ".*") {
        let _ = EnvLock::parse(Path::new("x"), &text);
    }
}

//! Tests of signatures with real keys: unknown signers, other namespaces, and retired keys.

use super::*;
use crate::{
    base::digest::digest,
    promotion::store::history::{Outcome, chain::tests::a_record},
};

/// Creates a key, and the line that allows it.
pub async fn a_key(folder: &Path, name: &str) -> (Key, String) {
    let file = folder.join(name);
    let generate = Invocation::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]);
    generate.arg(&file).capture().await.unwrap();
    let public = std::fs::read_to_string(file.with_extension("pub")).unwrap();
    (Key::File(file), format!("{name}@example.org namespaces=\"{NAMESPACE}\" {public}"))
}

fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn a_signature_is_valid_only_for_its_text_and_its_signer() {
    let folder = tempfile::tempdir().unwrap();
    let ((ada, allowed), (eve, _)) = (a_key(folder.path(), "ada").await, a_key(folder.path(), "eve").await);
    let keys = Keys::new(Some(ada), &allowed).unwrap();
    assert_eq!(keys.signer(now()).await, Signer::Ready("ada@example.org".into()));
    let signature = keys.sign("text").await.unwrap().unwrap();
    let good = Signature::Good("ada@example.org".into());
    assert_eq!(keys.check("text", &signature, now()).await, Ok(good));
    let other = keys.check("texts", &signature, now()).await.unwrap();
    assert_eq!(other, Signature::Bad("it does not sign this record".into()));

    let untrusted = Keys::new(Some(eve), &allowed).unwrap();
    let forged = untrusted.sign("text").await.unwrap().unwrap();
    assert!(
        matches!(keys.check("text", &forged, now()).await, Ok(Signature::Bad(why)) if why.contains("not in envs/allowed_signers"))
    );
    assert!(
        matches!(untrusted.signer(now()).await, Signer::Unusable(why) if why.contains("allowed_signers"))
    );
    assert!(matches!(keys.check("text", "not a signature", now()).await, Ok(Signature::Bad(_))));
}

#[tokio::test]
async fn a_signature_of_another_namespace_is_bad() {
    let folder = tempfile::tempdir().unwrap();
    let (_, allowed) = a_key(folder.path(), "ada").await;
    let sign = Invocation::new("ssh-keygen").args(["-Y", "sign", "-n", "git", "-f"]);
    let signature = sign.arg(folder.path().join("ada")).stdin("text").capture().await.unwrap().stdout;
    let keys = Keys::new(None, &allowed).unwrap();
    assert!(matches!(keys.check("text", &signature, now()).await, Ok(Signature::Bad(_))));
}

#[tokio::test]
async fn a_retired_key_stays_valid_for_earlier_records() {
    let folder = tempfile::tempdir().unwrap();
    let (ada, allowed) = a_key(folder.path(), "ada").await;
    let retired = allowed.replace("namespaces=", "valid-before=\"20261201Z\",namespaces=");
    let keys = Keys::new(Some(ada), &retired).unwrap();
    let signature = keys.sign("text").await.unwrap().unwrap();
    assert!(matches!(keys.check("text", &signature, now()).await, Ok(Signature::Good(_))));
    let later = "2027-01-01T00:00:00Z".parse().unwrap();
    assert!(matches!(keys.check("text", &signature, later).await, Ok(Signature::Bad(_))));
}

#[tokio::test]
async fn no_key_signs_nothing_and_a_missing_file_is_reported() {
    let keys = Keys::new(None, "").unwrap();
    assert_eq!(keys.sign("text").await, Ok(None));
    assert_eq!(keys.signer(now()).await, Signer::Unconfigured);
    let missing = Keys::new(Some(Key::File("/no/such/key".into())), "").unwrap();
    assert!(matches!(missing.signer(now()).await, Signer::Unusable(why) if why.contains("/no/such/key")));
}

#[tokio::test]
async fn a_record_that_is_changed_after_signing_is_detected() {
    let folder = tempfile::tempdir().unwrap();
    let (ada, allowed) = a_key(folder.path(), "ada").await;
    let (keys, mut history) = (Keys::new(Some(ada), &allowed).unwrap(), History::default());
    keys.append(&mut history, a_record(&digest('a'), Outcome::Verified)).await.unwrap();
    let (mut read, fault) = History::parse(&"staging".into(), &history.to_text());
    keys.check_all(&mut read).await.unwrap();
    assert_eq!(fault, None);
    assert_eq!(read.bad_signature(), None);
    // The chain does not cover the last line, but its signature does.
    let (mut read, fault) =
        History::parse(&"staging".into(), &history.to_text().replace(&*digest('a'), &digest('b')));
    keys.check_all(&mut read).await.unwrap();
    assert_eq!(fault, None);
    assert_eq!(read.bad_signature().map(|fault| fault.line), Some(1));
}

#[test]
fn git_s_signing_key_is_a_file_or_a_public_key() {
    let home = Some(Path::new("/home/ada"));
    assert_eq!(Key::from_git("~/.ssh/id", home), Key::File("/home/ada/.ssh/id".into()));
    assert_eq!(Key::from_git("/k/id.pub", None), Key::File("/k/id.pub".into()));
    assert_eq!(Key::from_git("key::ssh-ed25519 AAAA", home), Key::Text("ssh-ed25519 AAAA".into()));
    assert_eq!(Key::from_git("ssh-ed25519 AAAA", home), Key::Text("ssh-ed25519 AAAA".into()));
}

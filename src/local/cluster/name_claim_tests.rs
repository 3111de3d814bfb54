//! Tests of names and ports.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use proptest::prelude::*;

use super::*;
use crate::{base::event::Silent, local::fixture::local};

fn owner(project: &Path, environment: &str, https_port: u16) -> Owner {
    Owner {
        project: project.to_owned(),
        environment: environment.into(),
        https_port,
        created: Timestamp::UNIX_EPOCH,
        ttl_seconds: None,
        place: None,
    }
}

fn checkout(folder: &Path, name: &str) -> Project {
    let root = folder.join(name);
    std::fs::create_dir_all(root.join("envs")).unwrap();
    std::fs::create_dir_all(root.join("gitops")).unwrap();
    Project::find(&root).unwrap()
}

async fn claimed(dirs: &HostDirs, project: &Project) -> Environment {
    let events: Events = Arc::new(Silent);
    claim(dirs, project, local(), Timestamp::UNIX_EPOCH, &events).await.unwrap()
}

#[tokio::test]
async fn two_checkouts_get_different_stable_names_and_ports() {
    let folder = tempfile::tempdir().unwrap();
    let dirs = HostDirs::new(folder.path().join("cache"), folder.path().join("state"));
    let (one, two) = (checkout(folder.path(), "one"), checkout(folder.path(), "two"));
    let first = claimed(&dirs, &one).await;
    assert_eq!(first.instance(), "local");
    assert_eq!(first.https_port(), 8443);
    let second = claimed(&dirs, &two).await;
    assert_ne!(second.instance(), "local");
    assert!(second.https_port() > 8443);
    assert_eq!(claimed(&dirs, &one).await, first);
    assert_eq!(claimed(&dirs, &two).await, second);
    assert_eq!(resolve(&dirs, &two, local()), second);
}

#[tokio::test]
async fn checkout_that_cannot_be_seen_keeps_its_environment() {
    let folder = tempfile::tempdir().unwrap();
    let dirs = HostDirs::new(folder.path().join("cache"), folder.path().join("state"));
    let (host, here) = (checkout(&folder.path().join("disk"), "work"), checkout(folder.path(), "here"));
    claimed(&dirs, &host).await;
    // Another file system at the place of the one with the checkout.
    std::fs::rename(folder.path().join("disk"), folder.path().join("unmounted")).unwrap();
    std::fs::create_dir(folder.path().join("disk")).unwrap();
    assert_ne!(claimed(&dirs, &here).await.instance(), "local");
    assert_eq!(Owner::read(&dirs, "seasense-local").unwrap().project, host.root());
}

#[tokio::test]
async fn moved_checkout_keeps_its_environment() {
    let folder = tempfile::tempdir().unwrap();
    let dirs = HostDirs::new(folder.path().join("cache"), folder.path().join("state"));
    let old = checkout(folder.path(), "old");
    claimed(&dirs, &old).await;
    std::fs::rename(old.root(), folder.path().join("new")).unwrap();
    let new = Project::find(&folder.path().join("new")).unwrap();
    assert_eq!(claimed(&dirs, &new).await.instance(), "local");
    let owner = Owner::read(&dirs, "seasense-local").unwrap();
    assert_eq!(owner.project, new.root());
}

#[test]
fn resolve_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let dirs = HostDirs::new(folder.path().join("cache"), folder.path().join("state"));
    let resolved = resolve(&dirs, &checkout(folder.path(), "one"), local());
    assert_eq!(resolved.instance(), "local");
    assert!(!folder.path().join("state").exists());
}

proptest! {
    #[test]
    fn each_port_is_assigned_once(first in 1024u16..65000, count in 1usize..30, held in proptest::collection::btree_set(0u16..40, 0..20)) {
        let held: BTreeSet<u16> = held.into_iter().map(|offset| first + offset).collect();
        let mut claims: Vec<NameClaim> = Vec::new();
        for number in 0..count {
            let port = free_port(first, &claims, |port| !held.contains(&port)).unwrap();
            prop_assert!(!held.contains(&port));
            prop_assert!(claims.iter().all(|claim| claim.owner.https_port != port));
            let project = PathBuf::from(format!("/clone/{number}"));
            claims.push(NameClaim { instance: number.to_string(), owner: owner(&project, "local", port) });
        }
    }
}

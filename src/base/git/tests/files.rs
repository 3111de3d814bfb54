//! Tests of reading many files at once.

use std::collections::BTreeMap;

use super::{Clone, Repository};

async fn clone() -> Clone {
    let clone = Clone::new().await;
    std::fs::write(clone.folder.path().join("gitops/a.yaml"), b"a: 1\r\n\xff").unwrap();
    clone.write("b", "b");
    clone.commit_all("second").await;
    clone
}

#[tokio::test]
async fn files_of_a_commit_are_read_unchanged() {
    let clone = clone().await;
    let head = clone.git.commit_of("HEAD").await.unwrap().unwrap();
    assert!(clone.git.subject(&head).await.unwrap().ends_with(" second"));
    let files = clone.git.read(&head, &["gitops", "absent"]).await.unwrap();
    assert_eq!(files, BTreeMap::from([("gitops/a.yaml".to_owned(), b"a: 1\r\n\xff".to_vec())]));
    assert_eq!(clone.git.read(&head, &["absent"]).await.unwrap(), BTreeMap::new());
}

#[tokio::test]
async fn paths_are_relative_to_the_given_directory() {
    let clone = clone().await;
    let inside = Repository::at(&clone.folder.path().join("gitops"));
    let listed = inside.list("HEAD", ".").await.unwrap();
    assert_eq!(listed.keys().collect::<Vec<_>>(), ["a.yaml"]);
    let files = inside.read("HEAD", &["a.yaml", "b"]).await.unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a.yaml"]);
}

#[tokio::test]
async fn the_work_tree_has_the_hashes_of_git() {
    let clone = clone().await;
    let (git, folder) = (&clone.git, clone.folder.path());
    let head = git.list("HEAD", ".").await.unwrap();
    assert_eq!(git.list_work_tree().await.unwrap().unwrap(), head);
    clone.write("b", "c");
    clone.write("new", "c");
    std::fs::remove_file(folder.join("gitops/a.yaml")).unwrap();
    let now = git.list_work_tree().await.unwrap().unwrap();
    assert_eq!(now.keys().collect::<Vec<_>>(), ["b", "envs/local.toml", "new"]);
    assert!(now["b"] == now["new"] && now["b"] != head["b"]);
    let outside = tempfile::tempdir().unwrap();
    assert_eq!(Repository::at(outside.path()).list_work_tree().await.unwrap(), None);
    assert_eq!(Repository::at(outside.path()).commit_of("HEAD").await.unwrap(), None);
}

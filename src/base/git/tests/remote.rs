//! Tests of fetch and push between two local repositories.

use super::{Clone, lock};
use crate::base::failure::Kind;

#[tokio::test]
async fn push_accepts_only_descendants() {
    let (clone, bare) = (Clone::new().await, tempfile::tempdir().unwrap());
    let remote = bare.path().to_str().unwrap();
    clone.run(&["init", "-q", "--bare", remote]).await;
    assert_eq!(clone.git.has_remote("origin").await, Ok(false));
    clone.run(&["remote", "add", "origin", remote]).await;
    assert_eq!(clone.git.has_remote("origin").await, Ok(true));
    assert_eq!(clone.git.fetch("origin", "main").await, Ok(None));

    let main = clone.tip("main").await;
    clone.git.push("origin", "main", None, &main).await.unwrap();
    assert_eq!(clone.git.fetch("origin", "main").await, Ok(Some(main.clone())));
    let commit = clone.git.commit(&main, &lock("a\n"), "Promote").await.unwrap();
    clone.git.push("origin", "main", Some(&main), &commit).await.unwrap();
    let late = clone.git.commit(&main, &lock("b\n"), "Late").await.unwrap();
    let refused = clone.git.push("origin", "main", Some(&main), &late).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Promotion, "{refused:?}");
    assert_eq!(refused.hints.len(), 1, "{refused:?}");
    assert_eq!(clone.git.fetch("origin", "main").await, Ok(Some(commit)));
    let gone = clone.git.fetch("nowhere", "main").await.unwrap_err();
    assert_eq!(gone.kind, Kind::Tool);
}

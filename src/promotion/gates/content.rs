//! The gates about an artifact's content: valid, available, and packed from a commit.

use super::Gate;
use crate::promotion::target::Content;

pub(super) const CLEAN_TREE: &str = "clean-tree";

/// Passes if the tree it was packed from is valid and every image has a digest.
///
/// `tree` is the number of checked files, or the reason why the tree is invalid.
pub fn policy(tree: &Result<usize, String>, content: &Content) -> Gate {
    const ID: &str = "policy";
    match tree {
        Err(error) => Gate::refused(ID, error.clone()),
        Ok(_) if !content.unpinned.is_empty() => {
            Gate::refused(ID, format!("without a digest: {}", content.unpinned.join(", ")))
        }
        Ok(_) if content.images.is_empty() && !content.unavailable.is_empty() => {
            Gate::refused(ID, format!("cannot be read: {}", content.unavailable.join(", ")))
        }
        Ok(_) if content.images.is_empty() => Gate::refused(ID, "the artifact references no image"),
        Ok(files) => Gate::passed(
            ID,
            format!("{files} files are valid, all {} images have a digest", content.images.len()),
        ),
    }
}

/// Passes if everything is in the target's registry or can be copied there.
pub fn images(content: &Content) -> Gate {
    const ID: &str = "images";
    let all = content.images.len();
    if !content.unavailable.is_empty() {
        return Gate::refused(ID, format!("in neither registry: {}", content.unavailable.join(", ")));
    }
    match content.missing.len() {
        0 => Gate::passed(ID, format!("all {all} are in the target's registry by digest")),
        missing => Gate::passed(ID, format!("{missing} manifests will be copied by digest")),
    }
}

/// Passes if it was packed from a commit of this repository without uncommitted changes. Required for
/// production only.
///
/// `edited` are the files of the work tree that a promotion reads and that differ from the commit.
pub fn clean_tree(guarded: bool, content: &Content, is_known: bool, edited: &[String]) -> Gate {
    let problem = match &content.commit {
        None => Some("the artifact does not name the commit it was packed from".to_owned()),
        Some(commit) if content.dirty => {
            Some(format!("it was packed from {} with uncommitted changes", short(commit)))
        }
        Some(commit) if !is_known => Some(format!("this repository has no commit {}", short(commit))),
        Some(_) if !edited.is_empty() => Some(format!("uncommitted changes: {}", edited.join(", "))),
        Some(_) => None,
    };
    match (problem, &content.commit) {
        (Some(problem), _) if guarded => Gate::refused(CLEAN_TREE, problem),
        (Some(problem), _) => Gate::skipped(CLEAN_TREE, format!("required for production only; {problem}")),
        (None, commit) => {
            let commit = commit.as_deref().map(short).unwrap_or_default();
            Gate::passed(CLEAN_TREE, format!("packed from commit {commit} without uncommitted changes"))
        }
    }
}

fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::digest::digest, promotion::gates::GateResult};

    fn content() -> Content {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        Content {
            commit: Some(commit.into()),
            images: [("seasense/backend".to_owned(), digest('1'))].into(),
            ..Content::default()
        }
    }

    #[test]
    fn an_image_without_a_digest_and_an_invalid_tree_are_refused() {
        assert_eq!(policy(&Ok(3), &content()).reason, "3 files are valid, all 1 images have a digest");
        assert!(policy(&Err("gitops/a.yaml:3:1: no name".into()), &content()).refuses());
        let unpinned = Content { unpinned: vec!["nginx:latest".into()], ..content() };
        assert_eq!(policy(&Ok(3), &unpinned).reason, "without a digest: nginx:latest");
        assert!(policy(&Ok(3), &Content::default()).refuses(), "an empty artifact");
        let absent = Content { unavailable: vec!["platform@1".into()], ..Content::default() };
        assert_eq!(policy(&Ok(3), &absent).reason, "cannot be read: platform@1");
        assert!(images(&absent).refuses());
    }

    #[test]
    fn missing_images_pass_if_they_can_be_copied() {
        assert!(!images(&content()).refuses());
        let missing = Content { missing: vec!["a@1".into()], ..content() };
        assert_eq!(images(&missing).reason, "1 manifests will be copied by digest");
        let unavailable = Content { unavailable: vec!["a@1".into()], ..missing };
        assert!(images(&unavailable).refuses());
    }

    #[test]
    fn production_requires_a_known_commit_without_edits() {
        let edited = ["envs/production.toml".to_owned()];
        assert_eq!(clean_tree(true, &content(), true, &[]).result, GateResult::Passed);
        for (content, is_known, edited) in [
            (Content { dirty: true, ..content() }, true, &[][..]),
            (Content { commit: None, ..content() }, true, &[]),
            (content(), false, &[]),
            (content(), true, &edited),
        ] {
            assert_eq!(clean_tree(true, &content, is_known, edited).result, GateResult::Refused);
            assert_eq!(clean_tree(false, &content, is_known, edited).result, GateResult::Skipped);
        }
    }
}

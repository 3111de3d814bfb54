//! Whether what the artifact is made of is in order, can be had, and stands in Git.

use super::Gate;
use crate::promotion::Content;

pub(super) const CLEAN: &str = "clean-tree";

/// The tree it was packed from is valid (`files` of it, or what is wrong), and every image in it has a digest.
pub fn policy(tree: &Result<usize, String>, content: &Content) -> Gate {
    const ID: &str = "policy";
    match tree {
        Err(wrong) => Gate::refused(ID, wrong.clone()),
        Ok(_) if !content.unpinned.is_empty() => {
            Gate::refused(ID, format!("without a digest: {}", content.unpinned.join(", ")))
        }
        Ok(_) if content.images.is_empty() && !content.nowhere.is_empty() => {
            Gate::refused(ID, format!("not to be read: {}", content.nowhere.join(", ")))
        }
        Ok(_) if content.images.is_empty() => Gate::refused(ID, "the artifact names no image at all"),
        Ok(files) => Gate::passed(
            ID,
            format!("{files} files are in order, {} images have their digest", content.images.len()),
        ),
    }
}

/// Everything is in the target's registry, or can be copied there.
pub fn images(content: &Content) -> Gate {
    const ID: &str = "images";
    let all = content.images.len();
    if !content.nowhere.is_empty() {
        return Gate::refused(ID, format!("neither there nor to be copied: {}", content.nowhere.join(", ")));
    }
    match content.missing.len() {
        0 => Gate::passed(ID, format!("all {all} are in the target's registry by digest")),
        missing => Gate::passed(ID, format!("{missing} manifests are to be copied, by digest")),
    }
}

/// It was packed from a commit that this repository has, and the platform's files are committed; asked of production only.
///
/// `edited` are the files of the work tree that a promotion reads and that differ from the commit.
pub fn clean_tree(guarded: bool, content: &Content, known: bool, edited: &[String]) -> Gate {
    let told = match &content.commit {
        None => Some("the artifact does not say which commit it was packed from".to_owned()),
        Some(commit) if content.dirty => {
            Some(format!("it was packed from {} with uncommitted changes", short(commit)))
        }
        Some(commit) if !known => Some(format!("this repository has no commit {}", short(commit))),
        Some(_) if !edited.is_empty() => Some(format!("not committed here: {}", edited.join(", "))),
        Some(_) => None,
    };
    match (told, &content.commit) {
        (Some(told), _) if guarded => Gate::refused(CLEAN, told),
        (Some(told), _) => Gate::skipped(CLEAN, format!("asked of production only; {told}")),
        (None, commit) => {
            let commit = commit.as_deref().map(short).unwrap_or_default();
            Gate::passed(CLEAN, format!("packed from commit {commit}, nothing uncommitted"))
        }
    }
}

fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promotion::gates::Verdict;

    fn content() -> Content {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        Content {
            commit: Some(commit.into()),
            images: [("seasense/backend".to_owned(), "sha256:1".to_owned())].into(),
            ..Content::default()
        }
    }

    #[test]
    fn an_image_without_a_digest_and_a_wrong_tree_are_refused() {
        assert_eq!(policy(&Ok(3), &content()).reason, "3 files are in order, 1 images have their digest");
        assert!(policy(&Err("gitops/a.yaml:3:1: no name".into()), &content()).refuses());
        let unpinned = Content { unpinned: vec!["nginx:latest".into()], ..content() };
        assert_eq!(policy(&Ok(3), &unpinned).reason, "without a digest: nginx:latest");
        assert!(policy(&Ok(3), &Content::default()).refuses(), "an artifact of nothing");
        let gone = Content { nowhere: vec!["platform@1".into()], ..Content::default() };
        assert_eq!(policy(&Ok(3), &gone).reason, "not to be read: platform@1");
        assert!(images(&gone).refuses());
    }

    #[test]
    fn what_can_be_copied_is_no_obstacle() {
        assert!(!images(&content()).refuses());
        let missing = Content { missing: vec!["a@1".into()], ..content() };
        assert_eq!(images(&missing).reason, "1 manifests are to be copied, by digest");
        let nowhere = Content { nowhere: vec!["a@1".into()], ..missing };
        assert!(images(&nowhere).refuses());
    }

    #[test]
    fn production_takes_only_what_stands_in_git() {
        let edited = ["envs/production.toml".to_owned()];
        assert_eq!(clean_tree(true, &content(), true, &[]).verdict, Verdict::Passed);
        for (content, known, edited) in [
            (Content { dirty: true, ..content() }, true, &[][..]),
            (Content { commit: None, ..content() }, true, &[]),
            (content(), false, &[]),
            (content(), true, &edited),
        ] {
            assert_eq!(clean_tree(true, &content, known, edited).verdict, Verdict::Refused);
            assert_eq!(clean_tree(false, &content, known, edited).verdict, Verdict::Skipped);
        }
    }
}

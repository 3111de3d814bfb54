//! Creates commits without touching the work tree, and moves a branch to them.

use std::path::{Path, PathBuf};

use super::{INDEX, Repository, cannot};
use crate::base::{
    failure::{Context, Failure, Kind, Result},
    tool::ToolError,
};

impl Repository {
    /// Creates a commit on `parent` in which `files` have the given texts; returns `parent` if they have them
    /// already.
    ///
    /// Writes objects only: a temporary index replaces that of the work tree.
    pub async fn commit(&self, parent: &str, files: &[(PathBuf, String)], message: &str) -> Result<String> {
        let folder = tempfile::tempdir().context(Kind::Tool, "create a directory for an index")?;
        let index = folder.path().join("index");
        let run = async |args: &[&str], stdin: &str| -> Result<String> {
            let git = self.git(args).env(INDEX, &index).stdin(stdin);
            let ended = git.capture().await.map_err(|error| cannot(error, "create the commit"))?;
            Ok(ended.stdout.trim().to_owned())
        };
        run(&["read-tree", parent], "").await?;
        for (file, text) in files {
            let blob = run(&["hash-object", "-w", "--stdin"], text).await?;
            let entry = format!("100644,{blob},{}", file.display());
            run(&["update-index", "--add", "--cacheinfo", &entry], "").await?;
        }
        let tree = run(&["write-tree"], "").await?;
        if tree == run(&["rev-parse", &format!("{parent}^{{tree}}")], "").await? {
            return Ok(parent.to_owned());
        }
        run(&["commit-tree", &tree, "-p", parent, "-F", "-"], message).await
    }

    /// Moves the local `branch` from `old` to its descendant `new`; creates the branch if `old` is `None`.
    ///
    /// Fails with kind `Promotion` if the branch has moved since it was read. If the branch is checked out, its
    /// work tree is updated as `git merge --ff-only` does: otherwise the next commit there would revert the
    /// change.
    pub async fn move_branch(&self, branch: &str, old: Option<&str>, new: &str) -> Result<()> {
        let moved = |error: ToolError| {
            let failure = error.into_failure(Kind::Promotion, format!("cannot move the branch `{branch}`"));
            failure.hint(
                "check for new commits on the branch and for edits of the same files, then run this again",
            )
        };
        if let Some(folder) = self.checked_out(branch).await? {
            let args = [
                "-c",
                "core.hooksPath=/dev/null",
                "merge",
                "--ff-only",
                "--quiet",
                "--no-verify-signatures",
                new,
            ];
            return self.git(&args).cwd(folder).capture().await.map(drop).map_err(moved);
        }
        let reference = format!("refs/heads/{branch}");
        let old = old.map_or_else(|| "0".repeat(new.len()), str::to_owned);
        let update = ["update-ref", "-m", "seasense", &reference, new, &old];
        self.git(&update).capture().await.map(drop).map_err(moved)
    }

    /// The work tree in which `branch` is checked out.
    async fn checked_out(&self, branch: &str) -> Result<Option<PathBuf>> {
        let list = self.run(&["worktree", "list", "--porcelain"]).await;
        let list = list.map_err(|error| cannot(error, "list the work trees"))?;
        let wanted = format!("branch refs/heads/{branch}");
        let found = list.split("\n\n").find(|tree| tree.lines().any(|line| line == wanted));
        Ok(found.and_then(|tree| Some(PathBuf::from(tree.lines().next()?.strip_prefix("worktree ")?))))
    }

    /// Fails if `files` have edits in the work tree in which `branch` is checked out, because they could not
    /// be updated.
    pub async fn may_move(&self, branch: &str, files: &[&Path]) -> Result<()> {
        let Some(folder) = self.checked_out(branch).await? else { return Ok(()) };
        let paths: Vec<String> = files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let edited = Self::at(&folder).edited(&paths).await?;
        if edited.is_empty() {
            return Ok(());
        }
        Err(Failure::new(Kind::Promotion, "the files that a promotion writes have uncommitted edits")
            .because(format!("{} in `{}`", edited.join(", "), folder.display()))
            .hint(format!("revert the edits: git checkout -- {}", edited.join(" "))))
    }
}

//! Makes commits beside the work tree, and moves a branch to them.

use std::path::{Path, PathBuf};

use super::{Repository, cannot};
use crate::base::{
    failure::{Context, Failure, Kind, Result},
    tool::ToolError,
};

impl Repository {
    /// The commit on `parent` in which `files` have the given texts; `parent` itself where they have them already.
    ///
    /// Only objects are written: an index of its own stands in for the work tree's.
    pub async fn commit(&self, parent: &str, files: &[(PathBuf, String)], message: &str) -> Result<String> {
        let folder = tempfile::tempdir().context(Kind::Tool, "make a folder for an index")?;
        let index = folder.path().join("index");
        let run = async |args: &[&str], stdin: &str| -> Result<String> {
            let git = self.git_beside(&index, args).stdin(stdin);
            let ended = git.capture().await.map_err(|error| cannot(error, "make the commit"))?;
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

    /// Moves the local `branch` from `old` to `new`, which follows it; `old` is `None` where the branch is to be made.
    ///
    /// Fails with kind `Promotion` where somebody else has moved it meanwhile. Where the branch is checked out, its work
    /// tree is brought along, as `git merge --ff-only` does: without that, the next commit there would take the change back.
    pub async fn move_branch(&self, branch: &str, old: Option<&str>, new: &str) -> Result<()> {
        let moved = |error: ToolError| {
            let failure = error.into_failure(Kind::Promotion, format!("cannot move the branch `{branch}`"));
            failure.hint(
                "somebody may have committed meanwhile, or edited the same files: look, then run this again",
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
        let list = self.ask(&["worktree", "list", "--porcelain"]).await;
        let list = list.map_err(|error| cannot(error, "list the work trees"))?;
        let wanted = format!("branch refs/heads/{branch}");
        let holds = list.split("\n\n").find(|tree| tree.lines().any(|line| line == wanted));
        Ok(holds.and_then(|tree| Some(PathBuf::from(tree.lines().next()?.strip_prefix("worktree ")?))))
    }

    /// Refuses where `files` are edited in the work tree that has `branch` checked out: they could not be brought along.
    pub async fn may_move(&self, branch: &str, files: &[&Path]) -> Result<()> {
        let Some(folder) = self.checked_out(branch).await? else { return Ok(()) };
        let paths: Vec<String> = files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let edited = Self { root: folder.clone() }.edited(&paths).await?;
        if edited.is_empty() {
            return Ok(());
        }
        Err(Failure::new(Kind::Promotion, "what a promotion writes is edited here already")
            .because(format!("{} in `{}`", edited.join(", "), folder.display()))
            .hint(format!("take the edits back: git checkout -- {}", edited.join(" "))))
    }
}

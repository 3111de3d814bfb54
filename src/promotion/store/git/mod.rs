//! Git, by its plumbing: reads commits, makes new ones beside the work tree, and moves branches only forward.

mod commit;
mod read;
mod remote;

use std::path::{Path, PathBuf};

use crate::base::{
    failure::{Failure, Kind, Result},
    tool::{Invocation, ToolError},
};

/// Variables that would lead Git to another repository, index or work tree than the one that is meant.
const ASTRAY: [&str; 4] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"];
/// The index that Git works with.
const INDEX: &str = "GIT_INDEX_FILE";

/// The repository whose work tree is the project.
#[derive(Debug, Clone)]
pub struct Repository {
    root: PathBuf,
}

impl Repository {
    /// Opens the repository at `root`, which must be the top of its work tree.
    pub async fn open(root: &Path) -> Result<Self> {
        let repository = Self { root: root.to_owned() };
        let hint = "promotions are commits: run this in a clone of the project";
        match repository.ask(&["rev-parse", "--show-prefix"]).await {
            Ok(prefix) if prefix.trim().is_empty() => Ok(repository),
            Ok(prefix) => {
                Err(Failure::new(Kind::Promotion, "the project is not the top of its Git repository")
                    .because(format!("it lies in the folder `{}` of it", prefix.trim())))
            }
            Err(error @ ToolError::Exited { .. }) => {
                Err(error.into_failure(Kind::Promotion, "the project is no Git repository").hint(hint))
            }
            Err(error) => Err(error.into_failure(Kind::Tool, "cannot ask Git").hint(hint)),
        }
    }

    fn git(&self, args: &[&str]) -> Invocation {
        self.bare(args).unset(INDEX)
    }

    /// The same, with an index of its own beside that of the work tree.
    fn git_beside(&self, index: &Path, args: &[&str]) -> Invocation {
        self.bare(args).env(INDEX, index)
    }

    fn bare(&self, args: &[&str]) -> Invocation {
        let git = Invocation::new("git")
            .args(args.iter().copied())
            .env("GIT_OPTIONAL_LOCKS", "0")
            // Nobody sits there to answer.
            .env("GIT_TERMINAL_PROMPT", "0")
            .cwd(&self.root);
        ASTRAY.iter().fold(git, |git, name| git.unset(*name))
    }

    async fn ask(&self, args: &[&str]) -> Result<String, ToolError> {
        self.git(args).capture().await.map(|captured| captured.stdout)
    }

    /// The answer; `None` where Git exits with a code of its own, which is its "no".
    async fn maybe(&self, args: &[&str]) -> Result<Option<String>> {
        match self.ask(args).await {
            Ok(text) => Ok(Some(text)),
            Err(ToolError::Exited { .. }) => Ok(None),
            Err(error) => Err(cannot(error, "ask Git")),
        }
    }
}

fn cannot(error: ToolError, what: &str) -> Failure {
    error.into_failure(Kind::Tool, format!("cannot {what}"))
}

#[cfg(test)]
pub(crate) mod tests;

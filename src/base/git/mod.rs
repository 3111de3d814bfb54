//! The only module that runs Git: reads commits, creates commits without the work tree, and moves branches only
//! forward.

mod commit;
mod files;
mod read;
mod remote;

use std::path::{Path, PathBuf};

use crate::base::{
    failure::{Failure, Kind, Result},
    tool::{Invocation, ToolError},
};

/// Selects the index that Git works with.
const INDEX: &str = "GIT_INDEX_FILE";

/// Returns an invocation of Git in `folder` that takes no optional locks and never prompts. Variables such as
/// `GIT_DIR` are not inherited, as in every child process.
pub fn command(folder: impl Into<PathBuf>, args: &[&str]) -> Invocation {
    Invocation::new("git")
        .args(args.iter().copied())
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .cwd(folder)
}

/// Runs Git in `folder` and returns its standard output.
pub async fn output(folder: &Path, args: &[&str]) -> Result<String, ToolError> {
    command(folder, args).capture().await.map(|captured| captured.stdout)
}

/// The repository whose work tree contains the project.
#[derive(Debug, Clone)]
pub struct Repository {
    root: PathBuf,
}

impl Repository {
    /// Opens the repository at `root`, which must be the top of its work tree.
    pub async fn open(root: &Path) -> Result<Self> {
        let repository = Self::at(root);
        let hint = "promotions are commits: run this in a clone of the project";
        match repository.run(&["rev-parse", "--show-prefix"]).await {
            Ok(prefix) if prefix.trim().is_empty() => Ok(repository),
            Ok(prefix) => {
                Err(Failure::new(Kind::Promotion, "the project is not the top of its Git repository")
                    .because(format!("it is in the directory `{}` of the repository", prefix.trim())))
            }
            Err(error @ ToolError::Exited { .. }) => {
                Err(error.into_failure(Kind::Promotion, "the project is not a Git repository").hint(hint))
            }
            Err(error) => Err(error.into_failure(Kind::Tool, "cannot run Git").hint(hint)),
        }
    }

    /// The repository that contains `root`, without a check: outside a repository no commit exists. Paths are
    /// relative to `root`.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    fn git(&self, args: &[&str]) -> Invocation {
        command(&self.root, args)
    }

    async fn run(&self, args: &[&str]) -> Result<String, ToolError> {
        output(&self.root, args).await
    }

    /// The output; `None` if Git exits with an error code, which means "no" for the queries that use this.
    async fn query(&self, args: &[&str]) -> Result<Option<String>> {
        match self.run(args).await {
            Ok(text) => Ok(Some(text)),
            Err(ToolError::Exited { .. }) => Ok(None),
            Err(error) => Err(cannot(error, "run Git")),
        }
    }
}

fn cannot(error: ToolError, what: &str) -> Failure {
    error.into_failure(Kind::Tool, format!("cannot {what}"))
}

#[cfg(test)]
pub(crate) mod tests;

//! Where a tree comes from: the commit it is based on, and whether it was changed since.

use crate::{
    base::{
        failure::{Kind, Result},
        git,
        tool::ToolError,
    },
    config::Project,
};

/// What the platform is made of; a change anywhere else does not make an artifact dirty.
const PARTS: [&str; 6] = ["gitops", "infra", "src", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml"];

/// Where a tree comes from. The same on every clone: neither its branch, its remote nor the clock is part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The commit, 40 or 64 hex digits; `None` outside Git or before the first commit.
    pub commit: Option<String>,
    /// When it was committed, as RFC 3339 in UTC.
    pub committed_at: Option<String>,
    /// Whether anything the platform is made of differs from the commit.
    pub dirty: bool,
    /// The project's address.
    pub source: String,
}

impl Provenance {
    /// Asks Git about `project`.
    pub async fn read(project: &Project) -> Result<Self> {
        let unknown = Self {
            commit: None,
            committed_at: None,
            dirty: true,
            source: env!("CARGO_PKG_REPOSITORY").to_owned(),
        };
        let head = match git::output(project.root(), &["log", "-1", "--format=%H %ct"]).await {
            Ok(head) => head,
            // No repository, no commit yet, or no Git at all: nothing is known, which is worth no failure.
            Err(ToolError::Exited { .. } | ToolError::Missing { .. }) => return Ok(unknown),
            Err(error) => return Err(error.into_failure(Kind::Tool, "cannot ask Git for the commit")),
        };
        let mut arguments = vec!["status", "--porcelain", "--untracked-files=normal", "--"];
        arguments.extend(PARTS);
        let changes = git::output(project.root(), &arguments)
            .await
            .map_err(|error| error.into_failure(Kind::Tool, "cannot ask Git for uncommitted changes"))?;
        let (commit, seconds) = head.trim().split_once(' ').unwrap_or((head.trim(), ""));
        let committed_at =
            seconds.parse().ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        Ok(Self {
            commit: Some(commit.to_owned()),
            committed_at: committed_at.map(|time| time.to_string()),
            dirty: !changes.trim().is_empty(),
            ..unknown
        })
    }

    /// The commit, with `-dirty` behind it where that is so; `unknown` without one.
    pub fn label(&self) -> String {
        let commit = self.commit.as_deref().map_or("unknown", |commit| &commit[..commit.len().min(12)]);
        format!("{commit}{}", if self.dirty { "-dirty" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_tree_is_dirty_only_where_the_platform_is() {
        let folder = tempfile::tempdir().unwrap();
        for part in ["envs", "gitops", "infra", "src"] {
            std::fs::create_dir(folder.path().join(part)).unwrap();
            std::fs::write(folder.path().join(part).join("f"), "").unwrap();
        }
        let project = Project::find(folder.path()).unwrap();
        let unknown = Provenance::read(&project).await.unwrap();
        assert_eq!((unknown.commit.clone(), unknown.label().as_str()), (None, "unknown-dirty"));

        let run = async |args: &[&str]| {
            let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
            let git = git::command(folder.path(), &[&identity, args].concat());
            git.env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05+02:00").capture().await.unwrap();
        };
        run(&["init", "-q"]).await;
        run(&["add", "."]).await;
        run(&["commit", "-qm", "x"]).await;
        let clean = Provenance::read(&project).await.unwrap();
        assert_eq!((clean.dirty, clean.committed_at.as_deref()), (false, Some("2026-01-02T01:04:05Z")));
        assert_eq!(clean.label().len(), 12);

        std::fs::write(folder.path().join("notes.md"), "x").unwrap();
        assert_eq!(Provenance::read(&project).await.unwrap(), clean);
        std::fs::write(folder.path().join("gitops/new.yaml"), "x").unwrap();
        assert!(Provenance::read(&project).await.unwrap().dirty);
    }
}

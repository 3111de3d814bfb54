//! The provenance of a tree: the commit it is based on, and whether it has uncommitted edits.

use crate::{
    base::{
        failure::{Kind, Result},
        git,
        tool::ToolError,
    },
    config::Project,
};

/// The paths that the platform is built from; edits elsewhere do not make an artifact dirty.
const PATHS: [&str; 6] = ["gitops", "infra", "src", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml"];

/// The provenance of a tree. It is the same on every clone: branch, remote and time are not part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The commit, 40 or 64 hex digits; `None` outside Git or before the first commit.
    pub commit: Option<String>,
    /// When it was committed, as RFC 3339 in UTC.
    pub committed_at: Option<String>,
    /// Whether any file that the platform is built from differs from the commit.
    pub dirty: bool,
    /// The URL of the project.
    pub source: String,
}

impl Provenance {
    /// Reads the provenance of `project` from Git.
    pub async fn read(project: &Project) -> Result<Self> {
        let unknown = Self {
            commit: None,
            committed_at: None,
            dirty: true,
            source: env!("CARGO_PKG_REPOSITORY").to_owned(),
        };
        let head = match git::output(project.root(), &["log", "-1", "--format=%H %ct"]).await {
            Ok(head) => head,
            // Without a repository, a commit or Git the provenance is unknown, which is not an error.
            Err(ToolError::Exited { .. } | ToolError::Missing { .. }) => return Ok(unknown),
            Err(error) => return Err(error.into_failure(Kind::Tool, "cannot read the commit from Git")),
        };
        let mut arguments = vec!["status", "--porcelain", "--untracked-files=normal", "--"];
        arguments.extend(PATHS);
        let changes = git::output(project.root(), &arguments)
            .await
            .map_err(|error| error.into_failure(Kind::Tool, "cannot read uncommitted changes from Git"))?;
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

    /// The commit, with `-dirty` appended if the tree has edits; `unknown` without a commit.
    pub fn label(&self) -> String {
        let commit = self.commit.as_deref().map_or("unknown", |commit| &commit[..commit.len().min(12)]);
        format!("{commit}{}", if self.dirty { "-dirty" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_platform_files_make_a_tree_dirty() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["envs", "gitops", "infra", "src"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
            std::fs::write(folder.path().join(name).join("f"), "").unwrap();
        }
        let project = Project::find(folder.path()).unwrap();
        let unknown = Provenance::read(&project).await.unwrap();
        assert_eq!(unknown.commit, None);
        assert_eq!(unknown.label(), "unknown-dirty");

        let run = async |args: &[&str]| {
            let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
            let args = [&identity[..], args].concat();
            let git = git::command(folder.path(), &args);
            git.env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05+02:00").capture().await.unwrap();
        };
        run(&["init", "-q"]).await;
        run(&["add", "."]).await;
        run(&["commit", "-qm", "x"]).await;
        let clean = Provenance::read(&project).await.unwrap();
        assert!(!clean.dirty);
        assert_eq!(clean.committed_at.as_deref(), Some("2026-01-02T01:04:05Z"));
        assert_eq!(clean.label().len(), 12);

        std::fs::write(folder.path().join("notes.md"), "x").unwrap();
        assert_eq!(Provenance::read(&project).await.unwrap(), clean);
        std::fs::write(folder.path().join("gitops/new.yaml"), "x").unwrap();
        assert!(Provenance::read(&project).await.unwrap().dirty);
    }
}

//! Fetches from and pushes to a remote; Git's own configuration provides the credentials.

use std::time::Duration;

use super::Repository;
use crate::base::{
    failure::{Kind, Result},
    tool::ToolError,
};

/// Only a few objects are transferred; a network that needs longer is unusable.
const LIMIT: Duration = Duration::from_mins(2);

impl Repository {
    /// Whether a remote `name` exists.
    pub async fn has_remote(&self, name: &str) -> Result<bool> {
        Ok(self.query(&["remote", "get-url", "--", name]).await?.is_some())
    }

    /// Fetches `branch` from `remote` and returns its newest commit; `None` if the remote has no such branch.
    pub async fn fetch(&self, remote: &str, branch: &str) -> Result<Option<String>> {
        let reference = format!("refs/heads/{branch}");
        let failed = |error: ToolError| {
            error.into_failure(Kind::Tool, format!("cannot fetch `{branch}` from `{remote}`"))
        };
        let list = self.git(&["ls-remote", "--heads", "--", remote, &reference]).limit(LIMIT).capture().await;
        let Some(commit) = list.map_err(failed)?.stdout.split_whitespace().next().map(str::to_owned) else {
            return Ok(None);
        };
        let fetch = self.git(&["fetch", "--quiet", "--no-tags", "--", remote, &reference]).limit(LIMIT);
        fetch.capture().await.map_err(failed)?;
        Ok(Some(commit))
    }

    /// Pushes `commit` to `branch` of `remote`; the branch must be at `old` there (`None`: it must not exist).
    pub async fn push(&self, remote: &str, branch: &str, old: Option<&str>, commit: &str) -> Result<()> {
        let lease = format!("--force-with-lease=refs/heads/{branch}:{}", old.unwrap_or_default());
        let target = format!("{commit}:refs/heads/{branch}");
        let push = self.git(&["push", "--quiet", "--no-verify", &lease, "--", remote, &target]).limit(LIMIT);
        push.capture().await.map(drop).map_err(|error| {
            error
                .into_failure(Kind::Promotion, format!("cannot push the commit to `{branch}` of `{remote}`"))
                .hint(format!(
                    "fetch the new commits (git pull --ff-only {remote} {branch}), then run this again"
                ))
        })
    }
}

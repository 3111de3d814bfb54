//! Fetches from and pushes to a remote; who may is Git's own business.

use std::time::Duration;

use super::Repository;
use crate::base::{
    failure::{Kind, Result},
    tool::ToolError,
};

/// A few objects are moved; a network that needs longer is none.
const LIMIT: Duration = Duration::from_mins(2);

impl Repository {
    /// Whether there is a remote called `name`.
    pub async fn has_remote(&self, name: &str) -> Result<bool> {
        Ok(self.maybe(&["remote", "get-url", "--", name]).await?.is_some())
    }

    /// Fetches `branch` from `remote` and gives its newest commit; `None` where the remote has no such branch.
    pub async fn fetch(&self, remote: &str, branch: &str) -> Result<Option<String>> {
        let reference = format!("refs/heads/{branch}");
        let told = |error: ToolError| {
            error.into_failure(Kind::Tool, format!("cannot fetch `{branch}` from `{remote}`"))
        };
        let list = self.git(&["ls-remote", "--heads", "--", remote, &reference]).limit(LIMIT).capture().await;
        let Some(commit) = list.map_err(told)?.stdout.split_whitespace().next().map(str::to_owned) else {
            return Ok(None);
        };
        let fetch = self.git(&["fetch", "--quiet", "--no-tags", "--", remote, &reference]).limit(LIMIT);
        fetch.capture().await.map_err(told)?;
        Ok(Some(commit))
    }

    /// Pushes `commit` to `branch` of `remote`, which must be at `old` (`None`: must not exist).
    pub async fn push(&self, remote: &str, branch: &str, old: Option<&str>, commit: &str) -> Result<()> {
        let lease = format!("--force-with-lease=refs/heads/{branch}:{}", old.unwrap_or_default());
        let target = format!("{commit}:refs/heads/{branch}");
        let push = self.git(&["push", "--quiet", "--no-verify", &lease, "--", remote, &target]).limit(LIMIT);
        push.capture().await.map(drop).map_err(|error| {
            error
                .into_failure(Kind::Promotion, format!("`{remote}` does not take the commit on `{branch}`"))
                .hint(format!(
                    "fetch what is new there (git pull --ff-only {remote} {branch}), then run this again"
                ))
        })
    }
}

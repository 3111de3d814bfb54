//! What an environment asks of a digest before it takes it, and while it does.

use serde::Deserialize;
use toml::Spanned;

use super::{Project, read::Document};
use crate::base::failure::Result;

/// The `[promotion]` table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Promotion {
    /// The environment that digests come from; empty where nothing is promoted to this one.
    pub from: Spanned<String>,
    /// The branch that holds the lock file.
    pub branch: Spanned<String>,
    /// Minutes that the source must have been Ready at the digest, 0 to 10080.
    pub soak_minutes: Spanned<u16>,
    /// Seconds that this environment is watched after it took a digest, 10 to 3600.
    pub watch_seconds: Spanned<u16>,
    /// Reviewed approvals that are asked for, 0 to 5.
    pub approvals: Spanned<u8>,
    /// EUR a month that the infrastructure may cost; 0 means no budget.
    pub budget_eur: Spanned<u32>,
    /// Part of the canary's requests that may fail, 0 to 1.
    pub max_error_rate: Spanned<f64>,
    /// Milliseconds within which 95 of 100 requests of the canary are answered, 1 to 60000.
    pub max_p95_ms: Spanned<u32>,
    /// Age in seconds that the newest reading may have, 1 to 3600.
    pub max_freshness_seconds: Spanned<u16>,
}

impl Promotion {
    /// The environment that digests come from, where there is one.
    pub fn source(&self) -> Option<&str> {
        Some(self.from.get_ref().as_str()).filter(|from| !from.is_empty())
    }

    pub(super) fn check(&self, project: &Project, own: &str, document: &Document) -> Result<()> {
        self.check_source(project, own, document)?;
        if !is_branch(self.branch.get_ref()) {
            let message = format!(
                "`promotion.branch` must be the name of a Git branch, not `{}`",
                self.branch.get_ref()
            );
            return Err(document.wrong(&self.branch, message));
        }
        document.in_range("promotion.soak-minutes", &self.soak_minutes, 0, 7 * 24 * 60)?;
        document.in_range("promotion.watch-seconds", &self.watch_seconds, 10, 3600)?;
        document.in_range("promotion.approvals", &self.approvals, 0, 5)?;
        document.in_range("promotion.budget-eur", &self.budget_eur, 0, 100_000)?;
        let rate = *self.max_error_rate.get_ref();
        if !(0.0..=1.0).contains(&rate) {
            return Err(document.wrong(
                &self.max_error_rate,
                format!("`promotion.max-error-rate` must be 0 to 1, not {rate}"),
            ));
        }
        document.in_range("promotion.max-p95-ms", &self.max_p95_ms, 1, 60_000)?;
        document.in_range("promotion.max-freshness-seconds", &self.max_freshness_seconds, 1, 3600)
    }

    fn check_source(&self, project: &Project, own: &str, document: &Document) -> Result<()> {
        let Some(source) = self.source() else { return Ok(()) };
        if source == own {
            return Err(
                document.wrong(&self.from, "`promotion.from` must name another environment".to_owned())
            );
        }
        let file = format!("envs/{source}.toml");
        if project.root().join(&file).is_file() {
            return Ok(());
        }
        let message = format!("`promotion.from` names `{source}`, and there is no `{file}`");
        Err(document.wrong(&self.from, message).hint("name an environment that has a file, or \"\""))
    }
}

/// The part of Git's rules for branches that people meet.
fn is_branch(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_graphic() && !"~^:?*[\\".contains(c);
    !name.is_empty()
        && name.chars().all(legal)
        && !name.starts_with(['-', '/', '.'])
        && !name.ends_with(['/', '.'])
        && !name.contains("..")
        && !name.contains("//")
        && !name.contains("@{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_refuses_is_no_branch() {
        for right in ["main", "release/2026", "feature-1.2"] {
            assert!(is_branch(right), "{right}");
        }
        for wrong in ["", "-main", "a..b", "a b", "a/", "/a", "a^", "a@{1}", ".a", "a//b"] {
            assert!(!is_branch(wrong), "{wrong}");
        }
    }
}

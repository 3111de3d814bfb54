//! The conditions that a digest must meet before and during its promotion to an environment.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error};
use toml::Spanned;

use super::{EnvName, Project, settings_file::SettingsFile};
use crate::base::failure::Result;

/// The `[promotion]` table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Promotion {
    /// The source of promotions; empty in the file if nothing is promoted to this environment.
    #[serde(deserialize_with = "source_or_empty")]
    pub from: Spanned<Option<EnvName>>,
    /// The branch with the lock file.
    pub branch: Spanned<String>,
    /// The soak: minutes for which the source must have been Ready at the digest, 0 to 10080.
    pub soak_minutes: Spanned<u16>,
    /// Seconds for which this environment is watched after a digest is deployed, 10 to 3600.
    pub watch_seconds: Spanned<u16>,
    /// Required approvals of a review, 0 to 5.
    pub approvals: Spanned<u8>,
    /// EUR per month that the infrastructure may cost; 0 means no budget.
    pub budget_eur: Spanned<u32>,
    /// Fraction of the canary's requests that may fail, 0 to 1.
    pub max_error_rate: Spanned<f64>,
    /// Fraction of the requests that may fail from a deployment until Ready, 0 to 1; 0.01 if the file has none.
    pub max_rollout_error_rate: Option<Spanned<f64>>,
    /// The limit for the 95th percentile of the canary's latency in milliseconds, 1 to 60000.
    pub max_p95_ms: Spanned<u32>,
    /// The longest time in milliseconds that a migration may make a request wait in a rehearsal, 1 to 600000; 1000 if
    /// the file has none.
    pub max_migration_stall_ms: Option<Spanned<u32>>,
    /// The maximum age of the newest reading in seconds, 1 to 3600.
    pub max_freshness_seconds: Spanned<u16>,
}

/// The limit for a rollout without one in the environment's file.
const ROLLOUT_ERROR_RATE: f64 = 0.01;
/// The limit for a migration without one in the environment's file.
const MIGRATION_STALL_MS: u32 = 1000;

impl Promotion {
    /// The fraction of the requests that may fail from a deployment until Ready.
    pub fn max_rollout_error_rate(&self) -> f64 {
        self.max_rollout_error_rate.as_ref().map_or(ROLLOUT_ERROR_RATE, |rate| *rate.get_ref())
    }

    /// The longest time that a migration may make a request wait in a rehearsal.
    pub fn max_migration_stall(&self) -> Duration {
        let ms = self.max_migration_stall_ms.as_ref().map_or(MIGRATION_STALL_MS, |ms| *ms.get_ref());
        Duration::from_millis(u64::from(ms))
    }

    /// The source of promotions, if there is one.
    pub fn source(&self) -> Option<&EnvName> {
        self.from.get_ref().as_ref()
    }

    pub(super) fn check(&self, project: &Project, own: &EnvName, document: &SettingsFile) -> Result<()> {
        self.check_source(project, own, document)?;
        if !is_branch(self.branch.get_ref()) {
            let message = format!(
                "`promotion.branch` must be the name of a Git branch, not `{}`",
                self.branch.get_ref()
            );
            return Err(document.invalid(&self.branch, message));
        }
        document.in_range("promotion.soak-minutes", &self.soak_minutes, 0, 7 * 24 * 60)?;
        document.in_range("promotion.watch-seconds", &self.watch_seconds, 10, 3600)?;
        document.in_range("promotion.approvals", &self.approvals, 0, 5)?;
        document.in_range("promotion.budget-eur", &self.budget_eur, 0, 100_000)?;
        let rates = [
            ("max-error-rate", Some(&self.max_error_rate)),
            ("max-rollout-error-rate", self.max_rollout_error_rate.as_ref()),
        ];
        for (key, rate) in rates {
            let Some(rate) = rate else { continue };
            if !(0.0..=1.0).contains(rate.get_ref()) {
                let message = format!("`promotion.{key}` must be 0 to 1, not {}", rate.get_ref());
                return Err(document.invalid(rate, message));
            }
        }
        document.in_range("promotion.max-p95-ms", &self.max_p95_ms, 1, 60_000)?;
        if let Some(stall) = &self.max_migration_stall_ms {
            document.in_range("promotion.max-migration-stall-ms", stall, 1, 600_000)?;
        }
        document.in_range("promotion.max-freshness-seconds", &self.max_freshness_seconds, 1, 3600)
    }

    fn check_source(&self, project: &Project, own: &EnvName, document: &SettingsFile) -> Result<()> {
        let Some(source) = self.source() else { return Ok(()) };
        if source == own {
            return Err(
                document.invalid(&self.from, "`promotion.from` must name another environment".to_owned())
            );
        }
        let file = format!("envs/{source}.toml");
        if project.root().join(&file).is_file() {
            return Ok(());
        }
        let message = format!("`promotion.from` is `{source}`, but `{file}` does not exist");
        Err(document.invalid(&self.from, message).hint("name an environment that has a file, or use \"\""))
    }
}

/// Reads the name of a source and keeps its location.
fn source_or_empty<'de, D: Deserializer<'de>>(input: D) -> Result<Spanned<Option<EnvName>>, D::Error> {
    let written = Spanned::<String>::deserialize(input)?;
    let (span, text) = (written.span(), written.into_inner());
    if text.is_empty() {
        return Ok(Spanned::new(span, None));
    }
    let name = text.parse().map_err(|_| {
        D::Error::custom(format!("`promotion.from` must be the name of an environment, not `{text}`"))
    })?;
    Ok(Spanned::new(span, Some(name)))
}

/// The common part of Git's rules for branch names.
fn is_branch(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_graphic() && !"~^:?*[\\".contains(c);
    !name.is_empty()
        && name.chars().all(allowed)
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
    fn names_that_git_rejects_are_not_branches() {
        for right in ["main", "release/2026", "feature-1.2"] {
            assert!(is_branch(right), "{right}");
        }
        for wrong in ["", "-main", "a..b", "a b", "a/", "/a", "a^", "a@{1}", ".a", "a//b"] {
            assert!(!is_branch(wrong), "{wrong}");
        }
    }
}

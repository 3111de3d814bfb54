//! The report of a promotion or a rollback.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    base::digest::Digest,
    config::EnvName,
    promotion::{
        gates::Gate,
        store::{EnvLock, history::Action},
        target::Copied,
        trial::Trial,
        verdict::{CanaryWatch, Summary},
    },
};

/// The version of the JSON format. Only incompatible changes increase it.
pub const VERSION: u32 = 3;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// It was a dry run.
    Planned,
    /// The environment already runs the digest, and the digest is verified.
    Unchanged,
    /// A gate refused. Nothing was changed, except that a review may have been requested.
    Refused,
    /// The digest runs and passed the watch.
    Verified,
    /// The digest failed, and the previous digest runs again.
    RolledBack,
    /// The digest failed, and there was no rollback, or the rollback did not become Ready.
    Failed,
}

/// The report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The format, [`VERSION`].
    pub version: u32,
    /// The environment.
    pub environment: EnvName,
    /// The action.
    pub action: Action,
    /// The digest to deploy.
    pub digest: Digest,
    /// The commit it was packed from; `None` if unknown.
    pub commit: Option<String>,
    /// The environment it came from; `None` if unknown.
    #[serde(with = "crate::config::env_name_or_empty")]
    pub from: Option<EnvName>,
    /// How the run ended.
    pub ending: Ending,
    /// The reason in one line.
    pub reason: String,
    /// Every gate, in order.
    pub gates: Vec<Gate>,
    /// The change of the lock file.
    pub lock: LockChange,
    /// The content copied to the target's registry; `None` if the run ended before.
    pub copied: Option<Copied>,
    /// The measurements of the canary; `None` without one.
    pub canary: Option<CanaryWatch>,
    /// The measurements from the deployment until Ready; `None` if no probe ran before it.
    pub rollout: Option<Summary>,
    /// The new migrations, run on a copy of the schema; `None` if none was.
    pub migrations: Option<Trial>,
    /// The measurements of the watch; `None` without one.
    pub watch: Option<Summary>,
    /// The measurements during the rollback; `None` without one.
    pub rollback: Option<Summary>,
    /// The digest that runs again after a rollback; `None` without one.
    pub rolled_back_to: Option<Digest>,
    /// The pull request, if a forge is configured.
    pub pull_request: Option<String>,
    /// The next steps for the user.
    pub next: Vec<String>,
}

/// The difference of two lock files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LockChange {
    /// The file.
    pub file: String,
    /// The digest before; `None` without a lock file.
    pub before: Option<Digest>,
    /// The digest after.
    pub after: Digest,
    /// The images that differ, by name.
    pub images: BTreeMap<String, ImageChange>,
}

/// The digests of one image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImageChange {
    /// Before; `None` for an added image.
    pub before: Option<Digest>,
    /// After; `None` for a removed image.
    pub after: Option<Digest>,
}

impl LockChange {
    /// Compares `before` with `after`.
    pub fn between(environment: &EnvName, before: Option<&EnvLock>, after: &EnvLock) -> Self {
        let old = |name: &String| before.and_then(|lock| lock.images.get(name)).cloned();
        let names = before.into_iter().chain([after]).flat_map(|lock| lock.images.keys());
        let images = names.filter_map(|name| {
            let change = ImageChange { before: old(name), after: after.images.get(name).cloned() };
            (change.before != change.after).then(|| (name.clone(), change))
        });
        Self {
            file: EnvLock::file(environment).display().to_string(),
            before: before.map(|lock| lock.digest.clone()),
            after: after.digest.clone(),
            images: images.collect(),
        }
    }
}

/// Shortens a digest to 12 hex digits for display.
pub fn short(digest: &Digest) -> &str {
    &digest.hex()[..12]
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{base::digest::digest, promotion::store::lock_file::tests::sample};

    pub fn a_report() -> Report {
        let image = |before: Option<char>, after: Option<char>| ImageChange {
            before: before.map(digest),
            after: after.map(digest),
        };
        let at = |second: i64| jiff::Timestamp::from_second(1_790_000_000 + second).ok();
        let watch = Summary {
            since: at(20),
            until: at(140),
            samples: 24,
            requests: 600,
            failed: 1,
            p95_ms: 41.3,
            freshness_seconds: Some(3.2),
            sent: 1200,
            stored: 1203,
        };
        let rollout = Summary {
            since: at(0),
            until: at(20),
            samples: 1,
            requests: 80,
            failed: 0,
            p95_ms: 90.0,
            freshness_seconds: Some(2.0),
            sent: 60,
            stored: 60,
        };
        Report {
            version: VERSION,
            environment: "staging".into(),
            action: Action::Promote,
            digest: digest('a'),
            commit: None,
            from: Some("local".into()),
            ending: Ending::Verified,
            reason: "the verdict is Passed".into(),
            gates: vec![
                Gate::passed("source-ready", "local is Ready at this digest, 14 resources"),
                Gate::skipped("budget", "it is not billed"),
            ],
            lock: LockChange {
                file: "envs/staging.lock.toml".into(),
                before: Some(digest('b')),
                after: digest('a'),
                images: [
                    ("seasense/backend".to_owned(), image(Some('1'), Some('2'))),
                    ("seasense/more".to_owned(), image(None, Some('3'))),
                ]
                .into(),
            },
            copied: Some(Copied { manifests: 2, bytes: 4096 }),
            canary: None,
            rollout: Some(rollout),
            migrations: None,
            watch: Some(watch),
            rollback: None,
            rolled_back_to: None,
            pull_request: None,
            next: vec![],
        }
    }

    #[test]
    fn only_changed_images_are_reported() {
        let (before, mut after) = (sample(), sample());
        assert_eq!(LockChange::between(&"staging".into(), Some(&before), &after).images, BTreeMap::new());
        after.images.insert("seasense/backend".into(), digest('3'));
        after.images.remove("seasense/frontend");
        after.images.insert("seasense/more".into(), digest('4'));
        let images = LockChange::between(&"staging".into(), Some(&before), &after).images;
        let changes: Vec<_> = images
            .iter()
            .map(|(name, change)| (name.as_str(), change.before.is_some(), change.after.is_some()))
            .collect();
        assert_eq!(
            changes,
            [
                ("seasense/backend", true, true),
                ("seasense/frontend", true, false),
                ("seasense/more", false, true)
            ]
        );
        assert_eq!(LockChange::between(&"staging".into(), None, &after).images.len(), 2);
    }
}

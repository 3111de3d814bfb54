//! What a promotion or a rollback has done, for people and for programs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Copied;
use crate::promotion::{
    gates::Gate,
    store::{EnvLock, history::Action},
    verdict::{Summary, Tried},
};

/// The format of the JSON form. New fields leave it as it is; another number means that an old one changed.
pub const VERSION: u32 = 1;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Nothing was done: it was only asked what would be.
    Planned,
    /// Nothing was to be done.
    Unchanged,
    /// A gate is closed; nothing was touched, but that reviewers are asked where a forge is configured.
    Refused,
    /// The digest runs and was proved.
    Verified,
    /// It was worse, and the digest before it runs again.
    RolledBack,
    /// It was worse, and nothing verified could be brought back.
    Failed,
}

/// The report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The format, [`VERSION`].
    pub version: u32,
    /// The environment.
    pub environment: String,
    /// What was wanted.
    pub action: Action,
    /// The digest that was to be brought.
    pub digest: String,
    /// The commit it was packed from; absent where it is not known.
    pub commit: Option<String>,
    /// The environment it came from.
    pub from: String,
    /// How it ended.
    pub ending: Ending,
    /// Why, in one line.
    pub reason: String,
    /// Every gate, in order.
    pub gates: Vec<Gate>,
    /// What changes in the lock file.
    pub lock: LockChange,
    /// What was copied to the target's registry; absent where it did not come to that.
    pub copied: Option<Copied>,
    /// What was seen while it had a share of the requests; absent where it was given none.
    pub canary: Option<Tried>,
    /// What the watch saw; absent where it did not come to that.
    pub figures: Option<Summary>,
    /// What the canary counted from the hand-over until the digest was Ready, or was given up; absent where it was not at
    /// sea then.
    pub rollout: Option<Summary>,
    /// The same for the way back.
    pub rollback: Option<Summary>,
    /// The digest that was brought back; absent where none was.
    pub restored: Option<String>,
    /// The pull request, where a forge is configured.
    pub pull_request: Option<String>,
    /// What a person has to do, or may.
    pub next: Vec<String>,
}

/// The difference of two lock files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LockChange {
    /// The file.
    pub file: String,
    /// The digest before; absent where there was no lock.
    pub before: Option<String>,
    /// The digest after.
    pub after: String,
    /// The images that differ, by name.
    pub images: BTreeMap<String, ImageChange>,
}

/// The digests of one image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImageChange {
    /// Before; absent for a new one.
    pub before: Option<String>,
    /// After; absent for one that is gone.
    pub after: Option<String>,
}

impl LockChange {
    /// What differs from `before` in `after`.
    pub fn between(environment: &str, before: Option<&EnvLock>, after: &EnvLock) -> Self {
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

/// The first digits of a digest: enough to see that two are the same.
pub fn short(digest: &str) -> &str {
    let digits = digest.trim_start_matches("sha256:");
    digits.get(..12).unwrap_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promotion::store::lock_file::tests::sample;

    #[test]
    fn only_what_differs_is_told() {
        let (before, mut after) = (sample(), sample());
        assert_eq!(LockChange::between("staging", Some(&before), &after).images, BTreeMap::new());
        after.images.insert("seasense/backend".into(), "sha256:new".into());
        after.images.remove("seasense/frontend");
        after.images.insert("seasense/more".into(), "sha256:more".into());
        let told = LockChange::between("staging", Some(&before), &after).images;
        let seen: Vec<_> = told
            .iter()
            .map(|(name, change)| (name.as_str(), change.before.is_some(), change.after.is_some()))
            .collect();
        assert_eq!(
            seen,
            [
                ("seasense/backend", true, true),
                ("seasense/frontend", true, false),
                ("seasense/more", false, true)
            ]
        );
        assert_eq!(LockChange::between("staging", None, &after).images.len(), 2);
    }
}

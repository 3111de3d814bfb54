//! Removes unreferenced images from a registry. Images that a lock, a running environment or a kept artifact
//! references are never removed.

mod locked;
mod remove;
mod scan;
mod select;

use std::collections::BTreeSet;

use jiff::Timestamp;
use semver::Version;

pub use self::{
    locked::{WINDOW_DAYS, locked},
    remove::remove,
    scan::scan,
    select::{Decision, StoredManifest, Verdict, select},
};
use crate::{
    base::{
        digest::Digest,
        event::Events,
        failure::{Failure, Kind, Result},
    },
    config::{Infra, Project},
    registry::{Admin, RegistryPath},
};

/// The options of a prune.
#[derive(Debug, Clone)]
pub struct Options {
    /// The location of the images.
    pub location: RegistryPath,
    /// The number of manifests to keep per repository, the newest ones.
    pub keep: usize,
    /// Whether to remove nothing.
    pub dry_run: bool,
    /// Digests that are in use, in addition to those in lock files.
    pub in_use: BTreeSet<Digest>,
    /// Repositories other than those of images.
    pub repositories: Vec<String>,
}

/// The result of a prune.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Every manifest with its verdict.
    pub decisions: Vec<Decision>,
    /// The number of removed manifests.
    pub removed: usize,
}

/// Scans the registry, decides about every manifest, and removes unreferenced ones.
pub async fn prune(project: &Project, options: Options, events: &Events) -> Result<Outcome> {
    let mut in_use = options.in_use;
    in_use.extend(locked(project, Timestamp::now()).await?);
    let admin = Admin::new(&options.location.host)?;
    let images = Infra::load(project)?.recipes.image.into_keys();
    let known: Vec<String> = images.chain(options.repositories).collect();
    let stored = scan(&admin, &options.location, &known, &in_use, events).await?;
    let decisions = select(&stored, &in_use, options.keep);
    let removed = if options.dry_run { 0 } else { remove(&admin, &decisions, events).await? };
    Ok(Outcome { decisions, removed })
}

/// Parses digests that a user entered. An invalid one is an error, because a typo must not cause the removal of
/// an image.
pub fn parse_digests(digests: &[String]) -> Result<BTreeSet<Digest>> {
    let parse = |text: &String| {
        text.parse().map_err(|failure| {
            Failure { kind: Kind::Usage, ..failure }
                .hint("run `seasense status --json` to see the digest that runs")
        })
    };
    digests.iter().map(parse).collect()
}

/// Returns the newest version in `tags`.
fn newest_version<'a>(tags: impl IntoIterator<Item = &'a String>) -> Option<Version> {
    let parsed = tags.into_iter().filter_map(|tag| Version::parse(tag.strip_prefix('v').unwrap_or(tag)).ok());
    parsed.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_of_several_tags_is_used() {
        let newest =
            |tags: &[&str]| newest_version(&tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>());
        assert_eq!(newest(&["v1.2.3", "1.10.0", "locked"]), Version::parse("1.10.0").ok());
        assert!(newest(&["1.2.4-dev.12.gabc"]) > newest(&["1.2.4-dev.5.gfff"]));
        assert!(newest(&["1.2.4"]) > newest(&["1.2.4-dev.99.gabc"]));
        assert_eq!(newest(&["locked", "0123456789ab"]), None);
    }

    #[test]
    fn an_invalid_digest_is_a_usage_error() {
        let valid = format!("sha256:{}", "a".repeat(64));
        assert_eq!(parse_digests(std::slice::from_ref(&valid)).unwrap(), [valid.parse().unwrap()].into());
        for invalid in [valid[..70].to_owned(), format!("{valid}0"), "latest".to_owned()] {
            assert_eq!(parse_digests(&[invalid]).unwrap_err().kind, Kind::Usage);
        }
    }
}

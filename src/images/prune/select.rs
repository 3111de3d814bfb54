//! Decides which manifests of a registry are kept. Pure.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use jiff::Timestamp;
use semver::Version;
use serde::Serialize;

use crate::base::digest::Digest;

/// A manifest in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredManifest {
    /// The repository, without the host.
    pub repository: String,
    /// The digest.
    pub digest: Digest,
    /// The tags that point to it.
    pub tags: BTreeSet<String>,
    /// The creation time, if the manifest contains it.
    pub created: Option<Timestamp>,
    /// Every digest in it: the components and images of an artifact, the platforms of an index.
    pub references: BTreeSet<Digest>,
}

/// Whether a manifest is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", content = "reason", rename_all = "lowercase")]
pub enum Verdict {
    /// It is kept, for this reason.
    Keep(String),
    /// Nothing references it.
    Remove,
}

/// A manifest with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The repository.
    pub repository: String,
    /// The digest.
    pub digest: Digest,
    /// The tags.
    pub tags: BTreeSet<String>,
    /// Whether it is kept.
    pub verdict: Verdict,
    /// The length of the longest chain of references to it. A manifest is removed after those that reference
    /// it.
    pub(super) depth: usize,
}

/// Decides about every manifest in a registry. The result is sorted by repository and digest.
///
/// It keeps the digests in `in_use`; the newest `keep` of each repository by version, otherwise by time,
/// without counting manifests that another one in the same repository references; every manifest of a
/// repository that no artifact references, because something else uses it (Flux's images); and everything that
/// a kept manifest references, transitively.
pub fn select(stored: &[StoredManifest], in_use: &BTreeSet<Digest>, keep: usize) -> Vec<Decision> {
    let referrers = referrers(stored);
    let mut reasons: BTreeMap<&str, String> = BTreeMap::new();
    for one in stored.iter().filter(|one| in_use.contains(&one.digest)) {
        reasons.insert(&one.digest, "a lock or a running environment references it".to_owned());
    }
    let known = known_repositories(stored, &referrers);
    for one in stored.iter().filter(|one| !known.contains(one.repository.as_str())) {
        reasons
            .entry(&one.digest)
            .or_insert_with(|| format!("no artifact references anything in {}", one.repository));
    }
    for one in newest(stored, &referrers, keep) {
        reasons
            .entry(&one.digest)
            .or_insert_with(|| format!("it is among the newest {keep} of {}", one.repository));
    }
    keep_references(stored, &mut reasons);
    let depths = depths(stored);
    let mut decisions: Vec<Decision> = stored
        .iter()
        .map(|one| Decision {
            repository: one.repository.clone(),
            digest: one.digest.clone(),
            tags: one.tags.clone(),
            verdict: reasons.get(&*one.digest).cloned().map_or(Verdict::Remove, Verdict::Keep),
            depth: depths.get(&*one.digest).copied().unwrap_or_default(),
        })
        .collect();
    decisions.sort_by(|a, b| (&a.repository, &a.digest).cmp(&(&b.repository, &b.digest)));
    decisions
}

/// Returns the manifests that reference each digest.
fn referrers(stored: &[StoredManifest]) -> BTreeMap<&str, Vec<&StoredManifest>> {
    let mut referrers: BTreeMap<&str, Vec<&StoredManifest>> = BTreeMap::new();
    for one in stored {
        for reference in one.references.iter().filter(|reference| **reference != one.digest) {
            referrers.entry(reference).or_default().push(one);
        }
    }
    referrers
}

/// Returns the repositories whose use is known: they contain artifacts, or an artifact references something in
/// them.
fn known_repositories<'a>(
    stored: &'a [StoredManifest],
    referrers: &BTreeMap<&str, Vec<&StoredManifest>>,
) -> BTreeSet<&'a str> {
    let known =
        stored.iter().filter(|one| !one.references.is_empty() || referrers.contains_key(&*one.digest));
    known.map(|one| one.repository.as_str()).collect()
}

/// Returns the newest `keep` manifests of each repository.
fn newest<'a>(
    stored: &'a [StoredManifest],
    referrers: &BTreeMap<&str, Vec<&StoredManifest>>,
    keep: usize,
) -> Vec<&'a StoredManifest> {
    let mut repositories: BTreeMap<&str, Vec<(Rank, &StoredManifest)>> = BTreeMap::new();
    for one in stored {
        let referrers = referrers.get(&*one.digest).cloned().unwrap_or_default();
        if referrers.iter().any(|referrer| referrer.repository == one.repository) {
            continue;
        }
        // Images have no creation time, because builds are reproducible: the newest artifact that references
        // one counts.
        let created = referrers.iter().filter_map(|referrer| referrer.created).max().max(one.created);
        let rank = (super::newest_version(&one.tags), created, &*one.digest);
        repositories.entry(&one.repository).or_default().push((rank, one));
    }
    let first = repositories.into_values().flat_map(|mut ranked| {
        ranked.sort_by(|a, b| Reverse(&a.0).cmp(&Reverse(&b.0)));
        ranked.truncate(keep);
        ranked.into_iter().map(|(_, one)| one)
    });
    first.collect()
}

/// The sort key by age, newest last. A version takes precedence over a time.
type Rank<'a> = (Option<Version>, Option<Timestamp>, &'a str);

/// Keeps everything that a manifest in `reasons` references, transitively.
fn keep_references<'a>(stored: &'a [StoredManifest], reasons: &mut BTreeMap<&'a str, String>) {
    let mut pending: Vec<&StoredManifest> =
        stored.iter().filter(|one| reasons.contains_key(&*one.digest)).collect();
    while let Some(referrer) = pending.pop() {
        for one in stored.iter().filter(|one| referrer.references.contains(&one.digest)) {
            if !reasons.contains_key(&*one.digest) {
                let reason = format!("{} of {} references it", referrer.digest.short(), referrer.repository);
                reasons.insert(&one.digest, reason);
                pending.push(one);
            }
        }
    }
}

/// Returns the length of the longest chain of references to each digest. Digests cannot form a cycle.
fn depths(stored: &[StoredManifest]) -> BTreeMap<&str, usize> {
    let mut depths: BTreeMap<&str, usize> = stored.iter().map(|one| (&*one.digest, 0)).collect();
    for _ in 0..stored.len().min(8) {
        let before = depths.clone();
        for one in stored {
            let next = before[&*one.digest] + 1;
            for reference in one.references.iter().filter(|reference| **reference != one.digest) {
                if let Some(depth) = depths.get_mut(&**reference) {
                    *depth = (*depth).max(next);
                }
            }
        }
        if before == depths {
            break;
        }
    }
    depths
}

#[cfg(test)]
#[path = "select_tests.rs"]
mod tests;

//! Which manifests of a registry stay: a pure function.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use jiff::Timestamp;
use semver::Version;
use serde::Serialize;

/// A manifest that a registry holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its repository, without the host.
    pub repository: String,
    /// Its digest.
    pub digest: String,
    /// The tags that point to it.
    pub tags: BTreeSet<String>,
    /// When it was made, where it says so.
    pub made: Option<Timestamp>,
    /// Every digest in it: of an artifact its parts and images, of a list its platforms.
    pub names: BTreeSet<String>,
}

/// What becomes of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", content = "reason", rename_all = "lowercase")]
pub enum Verdict {
    /// It stays, and why.
    Keep(String),
    /// Nothing names it.
    Remove,
}

/// A manifest with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluated {
    /// Its repository.
    pub repository: String,
    /// Its digest.
    pub digest: String,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// What becomes of it.
    pub verdict: Verdict,
    /// How many steps it is away from what nothing names: what is named is removed after what names it.
    pub(super) depth: usize,
}

/// Judges everything that a registry holds, sorted by repository and digest.
///
/// Kept is what `locked` names; of each repository the newest `keep` by version, else by time, the parts of another
/// manifest of the same repository not counted; all of a repository of which no artifact names anything, for then it is
/// something else that uses it (Flux itself, which no artifact holds); and everything that something kept names, however far.
pub fn select(held: &[Held], locked: &BTreeSet<String>, keep: usize) -> Vec<Evaluated> {
    let namers = namers(held);
    let mut why: BTreeMap<&str, String> = BTreeMap::new();
    for one in held.iter().filter(|one| locked.contains(&one.digest)) {
        why.insert(&one.digest, "a lock or a running environment names it".to_owned());
    }
    let known = known(held, &namers);
    for one in held.iter().filter(|one| !known.contains(one.repository.as_str())) {
        why.entry(&one.digest).or_insert_with(|| format!("no artifact names anything of {}", one.repository));
    }
    for one in newest(held, &namers, keep) {
        why.entry(&one.digest)
            .or_insert_with(|| format!("it is among the newest {keep} of {}", one.repository));
    }
    follow(held, &mut why);
    let depths = depths(held);
    let mut judged: Vec<Evaluated> = held
        .iter()
        .map(|one| Evaluated {
            repository: one.repository.clone(),
            digest: one.digest.clone(),
            tags: one.tags.clone(),
            verdict: why.get(one.digest.as_str()).cloned().map_or(Verdict::Remove, Verdict::Keep),
            depth: depths.get(one.digest.as_str()).copied().unwrap_or_default(),
        })
        .collect();
    judged.sort_by(|a, b| (&a.repository, &a.digest).cmp(&(&b.repository, &b.digest)));
    judged
}

/// For every digest what names it.
fn namers(held: &[Held]) -> BTreeMap<&str, Vec<&Held>> {
    let mut namers: BTreeMap<&str, Vec<&Held>> = BTreeMap::new();
    for one in held {
        for name in one.names.iter().filter(|name| **name != one.digest) {
            namers.entry(name).or_default().push(one);
        }
    }
    namers
}

/// The repositories whose use is known: artifacts are in them, or name something of them.
fn known<'a>(held: &'a [Held], namers: &BTreeMap<&str, Vec<&Held>>) -> BTreeSet<&'a str> {
    let known = held.iter().filter(|one| !one.names.is_empty() || namers.contains_key(one.digest.as_str()));
    known.map(|one| one.repository.as_str()).collect()
}

/// The newest `keep` of each repository.
fn newest<'a>(held: &'a [Held], namers: &BTreeMap<&str, Vec<&Held>>, keep: usize) -> Vec<&'a Held> {
    let of = |one: &Held| namers.get(one.digest.as_str()).cloned().unwrap_or_default();
    let mut repositories: BTreeMap<&str, Vec<(Rank, &Held)>> = BTreeMap::new();
    for one in held {
        let named_by = of(one);
        if named_by.iter().any(|namer| namer.repository == one.repository) {
            continue;
        }
        // Images are built to the same bytes at any hour: they are as new as the newest artifact that names them.
        let made = named_by.iter().filter_map(|namer| namer.made).max().max(one.made);
        let rank = (super::version_of(&one.tags), made, one.digest.as_str());
        repositories.entry(&one.repository).or_default().push((rank, one));
    }
    let first = repositories.into_values().flat_map(|mut ranked| {
        ranked.sort_by(|a, b| Reverse(&a.0).cmp(&Reverse(&b.0)));
        ranked.truncate(keep);
        ranked.into_iter().map(|(_, one)| one)
    });
    first.collect()
}

/// What is newer ranks higher; a version counts before a time.
type Rank<'a> = (Option<Version>, Option<Timestamp>, &'a str);

/// Lets everything stay that something named in `why` names.
fn follow<'a>(held: &'a [Held], why: &mut BTreeMap<&'a str, String>) {
    let mut open: Vec<&Held> = held.iter().filter(|one| why.contains_key(one.digest.as_str())).collect();
    while let Some(namer) = open.pop() {
        for one in held.iter().filter(|one| namer.names.contains(&one.digest)) {
            if !why.contains_key(one.digest.as_str()) {
                why.insert(&one.digest, format!("{} of {} names it", short(&namer.digest), namer.repository));
                open.push(one);
            }
        }
    }
}

/// How long the longest chain of names to each digest is; a circle, which no digests can form, would end the count.
fn depths(held: &[Held]) -> BTreeMap<&str, usize> {
    let mut depths: BTreeMap<&str, usize> = held.iter().map(|one| (one.digest.as_str(), 0)).collect();
    for _ in 0..held.len().min(8) {
        let before = depths.clone();
        for one in held {
            let next = before[one.digest.as_str()] + 1;
            for name in one.names.iter().filter(|name| **name != one.digest) {
                if let Some(depth) = depths.get_mut(name.as_str()) {
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

fn short(digest: &str) -> &str {
    digest.get(..19).unwrap_or(digest)
}

#[cfg(test)]
#[path = "select_tests.rs"]
mod tests;

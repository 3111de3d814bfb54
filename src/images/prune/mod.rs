//! Removes images that nothing names any more from a registry, and never one that a lock, a running environment or a kept
//! artifact names.

mod locked;
mod select;
mod survey;

use std::collections::BTreeSet;

use semver::Version;

pub use self::{
    locked::{WINDOW_DAYS, digests_in, locked},
    select::{Evaluated, Held, Verdict, select},
    survey::survey,
};
use crate::base::{
    event::{Events, Step},
    failure::Result,
};
use crate::registry::Admin;

/// The newest version among `tags`.
fn version_of<'a>(tags: impl IntoIterator<Item = &'a String>) -> Option<Version> {
    let parsed = tags.into_iter().filter_map(|tag| Version::parse(tag.strip_prefix('v').unwrap_or(tag)).ok());
    parsed.max()
}

/// Removes from `admin` what `judged` says; gives how many were there to be removed.
pub async fn carry_out(admin: &Admin, judged: &[Evaluated], events: &Events) -> Result<usize> {
    // What names others goes before what it names: a run that is cut short leaves no artifact without its parts.
    let mut doomed: Vec<&Evaluated> = judged.iter().filter(|one| one.verdict == Verdict::Remove).collect();
    doomed.sort_by_key(|one| one.depth);
    let step = Step::start(events, "images.prune", "Remove images that nothing names");
    let total = doomed.len();
    let (mut removed, mut seen) = (0, BTreeSet::new());
    for (done, one) in (0..).zip(doomed) {
        step.progress(done, Some(total as u64), &one.repository);
        if seen.insert((&one.repository, &one.digest)) {
            removed += usize::from(admin.delete(&one.repository, &one.digest).await?);
        }
    }
    match removed {
        0 => step.unchanged("nothing to remove"),
        _ => step.done(format!("{removed} removed")),
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_of_several_tags_counts() {
        let newest =
            |tags: &[&str]| version_of(&tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>());
        assert_eq!(newest(&["v1.2.3", "1.10.0", "locked"]), Version::parse("1.10.0").ok());
        assert!(newest(&["1.2.4-dev.12.gabc"]) > newest(&["1.2.4-dev.5.gfff"]));
        assert!(newest(&["1.2.4"]) > newest(&["1.2.4-dev.99.gabc"]));
        assert_eq!(newest(&["locked", "0123456789ab"]), None);
    }
}

//! Removes the manifests that the selection does not keep.

use std::collections::BTreeSet;

use super::{Decision, Verdict};
use crate::{
    base::{
        event::{Events, Step},
        failure::Result,
    },
    registry::Admin,
};

/// Removes manifests according to `decisions`. Returns the number of removed manifests.
pub async fn remove(admin: &Admin, decisions: &[Decision], events: &Events) -> Result<usize> {
    // A manifest is removed before its references: an interrupted run leaves no artifact without its
    // components.
    let mut unreferenced: Vec<&Decision> =
        decisions.iter().filter(|one| one.verdict == Verdict::Remove).collect();
    unreferenced.sort_by_key(|one| one.depth);
    let step = Step::start(events, "images.prune", "Remove unreferenced images");
    let total = unreferenced.len();
    let (mut removed, mut seen) = (0, BTreeSet::new());
    for (done, one) in (0..).zip(unreferenced) {
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

//! Decides whether a wait for the phases goes on; keeps what was observed before. Pure.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    blocker::Blocker,
    reported_error::Reports,
    state::Block,
    trouble::{self, Seen, Trouble},
};
use crate::base::{
    digest::Digest,
    failure::Failure,
    give_up::GiveUpTimer,
    k8s::{
        Outlook,
        flux::{Kustomization, Source},
    },
};

/// The results of earlier observations of one wait.
pub(super) struct Judge {
    /// The number of observations so far.
    pub(super) observations: u32,
    blockers: BTreeMap<String, Vec<Blocker>>,
    /// The resources that were terminal when blockers were found last: only what is so twice is certain, because the
    /// controllers may be about to replace it.
    terminal: BTreeSet<String>,
    /// The resource that blocks each Kustomization, if known, and the time at which that block began.
    since: BTreeMap<String, (Option<String>, Duration)>,
    /// What the Kustomizations reported.
    pub(super) reports: Reports,
    /// What failed at the last judgement.
    pub(super) troubles: Vec<Trouble>,
    timer: GiveUpTimer,
}

impl Judge {
    /// Nothing was observed yet.
    pub(super) const fn new() -> Self {
        Self {
            observations: 0,
            blockers: BTreeMap::new(),
            terminal: BTreeSet::new(),
            since: BTreeMap::new(),
            reports: Reports::new(),
            troubles: Vec::new(),
            timer: GiveUpTimer::usual(),
        }
    }

    /// Adds the blockers that were found `now`, the time since the wait began.
    pub(super) fn add(
        &mut self,
        found: &[Kustomization],
        mut blockers: BTreeMap<String, Vec<Blocker>>,
        now: Duration,
    ) {
        let all = blockers.values_mut().flatten().filter(|blocker| blocker.outlook == Outlook::Terminal);
        let mut terminal = BTreeSet::new();
        for blocker in all {
            if !self.terminal.contains(&blocker.title) {
                blocker.outlook = Outlook::Doubtful;
            }
            terminal.insert(blocker.title.clone());
        }
        self.terminal = terminal;
        for kustomization in found {
            let first = blockers.get(&kustomization.name).and_then(|blockers| blockers.first());
            let title = first.map(|blocker| blocker.title.clone());
            let known = self.since.get(&kustomization.name);
            if known.is_none_or(|(before, _)| *before != title) {
                self.since.insert(kustomization.name.clone(), (title, now));
            }
        }
        self.blockers = blockers;
    }

    /// What is known about a Kustomization.
    pub(super) fn block(&self, name: &str) -> Block {
        let blocker = self.blockers.get(name).and_then(|blockers| blockers.first());
        Block {
            resource: blocker.map(|blocker| (blocker.title.clone(), blocker.detail.clone())),
            report: self.reports.of(name).map(|report| report.text.clone()),
            since: self.since.get(name).map_or(Duration::ZERO, |(_, since)| *since),
        }
    }

    /// Decides whether to go on `now`: `None` while there is hope.
    pub(super) fn judge(
        &mut self,
        (digest, found, sources): (&Digest, &[Kustomization], &[Source]),
        now: Duration,
    ) -> Option<Failure> {
        let seen = Seen { digest, found, sources, reports: &self.reports, blockers: &self.blockers };
        let troubles = seen.troubles();
        let terminal = troubles.iter().any(|trouble| trouble.outlook == Outlook::Terminal);
        let stuck = !troubles.is_empty() && !seen.has_hope(&troubles);
        self.troubles = troubles;
        let ends = self.timer.observe(now, stuck) || terminal;
        ends.then(|| trouble::failure(&self.troubles)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::digest::digest, phases::example::tree};

    fn blocker(title: &str, detail: &str, outlook: Outlook) -> BTreeMap<String, Vec<Blocker>> {
        let (title, detail) = (title.to_owned(), detail.to_owned());
        BTreeMap::from([("data".to_owned(), vec![Blocker { title, detail, outlook, log: None }])])
    }

    /// Everything except `data` is ready.
    fn found() -> Vec<Kustomization> {
        let mut found = tree();
        for one in found.iter_mut().filter(|one| !["data", "apps"].contains(&one.name.as_str())) {
            (one.ready, one.applied) = (true, Some(digest('a')));
        }
        found.iter_mut().filter(|one| one.name == "apps").for_each(|one| one.needs.push("data".into()));
        found
    }

    /// The second in which it gives up, with an observation in each.
    fn ends_at(
        found: &[Kustomization],
        blocked: impl Fn(u64) -> BTreeMap<String, Vec<Blocker>>,
    ) -> Option<u64> {
        let mut judge = Judge::new();
        (0..200).find(|second| {
            let now = Duration::from_secs(*second);
            judge.add(found, blocked(*second), now);
            judge.judge((&digest('a'), found, &[]), now).is_some()
        })
    }

    #[test]
    fn a_doubtful_blocker_without_hope_ends_after_the_grace() {
        let doubtful = |_| blocker("Pod a/b", "refused", Outlook::Doubtful);
        assert_eq!(ends_at(&found(), doubtful), Some(45));
        let mut late = found();
        late.iter_mut().filter(|one| one.name == "gateway-config").for_each(|one| one.ready = false);
        assert_eq!(ends_at(&late, doubtful), None, "another phase makes progress");
        let starting = |_| blocker("Pod a/b", "starting", Outlook::Progressing);
        assert_eq!(ends_at(&found(), starting), None);
    }

    #[test]
    fn a_terminal_blocker_ends_the_wait_once_confirmed() {
        assert_eq!(ends_at(&found(), |_| blocker("Pod a/b", "no image", Outlook::Terminal)), Some(1));
        let replaced = |second: u64| blocker(&format!("Pod a/{second}"), "no image", Outlook::Terminal);
        assert_eq!(ends_at(&found(), replaced), Some(45), "each is gone at the next look");
    }

    #[test]
    fn a_failure_between_retries_counts_as_lasting() {
        let mut judge = Judge::new();
        let ends = (0..200).find(|second| {
            let mut found = found();
            let data = found.iter_mut().find(|one| one.name == "data").unwrap();
            data.attempted = Some(digest('a'));
            data.failed = second % 5 < 2;
            data.reason = if data.failed { "ReconciliationFailed" } else { "Progressing" }.to_owned();
            data.message =
                if data.failed { "no matches for kind \"Widget\"" } else { "in progress" }.to_owned();
            judge.reports.observe(&found, &digest('a'));
            judge.judge((&digest('a'), &found, &[]), Duration::from_secs(*second)).is_some()
        });
        assert_eq!(ends, Some(45));
        assert_eq!(judge.troubles[0].cause, "no matches for kind \"Widget\"");
    }

    #[test]
    fn a_blocker_blocks_since_its_first_observation() {
        let found = [Kustomization { name: "data".into(), ..Kustomization::default() }];
        let by = |title: &str, detail: &str| blocker(title, detail, Outlook::Waiting);
        let mut judge = Judge::new();
        let seen = [
            (1, by("Pod a/b", "pulling"), 1),
            (5, by("Pod a/b", "starting"), 1),
            (9, by("Pod a/c", "pulling"), 9),
        ];
        for (now, blockers, since) in seen {
            judge.add(&found, blockers, Duration::from_secs(now));
            assert_eq!(judge.block("data").since, Duration::from_secs(since));
        }
        assert_eq!(judge.block("data").resource, Some(("Pod a/c".to_owned(), "pulling".to_owned())));
    }
}

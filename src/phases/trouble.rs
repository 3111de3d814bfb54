//! Everything that fails at one moment, and what to tell about it. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    blocker::Blocker,
    dependencies,
    reported_error::Reports,
    tree::{ROOT, named},
};
use crate::base::{
    digest::Digest,
    failure::{Failure, Kind},
    k8s::{
        Outlook,
        flux::{Kustomization, Source},
    },
};

/// The beginning of a cause with the last lines of a container.
const LAST_WORDS: &str = "its last log lines:";
/// The longest part of each line of a log in a failure of one line.
const LINE: usize = 200;
const FIX_MANIFEST: &str = "fix the manifest under `gitops/` and run `seasense dev` again";
const FIX_CAUSE: &str = "fix the cause and run `seasense dev` again; see `seasense logs` for more";

/// One failing Kustomization, or one failing resource of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// The name of the Kustomization.
    pub part: String,
    /// Whether waiting can help.
    pub outlook: Outlook,
    /// What fails, and why.
    pub cause: String,
    /// The last words of a container that crashed.
    pub log: Option<String>,
    /// The next step.
    hint: &'static str,
}

/// What was observed at one moment.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    /// The artifact that is waited for.
    pub digest: &'a Digest,
    /// Every Kustomization.
    pub found: &'a [Kustomization],
    /// Every source.
    pub sources: &'a [Source],
    /// What the Kustomizations reported last.
    pub reports: &'a Reports,
    /// The resources that block each Kustomization.
    pub blockers: &'a BTreeMap<String, Vec<Blocker>>,
}

impl Seen<'_> {
    /// Returns everything that fails, the worst first.
    pub(super) fn troubles(self) -> Vec<Trouble> {
        let mut troubles: Vec<Trouble> = self.of_definitions();
        for one in self.found.iter().filter(|one| !one.ready_at(self.digest)) {
            let blocked = self.of_blockers(&one.name);
            let reported = self.of_report(one).filter(|_| blocked.is_empty());
            troubles.extend(blocked.into_iter().chain(reported));
        }
        troubles.sort_by_key(|trouble| std::cmp::Reverse(trouble.outlook));
        troubles
    }

    /// Returns whether something may become ready although `troubles` remain.
    pub(super) fn has_hope(self, troubles: &[Trouble]) -> bool {
        let starts = |part: &str| {
            let blockers = self.blockers.get(part).into_iter().flatten();
            blockers.into_iter().any(|blocker| blocker.outlook == Outlook::Progressing)
        };
        let failing = troubles.iter().map(|trouble| trouble.part.as_str()).filter(|part| !starts(part));
        let failing: BTreeSet<&str> = failing.collect();
        dependencies::has_hope(self.found, &failing, self.digest)
    }

    /// Dependencies that can never be met, as soon as the root has applied the definitions of the artifact.
    fn of_definitions(self) -> Vec<Trouble> {
        if named(self.found, ROOT).is_none_or(|root| root.applied.as_ref() != Some(self.digest)) {
            return Vec::new();
        }
        let of = |part: &str, cause: String| Trouble {
            part: part.to_owned(),
            outlook: Outlook::Terminal,
            cause: format!("Kustomization {part}: {cause}"),
            log: None,
            hint: FIX_MANIFEST,
        };
        let missing = dependencies::missing(self.found).into_iter();
        let missing =
            missing.map(|(part, need)| of(part, format!("it depends on `{need}`, which does not exist")));
        let cycles = dependencies::cycles(self.found).into_iter();
        let cycles = cycles.map(|cycle| of(cycle[0], format!("it waits for itself: {}", cycle.join(" -> "))));
        missing.chain(cycles).collect()
    }

    fn of_blockers(self, part: &str) -> Vec<Trouble> {
        let blockers = self.blockers.get(part).into_iter().flatten();
        let failing = blockers.filter(|blocker| blocker.outlook.fails());
        failing.map(|blocker| of_blocker(part, blocker)).collect()
    }

    fn of_report(self, one: &Kustomization) -> Option<Trouble> {
        let of = |outlook, cause: &str| Trouble {
            part: one.name.clone(),
            outlook,
            cause: cause.to_owned(),
            log: None,
            hint: FIX_MANIFEST,
        };
        if let Some(report) = self.reports.of(&one.name).filter(|report| report.outlook.fails()) {
            return Some(of(report.outlook, &report.text));
        }
        let source = self.sources.iter().find(|source| source.name == one.source && source.fails())?;
        Some(Trouble { hint: FIX_CAUSE, ..of(Outlook::Doubtful, &source.message) })
    }
}

/// The trouble of a blocker of `part`.
pub(super) fn of_blocker(part: &str, blocker: &Blocker) -> Trouble {
    Trouble {
        part: part.to_owned(),
        outlook: blocker.outlook,
        cause: blocker.to_string(),
        log: blocker.log.clone(),
        hint: FIX_CAUSE,
    }
}

/// Returns the failure with every trouble; `None` without one.
pub(super) fn failure(troubles: &[Trouble]) -> Option<Failure> {
    let mut parts: Vec<&str> = Vec::new();
    troubles.iter().map(|trouble| trouble.part.as_str()).for_each(|part| {
        if !parts.contains(&part) {
            parts.push(part);
        }
    });
    let message = match parts[..] {
        [] => return None,
        [one] => format!("phase `{one}` cannot become ready"),
        _ => format!("{} phases cannot become ready: `{}`", parts.len(), parts.join("`, `")),
    };
    let mut failure = Failure::new(Kind::Phase, message);
    for trouble in troubles {
        let cause = match parts.len() {
            1 => trouble.cause.clone(),
            _ => format!("{}: {}", trouble.part, trouble.cause),
        };
        if failure.causes.contains(&cause) {
            continue;
        }
        failure = failure.because(cause);
        if let Some(log) = &trouble.log {
            failure = failure.because(format!("{LAST_WORDS}\n{log}"));
        }
        if !failure.hints.iter().any(|hint| hint == trouble.hint) {
            failure = failure.hint(trouble.hint);
        }
    }
    Some(failure)
}

/// Describes a failure in one line: its first cause, and the last words of the container that ended.
pub fn in_one_line(failure: &Failure) -> String {
    let mut causes = failure.causes.iter();
    let first = causes.next().map(|cause| format!(": {}", words(cause))).unwrap_or_default();
    let log = causes.next().and_then(|cause| cause.strip_prefix(LAST_WORDS));
    let log = log.map(|log| format!("; its last words: {}", words(log))).unwrap_or_default();
    format!("{}{first}{log}", failure.message)
}

/// The last three lines of a text in one line, each shortened.
pub(super) fn words(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| line.chars().take(LINE).collect())
        .collect();
    lines[lines.len().saturating_sub(3)..].join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::digest::digest, phases::example::tree};

    fn blocker(title: &str, outlook: Outlook) -> Blocker {
        Blocker { title: title.into(), detail: "refused".into(), outlook, log: None }
    }

    fn applied() -> Vec<Kustomization> {
        let mut found = tree();
        (found[0].ready, found[0].applied) = (true, Some(digest('a')));
        found
    }

    fn seen(found: &[Kustomization], blockers: &[(&str, Blocker)]) -> (Vec<Trouble>, bool) {
        let mut by_name: BTreeMap<String, Vec<Blocker>> = BTreeMap::new();
        for (part, blocker) in blockers {
            by_name.entry((*part).to_owned()).or_default().push(blocker.clone());
        }
        let (digest, reports) = (digest('a'), Reports::default());
        let seen = Seen { digest: &digest, found, sources: &[], reports: &reports, blockers: &by_name };
        (seen.troubles(), seen.has_hope(&seen.troubles()))
    }

    #[test]
    fn all_blockers_are_listed_together_with_their_phases() {
        let found = applied();
        let (troubles, _) = seen(
            &found,
            &[
                ("apps", blocker("Deployment seasense/x", Outlook::Doubtful)),
                ("data", blocker("Pod seasense/db-1", Outlook::Terminal)),
                ("apps", blocker("Pod seasense/y", Outlook::Waiting)),
            ],
        );
        let failure = failure(&troubles).unwrap();
        assert_eq!(failure.message, "2 phases cannot become ready: `data`, `apps`");
        assert_eq!(
            failure.causes,
            ["data: Pod seasense/db-1: refused", "apps: Deployment seasense/x: refused"]
        );
        assert_eq!(failure.hints, [FIX_CAUSE]);
        assert_eq!(super::failure(&[]), None);
    }

    #[test]
    fn the_last_words_fit_into_one_line() {
        let log = "starting\nreading the schema\n\n  panicked at main.rs:7:\nrelation \"x\" does not exist\n";
        let crashed = Blocker { log: Some(log.into()), ..blocker("Pod a/b", Outlook::Terminal) };
        let failure = failure(&[of_blocker("apps", &crashed)]).unwrap();
        let expected = "phase `apps` cannot become ready: Pod a/b: refused; its last words: reading the schema | \
                        panicked at main.rs:7: | relation \"x\" does not exist";
        assert_eq!(in_one_line(&failure), expected);
    }

    #[test]
    fn a_pod_that_starts_beside_a_failing_one_is_hope() {
        let mut found = applied();
        for one in found.iter_mut().filter(|one| one.name != "apps") {
            (one.ready, one.applied) = (true, Some(digest('a')));
        }
        let failing = ("apps", blocker("Pod a/b", Outlook::Doubtful));
        let starting = ("apps", blocker("Pod a/c", Outlook::Progressing));
        assert!(!seen(&found, std::slice::from_ref(&failing)).1);
        assert!(seen(&found, &[failing, starting]).1);
    }

    #[test]
    fn unmet_dependencies_count_once_the_definitions_are_applied() {
        let mut found = applied();
        found[1].needs.push("gone".into());
        let (troubles, _) = seen(&found, &[]);
        assert_eq!(troubles[0].cause, "Kustomization apps: it depends on `gone`, which does not exist");
        assert_eq!(troubles[0].outlook, Outlook::Terminal);
        found[0].applied = Some(digest('b'));
        assert_eq!(seen(&found, &[]).0, []);
    }
}

//! Tests of the selection, by example and with generated registries.

use proptest::prelude::*;

use super::*;

fn digest(number: usize) -> Digest {
    format!("sha256:{number:064x}").parse().unwrap()
}

fn manifest(repository: &str, number: usize, tags: &[&str], references: &[usize]) -> StoredManifest {
    StoredManifest {
        repository: repository.to_owned(),
        digest: digest(number),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        created: None,
        references: references.iter().map(|number| digest(*number)).collect(),
    }
}

/// Returns the kept digests as numbers.
fn kept(decisions: &[Decision]) -> Vec<usize> {
    let kept = decisions.iter().filter(|one| one.verdict != Verdict::Remove);
    let mut kept: Vec<usize> = kept.map(|one| usize::from_str_radix(one.digest.hex(), 16).unwrap()).collect();
    kept.sort_unstable();
    kept
}

/// Three releases, each with one component and one image; one shared component; an image that nothing
/// references.
fn releases() -> Vec<StoredManifest> {
    vec![
        manifest("n/platform", 1, &["1.0.0"], &[11, 10, 21]),
        manifest("n/platform", 2, &["1.1.0"], &[12, 10, 22]),
        manifest("n/platform", 3, &["1.2.0-dev.4.gabc"], &[13, 10, 23]),
        manifest("n/platform", 10, &[], &[]),
        manifest("n/platform", 11, &[], &[21]),
        manifest("n/platform", 12, &[], &[22]),
        manifest("n/platform", 13, &[], &[23]),
        manifest("n/backend", 20, &["0.9.0"], &[]),
        manifest("n/backend", 21, &["1.0.0"], &[]),
        manifest("n/backend", 22, &["1.1.0"], &[]),
        manifest("n/backend", 23, &["1.2.0-dev.4.gabc"], &[]),
    ]
}

#[test]
fn the_newest_are_kept_with_their_references() {
    assert_eq!(kept(&select(&releases(), &BTreeSet::new(), 1)), [3, 10, 13, 23]);
    assert_eq!(kept(&select(&releases(), &BTreeSet::new(), 2)), [2, 3, 10, 12, 13, 22, 23]);
    assert_eq!(kept(&select(&releases(), &BTreeSet::new(), 0)), Vec::<usize>::new());
}

#[test]
fn digests_in_use_are_kept_with_their_references() {
    let in_use = BTreeSet::from([digest(1)]);
    let decisions = select(&releases(), &in_use, 1);
    assert_eq!(kept(&decisions), [1, 3, 10, 11, 13, 21, 23]);
    let verdict =
        |number: usize| decisions.iter().find(|one| one.digest == digest(number)).unwrap().verdict.clone();
    assert_eq!(verdict(1), Verdict::Keep("a lock or a running environment references it".into()));
    assert_eq!(verdict(3), Verdict::Keep("it is among the newest 1 of n/platform".into()));
    assert_eq!(verdict(11), Verdict::Keep("sha256:000000000000 of n/platform references it".into()));
    assert_eq!(verdict(20), Verdict::Remove);
}

#[test]
fn an_image_is_as_new_as_the_newest_artifact_with_it() {
    let at = |seconds: i64| Timestamp::from_second(seconds).ok();
    let all = vec![
        StoredManifest { created: at(100), ..manifest("platform", 1, &["aaa"], &[11]) },
        StoredManifest { created: at(200), ..manifest("platform", 2, &["bbb"], &[12]) },
        manifest("backend", 11, &["locked"], &[]),
        manifest("backend", 12, &[], &[]),
    ];
    assert_eq!(kept(&select(&all, &BTreeSet::new(), 1)), [2, 12]);
}

#[test]
fn repositories_that_no_artifact_references_are_kept() {
    let mut all = releases();
    all.extend([
        manifest("n/source-controller", 30, &["sha256-30"], &[]),
        manifest("n/source-controller", 31, &["sha256-31"], &[]),
    ]);
    let decisions = select(&all, &BTreeSet::new(), 1);
    assert_eq!(kept(&decisions), [3, 10, 13, 23, 30, 31]);
    let flux = decisions.iter().find(|one| one.digest == digest(30)).unwrap();
    assert_eq!(flux.verdict, Verdict::Keep("no artifact references anything in n/source-controller".into()));
}

#[test]
fn a_referrer_is_removed_before_its_references() {
    let decisions = select(&releases(), &BTreeSet::new(), 0);
    let depth = |number: usize| decisions.iter().find(|one| one.digest == digest(number)).unwrap().depth;
    assert!(depth(1) < depth(11), "{decisions:?}");
    assert!(depth(11) < depth(21), "{decisions:?}");
}

/// A repository, a version, a creation time, and the distances to the referenced numbers.
type Generated = (usize, Option<u64>, Option<i64>, Vec<usize>);

/// Manifests in three repositories that reference only higher numbers, so that there are no cycles.
fn registry() -> impl Strategy<Value = (Vec<StoredManifest>, BTreeSet<Digest>)> {
    let one = (
        0..3_usize,
        prop::option::of(0..30_u64),
        prop::option::of(0..1000_i64),
        prop::collection::vec(1..12_usize, 0..3),
    );
    let all = prop::collection::vec(one, 0..24).prop_map(|all| {
        let of = |(number, (repository, version, created, references)): (usize, Generated)| StoredManifest {
            created: created.and_then(|seconds| Timestamp::from_second(seconds).ok()),
            tags: version.map(|minor| format!("1.{minor}.0")).into_iter().collect(),
            references: references.into_iter().map(|step| digest(number + step)).collect(),
            ..manifest(["platform", "backend", "envoy"][repository], number, &[], &[])
        };
        all.into_iter().enumerate().map(of).collect::<Vec<StoredManifest>>()
    });
    (all, prop::collection::btree_set((0..30_usize).prop_map(digest), 0..5))
}

proptest! {
    #[test]
    fn manifests_in_use_and_references_are_never_removed((stored, in_use) in registry(), keep in 0..5_usize) {
        let decisions = select(&stored, &in_use, keep);
        prop_assert_eq!(decisions.len(), stored.len());
        let kept: BTreeSet<&Digest> =
            decisions.iter().filter(|one| one.verdict != Verdict::Remove).map(|one| &one.digest).collect();
        for one in &stored {
            prop_assert!(!in_use.contains(&one.digest) || kept.contains(&one.digest));
            if kept.contains(&one.digest) {
                for reference in stored.iter().filter(|other| one.references.contains(&other.digest)) {
                    prop_assert!(kept.contains(&reference.digest), "{} is referenced by {}", reference.digest, one.digest);
                }
            }
        }
    }

    #[test]
    fn at_least_the_requested_number_is_kept((stored, in_use) in registry(), keep in 0..5_usize) {
        let decisions = select(&stored, &in_use, keep);
        let roots = |one: &&StoredManifest| !stored.iter().any(|other| other.repository == one.repository && other.references.contains(&one.digest));
        for repository in ["platform", "backend", "envoy"] {
            let total = stored.iter().filter(|one| one.repository == repository).filter(roots).count();
            let kept = decisions.iter().filter(|one| one.repository == repository && one.verdict != Verdict::Remove);
            prop_assert!(kept.count() >= total.min(keep));
        }
    }

    #[test]
    fn a_higher_number_never_removes_more((stored, in_use) in registry(), keep in 0..5_usize) {
        let (few, more) = (kept(&select(&stored, &in_use, keep)), kept(&select(&stored, &in_use, keep + 1)));
        prop_assert!(few.iter().all(|one| more.contains(one)));
    }
}

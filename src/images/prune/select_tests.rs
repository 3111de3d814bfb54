//! What stays and what goes, by example and for anything at all.

use proptest::prelude::*;

use super::*;

fn digest(number: usize) -> String {
    format!("sha256:{number:064x}")
}

fn held(repository: &str, number: usize, tags: &[&str], names: &[usize]) -> Held {
    Held {
        repository: repository.to_owned(),
        digest: digest(number),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        made: None,
        names: names.iter().map(|number| digest(*number)).collect(),
    }
}

/// The digests that stay, as numbers.
fn stays(judged: &[Evaluated]) -> Vec<usize> {
    let kept = judged.iter().filter(|one| one.verdict != Verdict::Remove);
    let mut kept: Vec<usize> = kept
        .map(|one| usize::from_str_radix(one.digest.trim_start_matches("sha256:"), 16).unwrap())
        .collect();
    kept.sort_unstable();
    kept
}

/// Three releases: each an artifact with one part and one image; a part that all share; the first image has no name any more.
fn releases() -> Vec<Held> {
    vec![
        held("n/platform", 1, &["1.0.0"], &[11, 10, 21]),
        held("n/platform", 2, &["1.1.0"], &[12, 10, 22]),
        held("n/platform", 3, &["1.2.0-dev.4.gabc"], &[13, 10, 23]),
        held("n/platform", 10, &[], &[]),
        held("n/platform", 11, &[], &[21]),
        held("n/platform", 12, &[], &[22]),
        held("n/platform", 13, &[], &[23]),
        held("n/backend", 20, &["0.9.0"], &[]),
        held("n/backend", 21, &["1.0.0"], &[]),
        held("n/backend", 22, &["1.1.0"], &[]),
        held("n/backend", 23, &["1.2.0-dev.4.gabc"], &[]),
    ]
}

#[test]
fn the_newest_stay_with_everything_they_name() {
    assert_eq!(stays(&select(&releases(), &BTreeSet::new(), 1)), [3, 10, 13, 23]);
    assert_eq!(stays(&select(&releases(), &BTreeSet::new(), 2)), [2, 3, 10, 12, 13, 22, 23]);
    assert_eq!(stays(&select(&releases(), &BTreeSet::new(), 0)), Vec::<usize>::new());
}

#[test]
fn what_a_lock_names_stays_with_its_parts_and_images_however_old() {
    let locked = BTreeSet::from([digest(1)]);
    let judged = select(&releases(), &locked, 1);
    assert_eq!(stays(&judged), [1, 3, 10, 11, 13, 21, 23]);
    let why = |number: usize| judged.iter().find(|one| one.digest == digest(number)).unwrap().verdict.clone();
    assert_eq!(why(1), Verdict::Keep("a lock or a running environment names it".into()));
    assert_eq!(why(3), Verdict::Keep("it is among the newest 1 of n/platform".into()));
    assert_eq!(why(11), Verdict::Keep("sha256:000000000000 of n/platform names it".into()));
    assert_eq!(why(20), Verdict::Remove);
}

#[test]
fn what_has_no_version_is_as_new_as_the_newest_artifact_that_names_it() {
    let at = |seconds: i64| Timestamp::from_second(seconds).ok();
    let all = vec![
        Held { made: at(100), ..held("platform", 1, &["aaa"], &[11]) },
        Held { made: at(200), ..held("platform", 2, &["bbb"], &[12]) },
        held("backend", 11, &["locked"], &[]),
        held("backend", 12, &[], &[]),
    ];
    assert_eq!(stays(&select(&all, &BTreeSet::new(), 1)), [2, 12]);
}

#[test]
fn what_no_artifact_ever_names_is_used_by_something_else() {
    let mut all = releases();
    all.extend([
        held("n/source-controller", 30, &["sha256-30"], &[]),
        held("n/source-controller", 31, &["sha256-31"], &[]),
    ]);
    let judged = select(&all, &BTreeSet::new(), 1);
    assert_eq!(stays(&judged), [3, 10, 13, 23, 30, 31]);
    let flux = judged.iter().find(|one| one.digest == digest(30)).unwrap();
    assert_eq!(flux.verdict, Verdict::Keep("no artifact names anything of n/source-controller".into()));
}

#[test]
fn what_names_goes_before_what_it_names() {
    let judged = select(&releases(), &BTreeSet::new(), 0);
    let depth = |number: usize| judged.iter().find(|one| one.digest == digest(number)).unwrap().depth;
    assert!(depth(1) < depth(11) && depth(11) < depth(21), "{judged:?}");
}

/// A repository, a version, when it was made, and how much further on is what it names.
type Drawn = (usize, Option<u64>, Option<i64>, Vec<usize>);

/// Manifests in three repositories that name only what has a higher number, as digests make it be.
fn anything() -> impl Strategy<Value = (Vec<Held>, BTreeSet<String>)> {
    let one = (
        0..3_usize,
        prop::option::of(0..30_u64),
        prop::option::of(0..1000_i64),
        prop::collection::vec(1..12_usize, 0..3),
    );
    let all = prop::collection::vec(one, 0..24).prop_map(|all| {
        let of = |(number, (repository, version, made, names)): (usize, Drawn)| Held {
            made: made.and_then(|seconds| Timestamp::from_second(seconds).ok()),
            tags: version.map(|minor| format!("1.{minor}.0")).into_iter().collect(),
            names: names.into_iter().map(|step| digest(number + step)).collect(),
            ..held(["platform", "backend", "envoy"][repository], number, &[], &[])
        };
        all.into_iter().enumerate().map(of).collect::<Vec<Held>>()
    });
    (all, prop::collection::btree_set((0..30_usize).prop_map(digest), 0..5))
}

proptest! {
    #[test]
    fn nothing_that_is_locked_or_named_by_what_stays_ever_goes((held, locked) in anything(), keep in 0..5_usize) {
        let judged = select(&held, &locked, keep);
        prop_assert_eq!(judged.len(), held.len());
        let kept: BTreeSet<&str> =
            judged.iter().filter(|one| one.verdict != Verdict::Remove).map(|one| one.digest.as_str()).collect();
        for one in &held {
            prop_assert!(!locked.contains(&one.digest) || kept.contains(one.digest.as_str()));
            if kept.contains(one.digest.as_str()) {
                for named in held.iter().filter(|other| one.names.contains(&other.digest)) {
                    prop_assert!(kept.contains(named.digest.as_str()), "{} is named by {}", named.digest, one.digest);
                }
            }
        }
    }

    #[test]
    fn so_many_of_each_repository_stay((held, locked) in anything(), keep in 0..5_usize) {
        let judged = select(&held, &locked, keep);
        let roots = |one: &&Held| !held.iter().any(|other| other.repository == one.repository && other.names.contains(&one.digest));
        for repository in ["platform", "backend", "envoy"] {
            let there = held.iter().filter(|one| one.repository == repository).filter(roots).count();
            let kept = judged.iter().filter(|one| one.repository == repository && one.verdict != Verdict::Remove);
            prop_assert!(kept.count() >= there.min(keep));
        }
    }

    #[test]
    fn to_keep_more_removes_no_more((held, locked) in anything(), keep in 0..5_usize) {
        let (few, more) = (stays(&select(&held, &locked, keep)), stays(&select(&held, &locked, keep + 1)));
        prop_assert!(few.iter().all(|one| more.contains(one)));
    }
}

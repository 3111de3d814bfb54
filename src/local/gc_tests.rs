//! Tests of the decisions: only what is proved dead is removed.

use proptest::prelude::*;

use super::*;
use crate::{
    base::docker::labels,
    local::{cluster::ClusterState, inventory::tests::container, leases::Lease},
};

fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn owner(ttl_seconds: Option<u64>) -> Owner {
    Owner {
        project: "/project".into(),
        environment: "local".into(),
        created: moment(1000),
        https_port: 8443,
        ttl_seconds,
        place: None,
    }
}

fn of_process(process: Option<u32>) -> Lease {
    Lease { process, deadline: None, cache: "/cache".into() }
}

fn found(owner: Option<Owner>) -> FoundEnvironment {
    FoundEnvironment {
        instance: "a".into(),
        cluster: "seasense-a".into(),
        state: "/state/seasense-a".into(),
        has_state: true,
        has_checkout: owner.as_ref().map(|_| true),
        owner,
        lease: Some(of_process(None)),
        locked: false,
        cluster_state: ClusterState::Running,
        containers: vec![container("seasense-a-fleet", &[], &[])],
        volumes: Vec::new(),
    }
}

/// Everything can be seen, and nothing is known to be deleted.
const SEEN: Evidence = Evidence {
    local: true,
    state: StateFolder::Visible,
    checkout_deleted: false,
    lock_visible: true,
    beats: false,
    expires: None,
};

fn is_removed(found: &FoundEnvironment, evidence: &Evidence, now: i64) -> bool {
    matches!(evaluate(found, evidence, moment(now)), Decision::Remove(_))
}

#[test]
fn environments_proved_dead_are_removed() {
    assert!(!is_removed(&found(Some(owner(None))), &SEEN, 9000));
    let without_checkout = FoundEnvironment { has_checkout: Some(false), ..found(Some(owner(None))) };
    assert!(is_removed(&without_checkout, &Evidence { checkout_deleted: true, ..SEEN }, 2000));
    assert!(!is_removed(&found(Some(owner(Some(60)))), &SEEN, 1059));
    assert!(is_removed(&found(Some(owner(Some(60)))), &SEEN, 1060));
    let dead = FoundEnvironment { lease: Some(of_process(Some(7))), ..found(Some(owner(None))) };
    assert!(is_removed(&dead, &SEEN, 1001), "its run no longer holds the lock");
    let deleted = Evidence { state: StateFolder::Deleted, ..SEEN };
    assert!(is_removed(&FoundEnvironment { has_state: false, ..found(None) }, &deleted, 2000));
    assert!(is_removed(&found(None), &deleted, 2000), "the daemon has created its directory again");
    assert!(is_removed(&FoundEnvironment { containers: Vec::new(), ..found(None) }, &SEEN, 2000));
}

#[test]
fn environments_that_cannot_be_seen_are_kept() {
    let without_checkout = FoundEnvironment { has_checkout: Some(false), ..found(Some(owner(None))) };
    assert!(!is_removed(&without_checkout, &SEEN, 2000), "the checkout may be elsewhere");
    let of_ci = FoundEnvironment { lease: Some(of_process(Some(7))), ..found(Some(owner(None))) };
    assert!(!is_removed(&of_ci, &Evidence { lock_visible: false, ..SEEN }, 2000));
    assert!(!is_removed(&of_ci, &Evidence { beats: true, ..SEEN }, 2000));
    let far = FoundEnvironment { has_state: false, ..found(None) };
    for state in [StateFolder::Elsewhere, StateFolder::Unknown] {
        assert!(!is_removed(&far, &Evidence { state, ..SEEN }, 2000), "{state:?}");
    }
    // A state directory of the same name, of another mount namespace.
    let elsewhere = Evidence { state: StateFolder::Elsewhere, checkout_deleted: true, ..SEEN };
    assert!(!is_removed(&without_checkout, &elsewhere, 2000));
    let deleted = Evidence { state: StateFolder::Deleted, local: false, ..SEEN };
    assert!(!is_removed(&far, &deleted, 2000), "the daemon is on another machine");
}

#[test]
fn lease_that_every_client_sees_expires_for_every_client() {
    let far = FoundEnvironment { has_state: false, ..found(None) };
    for state in [StateFolder::Elsewhere, StateFolder::Unknown, StateFolder::Visible] {
        let evidence = Evidence { state, expires: Some(moment(2000)), ..SEEN };
        assert!(!is_removed(&far, &evidence, 1999), "{state:?}");
        assert!(is_removed(&far, &evidence, 2000), "{state:?}");
    }
}

#[test]
fn unknown_environments_are_kept() {
    assert!(!is_removed(&found(None), &SEEN, 2000), "an environment of an earlier version");
    let watched = container("seasense-a-reaper", &[(labels::ROLE, labels::REAPER)], &[]);
    let starting = FoundEnvironment { has_state: false, containers: vec![watched], ..found(None) };
    let deleted = Evidence { state: StateFolder::Deleted, ..SEEN };
    assert!(!is_removed(&starting, &deleted, 2000), "a run that has just started");
    let empty = FoundEnvironment { containers: Vec::new(), ..found(Some(owner(None))) };
    assert!(!is_removed(&empty, &SEEN, 2000), "its files may still be needed");
}

#[test]
fn namesake_of_a_kept_environment_is_kept() {
    let (kept, dead) = (found(None), FoundEnvironment { state: "/other/seasense-a".into(), ..found(None) });
    let other = FoundEnvironment { cluster: "seasense-b".into(), ..found(None) };
    let mut decided = vec![
        (dead, Decision::Remove("its state directory was deleted")),
        (kept, Decision::Keep("its checkout exists")),
        (other, Decision::Remove("its lease has expired")),
    ];
    keep_namesakes(&mut decided);
    assert!(matches!(decided[0].1, Decision::Keep(_)), "{:?}", decided[0].1);
    assert!(matches!(decided[2].1, Decision::Remove(_)));
}

proptest! {
    #[test]
    fn locked_environments_are_always_kept(
        process in proptest::option::of(any::<u32>()), ttl in proptest::option::of(0u64..1000), known: bool,
        has_state: bool, has_checkout: bool, now in 1000i64..9000, local: bool, checkout_deleted: bool,
    ) {
        let owner = known.then(|| owner(ttl));
        let found = FoundEnvironment { locked: true, lease: Some(of_process(process)), has_state, has_checkout: Some(has_checkout), ..found(owner) };
        let evidence = Evidence { local, checkout_deleted, expires: Some(moment(0)), ..SEEN };
        prop_assert_eq!(evaluate(&found, &evidence, moment(now)), Decision::Keep("a run uses it"));
    }

    #[test]
    fn environment_is_kept_until_its_lease_expires(ttl in 1u64..1000, now in 0i64..1000) {
        let found = found(Some(owner(Some(ttl))));
        prop_assert_eq!(is_removed(&found, &SEEN, 1000 + now), now.unsigned_abs() >= ttl);
    }

    #[test]
    fn nothing_is_removed_without_proof(
        known: bool, has_state: bool, has_checkout: bool, process: bool, now in 1000i64..9000, local: bool,
        unknown: bool, beats: bool,
    ) {
        let lease = Some(of_process(process.then_some(7)));
        let found = FoundEnvironment { has_state, has_checkout: Some(has_checkout), lease, ..found(known.then(|| owner(None))) };
        let state = if unknown { StateFolder::Unknown } else { StateFolder::Elsewhere };
        let evidence = Evidence { local, state, beats, lock_visible: false, checkout_deleted: false, expires: None };
        prop_assert!(!is_removed(&found, &evidence, now));
    }
}

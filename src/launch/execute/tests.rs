//! Tests of the executor: it executes exactly the planned steps, and any prefix of them is safe.

use proptest::prelude::*;

use super::{
    execute,
    fake::{ClusterState, FakeActions, FakeEnvironment, FleetState, FluxState},
};
use crate::{
    base::{
        digest::{Digest, digest},
        failure::Result,
    },
    launch::plan::{Desired, Plan, build},
};

fn desired(buoys: u16) -> Desired {
    Desired { digest: digest('b'), buoys, recreate: false, ttl: None }
}

/// Executes `plan` on `state`; returns the result, the final state and the steps that began.
fn run(
    plan: &Plan,
    state: FakeEnvironment,
    fails: Option<usize>,
    delays: &[usize],
) -> (Result<()>, FakeEnvironment, Vec<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let actions = FakeActions::new(state, fails, delays.to_vec());
    let result = runtime.block_on(execute(plan, &actions));
    let begun = actions.begun.into_inner().unwrap().into_iter().map(str::to_owned).collect();
    (result, actions.state.into_inner().unwrap(), begun)
}

/// The names of the planned steps, as `--json` prints them.
fn names(plan: &Plan) -> Vec<String> {
    let name = |step| serde_json::to_value(step).unwrap()["step"].as_str().unwrap().to_owned();
    plan.steps().map(name).collect()
}

fn any_digest() -> impl Strategy<Value = Digest> {
    prop_oneof![Just(digest('a')), Just(digest('b'))]
}

fn any_flux() -> impl Strategy<Value = FluxState> {
    let digest = proptest::option::of(any_digest());
    let applied = proptest::option::of((any_digest(), any::<bool>()));
    (any::<bool>(), digest, any::<bool>(), applied).prop_map(|(installed, digest, settings, applied)| {
        // Nothing is applied before Flux follows a digest.
        let applied = applied.filter(|_| digest.is_some());
        FluxState { installed, digest, settings, applied }
    })
}

fn any_state() -> impl Strategy<Value = FakeEnvironment> {
    let cluster = prop_oneof![
        Just(ClusterState::Absent),
        Just(ClusterState::Partial),
        any_flux().prop_map(ClusterState::Stopped),
        any_flux().prop_map(ClusterState::Unreachable),
        any_flux().prop_map(ClusterState::Running),
    ];
    let fleet = (any::<bool>(), any::<bool>(), any_digest())
        .prop_map(|(running, settings, credentials)| FleetState { running, settings, credentials });
    (cluster, any::<bool>(), proptest::option::of(fleet))
        .prop_map(|(cluster, pushed, fleet)| FakeEnvironment { cluster, pushed, fleet })
}

/// The state that every run ends in.
fn goal(buoys: u16) -> FakeEnvironment {
    let digest = digest('b');
    FakeEnvironment {
        cluster: ClusterState::Running(FluxState {
            installed: true,
            digest: Some(digest.clone()),
            settings: true,
            applied: Some((digest.clone(), true)),
        }),
        pushed: true,
        fleet: (buoys > 0).then_some(FleetState { running: true, settings: true, credentials: digest }),
    }
}

#[test]
fn a_failed_step_ends_the_run_with_its_failure() {
    let state = FakeEnvironment { cluster: ClusterState::Absent, pushed: false, fleet: None };
    let plan = build(&desired(3), &state.observe());
    let (result, state, begun) = run(&plan, state, Some(2), &[]);
    assert_eq!(result.unwrap_err().message, "bootstrap");
    assert_eq!(begun, ["create-cluster", "push-artifact", "bootstrap"]);
    assert_eq!(state.cluster, ClusterState::Running(FluxState::default()));
}

proptest! {
    #[test]
    fn exactly_the_planned_steps_are_executed(
        state in any_state(), buoys in 0_u16..2, delays in proptest::collection::vec(0_usize..3, 8),
    ) {
        let plan = build(&desired(buoys), &state.observe());
        let (result, after, begun) = run(&plan, state, None, &delays);
        prop_assert_eq!(result, Ok(()));
        prop_assert_eq!(begun, names(&plan));
        prop_assert_eq!(&after, &goal(buoys));
        prop_assert!(build(&desired(buoys), &after.observe()).changes_nothing());
    }

    #[test]
    fn any_prefix_then_a_new_plan_ends_in_the_same_state(
        state in any_state(),
        buoys in 0_u16..2,
        recreate in any::<bool>(),
        crashes in proptest::collection::vec((0_usize..8, proptest::collection::vec(0_usize..3, 8)), 0..4),
    ) {
        let mut state = state;
        for (fails, delays) in crashes {
            let plan = build(&Desired { recreate, ..desired(buoys) }, &state.observe());
            state = run(&plan, state, Some(fails), &delays).1;
        }
        let plan = build(&Desired { recreate, ..desired(buoys) }, &state.observe());
        let (result, after, _) = run(&plan, state, None, &[]);
        prop_assert_eq!(result, Ok(()));
        prop_assert_eq!(after, goal(buoys));
    }
}

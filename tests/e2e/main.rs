//! T3: the promise itself. One real environment is brought up, used, changed, broken, repaired and removed.
//!
//! The tests build on each other and run in the order of their names on one thread; `scripts/test` does that.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::unused_self,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a test ends with a panic, starts programs as a person would, and prints what it saw"
)]

mod access;
mod checkout;
mod ci;
mod diagnostics;
mod drain;
mod hammer;
mod inside;
mod kept;
mod ledger;
mod machine;
mod moments;
mod person;
#[path = "../schemas/check.rs"]
mod schema;
mod t20_seen;
mod t50_changed;
mod t67_watch;
mod t69_rehearsal;
mod t70_lasting;
mod t76_daemon;
mod upgrade;
mod watch;
mod world;
mod zones;

use std::time::Duration;

use moments::Moments;
use world::{TestEnv, world};

const MANIFEST: &str = "gitops/apps/frontend/deployment.yaml";

/// A line of that manifest that may be changed without any effect on who uses the platform.
fn deadline(round: u16) -> String {
    format!("progressDeadlineSeconds: {}", 241 + round)
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t05_interrupted_and_killed_while_the_cluster_is_made() {
    let world = TestEnv::create();
    let run = world.seasense_interrupted_after(&["dev", "--output", "plain"], Duration::from_secs(5));
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    assert!(
        run.stderr.contains("`seasense dev` continues") && run.stderr.contains("`seasense down`"),
        "{}",
        run.stderr
    );
    let mut moments = Moments::seeded();
    for _ in 0..2 {
        world.seasense_killed_after(&["dev", "--output", "plain"], moments.next(Duration::from_secs(25)));
    }
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t10_dev_ends_well_and_says_where_things_are() {
    let run = world().seasense(&["dev", "--output", "plain"]);
    run.assert_success();
    for expected in ["https://seasense.localhost:18443/", "ca.crt", "psql"] {
        assert!(run.stderr.contains(expected), "the summary does not name {expected}:\n{}", run.stderr);
    }
    assert_eq!(run.stdout, "", "stdout is for data only");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t67_diagnostics_tell_everything_and_no_secret() {
    diagnostics::prove(world());
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t68_a_platform_that_fails_packs_its_own_diagnostics() {
    let world = world();
    let edit = |from: &str, to: &str| world.edit(MANIFEST, from, to);
    edit("progressDeadlineSeconds: 241", "progressDeadlineSeconds: -1");
    let run = world.seasense(&["dev", "--output", "plain", "--timeout", "60"]);
    edit("progressDeadlineSeconds: -1", "progressDeadlineSeconds: 241");
    assert!(matches!(run.code, Some(40 | 124)), "{:?}: {}", run.code, run.stderr);
    let bundle = diagnostics::named(&run.stderr);
    let files = diagnostics::unpack(&bundle);
    assert!(files["failure.json"].contains("\"exit_code\""), "{}", files["failure.json"]);
    assert!(files["run/plan.txt"].contains("point Flux at sha256:"), "{}", files["run/plan.txt"]);
    std::fs::remove_file(bundle).unwrap();
    world.seasense(&["dev", "--output", "plain"]).assert_success();
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t80_killed_at_any_moment_it_converges_on_the_next_run() {
    let (world, mut moments) = (world(), Moments::seeded());
    for round in 0..3 {
        world.kill_fleet();
        world.edit(MANIFEST, &deadline(round), &deadline(round + 1));
        world.seasense_killed_after(&["dev", "--output", "plain"], moments.next(Duration::from_secs(12)));
    }
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    assert_eq!(world.status()["ready"], true);
    let seen = world.kubectl(&["get", "deployment", "frontend", "-n", "seasense", "-o", "yaml"]);
    assert!(seen.contains(&deadline(3)), "the last edit is not in the cluster");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t90_down_leaves_nothing() {
    let world = world();
    world.seasense(&["down", "--output", "plain"]).assert_success();
    for kind in ["container", "volume", "network"] {
        assert_eq!(world.docker_leftovers(kind), "", "a {kind} is left");
    }
    assert_eq!(world.state_leftovers(), Vec::<String>::new(), "files are left in the state folder");
    world.assert_the_person_was_left_alone();
    world.seasense(&["down", "--output", "plain"]).assert_success();
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t95_ci_proves_uses_and_removes_an_environment_of_its_own() {
    ci::a_run_that_ends();
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t96_a_ci_run_that_is_killed_leaves_nothing() {
    ci::a_run_that_is_killed();
}

//! The start of the environment: interrupted, killed, and then successful.

use std::time::Duration;

use crate::{
    kill_times::KillTimes,
    shared::{new_shared_env, shared_env},
};

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t05_interrupt_and_kills_during_cluster_creation() {
    let env = new_shared_env();
    let run = env.seasense_interrupted_after(&["dev", "--output", "plain"], Duration::from_secs(5));
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    assert!(run.stderr.contains("`seasense dev` continues"), "{}", run.stderr);
    assert!(run.stderr.contains("`seasense down`"), "{}", run.stderr);
    let mut times = KillTimes::seeded();
    for _ in 0..2 {
        env.seasense_killed_after(&["dev", "--output", "plain"], times.next(Duration::from_secs(25)));
    }
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t10_dev_succeeds_and_prints_the_endpoints() {
    let env = shared_env();
    let run = env.seasense(&["dev", "--output", "plain"]);
    run.assert_success();
    env.mark_started();
    for expected in ["https://seasense.localhost:18443/", "ca.crt", "psql"] {
        assert!(run.stderr.contains(expected), "the summary does not contain {expected}:\n{}", run.stderr);
    }
    assert_eq!(run.stdout, "", "stdout is for data only");
}

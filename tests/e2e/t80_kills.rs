//! Runs of `dev` that are killed at random times: the next run converges.

use std::time::Duration;

use crate::{kill_times::KillTimes, shared::running_env};

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t80_dev_converges_after_kills_at_random_times() {
    let (env, mut times) = (running_env(), KillTimes::seeded());
    let deadline = env.deadline();
    for round in 1..=3 {
        env.kill_fleet();
        env.set_deadline(deadline + round);
        env.seasense_killed_after(&["dev", "--output", "plain"], times.next(Duration::from_secs(12)));
    }
    env.seasense(&["dev", "--output", "plain"]).assert_success();
    assert_eq!(env.status()["ready"], true);
    assert_eq!(env.deployed_deadline(), (deadline + 3).to_string(), "the last edit is not in the cluster");
}

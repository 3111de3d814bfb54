//! A restart of the container daemon under a running platform.

use std::{path::Path, time::Duration};

use crate::{ack_log, run::finish, shared::running_env, test_env::TestEnv};

/// Set by `scripts/test` if `scripts/host` has started the daemon. A daemon that others use must not be
/// restarted.
const MAY_RESTART: &str = "SEASENSE_TEST_RESTART_DOCKER";
const PID_FILE: &str = "/var/run/docker.pid";

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t76_docker_restart_loses_no_reading() {
    if std::env::var_os(MAY_RESTART).is_none() {
        eprintln!("skipped: {MAY_RESTART} is not set, so the daemon of this machine must not be restarted");
        return;
    }
    let env = running_env();
    let (node, before) = (env.node_id(), env.stored());
    restart(env);
    env.seasense(&["dev", "--output", "plain"]).assert_success();
    assert_eq!(env.node_id(), node, "the cluster was created again");
    ack_log::assert_none_lost(&before, &env.stored());
    assert_eq!(env.status()["ready"], true);
}

fn restart(env: &TestEnv) {
    let pid = std::fs::read_to_string(PID_FILE).unwrap();
    finish(env.command("kill").args(["-TERM", pid.trim()])).assert_success();
    env.wait_until("the daemon has ended", Duration::from_mins(2), || {
        !Path::new("/proc").join(pid.trim()).exists() && !Path::new(PID_FILE).exists()
    });
    let host = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/host");
    finish(&mut env.command(host.to_str().unwrap())).assert_success();
}

//! The container daemon goes away under a running platform and comes back.

use std::{path::Path, time::Duration};

use super::{
    ack_log,
    world::{TestEnv, finish, world},
};

/// Set by `scripts/test` where it is `scripts/host` that started the daemon: one that others use is not ours to restart.
const MAY_RESTART: &str = "SEASENSE_TEST_RESTART_DOCKER";
const PID_FILE: &str = "/var/run/docker.pid";

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn a_restarted_daemon_loses_no_reading() {
    if std::env::var_os(MAY_RESTART).is_none() {
        eprintln!(
            "{MAY_RESTART} is not set: the daemon of this machine is left alone, and this is not tested"
        );
        return;
    }
    let world = world();
    let (node, before) = (world.node_id(), world.stored());
    restart(world);
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    assert_eq!(world.node_id(), node, "the cluster was made anew");
    ack_log::assert_none_lost(&before, &world.stored());
    assert_eq!(world.status()["ready"], true);
}

fn restart(world: &TestEnv) {
    let pid = std::fs::read_to_string(PID_FILE).unwrap();
    finish(world.command("kill").args(["-TERM", pid.trim()])).assert_success();
    world.until("the daemon has ended", Duration::from_mins(2), || {
        !Path::new("/proc").join(pid.trim()).exists() && !Path::new(PID_FILE).exists()
    });
    let host = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/host");
    finish(&mut world.command(host.to_str().unwrap())).assert_success();
}

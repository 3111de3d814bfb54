//! The removal of the environment. The test runs alone to remove an environment that single tests have left.

use crate::shared::shared_env;

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t90_down_removes_everything() {
    let env = shared_env();
    env.seasense(&["down", "--output", "plain"]).assert_success();
    for kind in ["container", "volume", "network"] {
        assert_eq!(env.docker_leftovers(kind), "", "a {kind} remains");
    }
    assert_eq!(env.state_leftovers(), Vec::<String>::new(), "files remain in the state directory");
    env.assert_user_clusters_untouched();
    env.seasense(&["down", "--output", "plain"]).assert_success();
}

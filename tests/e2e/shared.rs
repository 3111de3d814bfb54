//! The environment that most tests share. It outlives the test process, so that a single test can run alone.

use std::{path::PathBuf, sync::OnceLock};

use crate::test_env::TestEnv;

static SHARED: OnceLock<TestEnv> = OnceLock::new();
static STARTED: OnceLock<()> = OnceLock::new();

/// The shared environment. `seasense dev` has run in it since the start of this process.
pub fn running_env() -> &'static TestEnv {
    let env = shared_env();
    STARTED.get_or_init(|| env.seasense(&["dev", "--output", "plain"]).assert_success());
    env
}

/// The shared environment, running or not.
pub fn shared_env() -> &'static TestEnv {
    SHARED.get_or_init(|| TestEnv::shared(&shared_root()))
}

/// The shared environment after the removal of the one that an earlier process left.
pub fn new_shared_env() -> &'static TestEnv {
    SHARED.get_or_init(|| {
        let root = shared_root();
        if root.exists() {
            let _ = TestEnv::shared(&root).seasense(&["down", "--output", "plain"]);
            std::fs::remove_dir_all(&root).unwrap();
        }
        TestEnv::shared(&root)
    })
}

/// The directory of the shared environment. It is the same in every test process of this user.
fn shared_root() -> PathBuf {
    std::env::temp_dir().join(format!("seasense-e2e-{}", rustix::process::getuid().as_raw()))
}

impl TestEnv {
    /// Records that the shared environment runs, so that [`running_env`] does not run `dev` again.
    pub fn mark_started(&self) {
        let _ = STARTED.set(());
    }
}

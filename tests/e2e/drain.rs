//! Nodes that are drained under load, as in an operator's or a provider's upgrade: by evictions that respect
//! the budgets.

use std::time::{Duration, Instant};

use crate::{ack_log, load::RequestLoad, test_env::TestEnv};

/// The requests of the readers: the page, which needs no database, and the API, which does.
const PATHS: [&str; 2] = ["/", "/api/v1/summary"];

/// Requests of readers and buoys, and the check that none of them was lost.
pub struct LossCheck<'a> {
    env: &'a TestEnv,
    load: RequestLoad,
    retries: u64,
}

impl<'a> LossCheck<'a> {
    /// Starts the readers. The buoys always send.
    pub fn start(env: &'a TestEnv) -> Self {
        Self { env, load: RequestLoad::on(env, &PATHS), retries: retries(env) }
    }

    /// Stops the readers and prints the counts. Panics if a request failed or an acknowledged reading is not
    /// stored.
    pub fn finish(self, what: &str) {
        let (answered, failed) = self.load.stop();
        let retries = retries(self.env) - self.retries;
        let acknowledged = ack_log::assert_all_stored(self.env);
        eprintln!(
            "{what}: {answered} requests were answered, {} failed; {retries} batches of buoys were sent again; \
             {acknowledged} readings were acknowledged, all are stored",
            failed.len()
        );
        assert!(failed.is_empty(), "{what}: {} of {answered} requests failed: {failed:#?}", failed.len());
        assert_eq!(retries, 0, "{what}: batches of buoys without an acknowledgement");
    }
}

/// Returns the number of batches that the buoys have sent again since their start.
fn retries(env: &TestEnv) -> u64 {
    env.status()["fleet"]["counts"]["failed_batches"].as_u64().unwrap()
}

/// Drains the node, runs `meanwhile`, uncordons the node and waits until everything is ready.
pub fn drain(env: &TestEnv, node: &str, meanwhile: impl FnOnce()) {
    let name = format!("{}-{node}", env.cluster());
    let begun = Instant::now();
    let primary = primary(env);
    env.kubectl(&["drain", &name, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=180s"]);
    let drained = begun.elapsed();
    meanwhile();
    env.kubectl(&["uncordon", &name]);
    wait_until_ready(env);
    eprintln!(
        "{node}: drained in {drained:.1?}, ready again after {:.1?}; the primary was {primary}, is {}",
        begun.elapsed(),
        self::primary(env)
    );
}

/// Waits until every Deployment, both instances of the database and the environment are ready.
fn wait_until_ready(env: &TestEnv) {
    env.kubectl(&["wait", "deployment", "--all", "-A", "--for=condition=Available", "--timeout=180s"]);
    env.wait_until("the database has both instances", Duration::from_mins(3), || {
        let ready = "jsonpath={.status.readyInstances} {.status.phase}";
        env.kubectl(&["get", "cluster", "seasense-db", "-n", "seasense", "-o", ready])
            == "2 Cluster in healthy state"
    });
    env.wait_until("the environment is ready", Duration::from_mins(3), || env.status()["ready"] == true);
}

fn primary(env: &TestEnv) -> String {
    let current = "jsonpath={.status.currentPrimary}";
    env.kubectl(&["get", "cluster", "seasense-db", "-n", "seasense", "-o", current])
}

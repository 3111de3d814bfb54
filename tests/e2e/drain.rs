//! Nodes that go under load, as an operator or a provider's upgrade sends them away: by evictions that keep to budgets.

use std::time::{Duration, Instant};

use crate::{ack_log, hammer::Hammer, world::TestEnv};

/// What readers ask for meanwhile: the page, which needs no database, and the API, which does.
const PATHS: [&str; 2] = ["/", "/api/v1/summary"];

/// Readers and buoys at work, and what became of their requests.
pub struct Load<'a> {
    world: &'a TestEnv,
    hammer: Hammer,
    refused: u64,
}

impl<'a> Load<'a> {
    /// Starts the readers; the buoys send all the time.
    pub fn start(world: &'a TestEnv) -> Self {
        Self { world, hammer: Hammer::on(world, &PATHS), refused: refused(world) }
    }

    /// Stops them, tells the counts, and panics unless every request was answered and every acknowledged reading is stored.
    pub fn end(self, what: &str) {
        let (answered, failed) = self.hammer.stop();
        let refused = refused(self.world) - self.refused;
        let acknowledged = ack_log::all_stored(self.world);
        eprintln!(
            "{what}: {answered} requests were answered, {} failed; {refused} batches of buoys were sent again; \
             {acknowledged} readings were acknowledged, all are there",
            failed.len()
        );
        assert!(failed.is_empty(), "{what}: {} of {answered} requests failed: {failed:#?}", failed.len());
        assert_eq!(refused, 0, "{what}: batches of buoys without an acknowledgement");
    }
}

/// How many batches the buoys had to send again since they started.
fn refused(world: &TestEnv) -> u64 {
    world.status()["fleet"]["counts"]["failed_batches"].as_u64().unwrap()
}

/// Sends away everything that may leave the node, lets `meanwhile` happen, takes the node back and waits until all is as before.
pub fn away(world: &TestEnv, node: &str, meanwhile: impl FnOnce()) {
    let name = format!("{}-{node}", world.cluster());
    let begun = Instant::now();
    let primary = primary(world);
    world.kubectl(&["drain", &name, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=180s"]);
    let drained = begun.elapsed();
    meanwhile();
    world.kubectl(&["uncordon", &name]);
    settled(world);
    eprintln!(
        "{node}: drained in {drained:.1?}, all as before after {:.1?}; the primary was {primary}, is {}",
        begun.elapsed(),
        self::primary(world)
    );
}

/// Waits until every Deployment has its replicas, the database its instances, and Flux has seen it.
fn settled(world: &TestEnv) {
    world.kubectl(&["wait", "deployment", "--all", "-A", "--for=condition=Available", "--timeout=180s"]);
    world.until("the database has both instances", Duration::from_mins(3), || {
        let ready = "jsonpath={.status.readyInstances} {.status.phase}";
        world.kubectl(&["get", "cluster", "seasense-db", "-n", "seasense", "-o", ready])
            == "2 Cluster in healthy state"
    });
    world.until("the environment is ready", Duration::from_mins(3), || world.status()["ready"] == true);
}

fn primary(world: &TestEnv) -> String {
    let current = "jsonpath={.status.currentPrimary}";
    world.kubectl(&["get", "cluster", "seasense-db", "-n", "seasense", "-o", current])
}

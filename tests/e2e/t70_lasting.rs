//! What outlasts: a pause, a bad migration, a node that was killed.

use std::time::Duration;

use serde_json::Value;

use crate::{MANIFEST, ack_log, deadline, world::world};

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t70_a_paused_environment_wakes_exactly_as_it_was() {
    let world = world();
    let (rows, certificates) = (world.readings(), world.certificates());
    let digest = world.status()["artifact"]["digest"].clone();
    let run = world.seasense(&["pause", "--json", "--output", "plain"]);
    run.assert_success();
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["digest"], digest);
    assert!(report["freed"].as_u64().unwrap() > 500 << 20, "hardly any memory was freed: {report:#}");
    assert_eq!(world.running_containers(), "", "something still runs");
    assert!(world.get("/api/v1/summary").is_err(), "the gateway still answers");
    assert_eq!(world.status()["cluster"], "paused");
    let acknowledged = world.acknowledged();
    assert!(!acknowledged.is_empty(), "the fleet has noted nothing");
    // What the checkout holds now must not be applied.
    world.edit(MANIFEST, &deadline(0), "progressDeadlineSeconds: 239");
    let run = world.seasense(&["resume", "--json", "--output", "plain"]);
    world.edit(MANIFEST, "progressDeadlineSeconds: 239", &deadline(0));
    run.assert_success();
    let status: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&status["ready"], &status["artifact"]["digest"]), (&Value::Bool(true), &digest));
    assert_eq!(world.certificates(), certificates, "certificates were made anew");
    let after = world.readings();
    assert!(after >= rows, "{rows} readings before, {after} after");
    ack_log::assert_none_lost(&acknowledged, &world.stored());
    world.until("readings arrive again", Duration::from_secs(30), || world.readings() > after);
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t72_a_snapshot_is_the_way_back_from_a_bad_migration() {
    let world = world();
    let run = world.seasense(&["snapshot", "save", "before", "--json"]);
    run.assert_success();
    let kept: Value = serde_json::from_str(&run.stdout).unwrap();
    let rows = kept["snapshots"][0]["rows"].as_u64().unwrap();
    assert!(rows > 0, "{kept:#}");
    assert_eq!(world.seasense(&["snapshot", "save", "before"]).code, Some(2), "it was overwritten");
    world.until("the platform goes on", Duration::from_secs(30), || world.get("/api/v1/summary").is_ok());
    world.sql("ALTER TABLE buoy ADD COLUMN tried integer");
    world.sql("DELETE FROM observation");
    let unasked = world.seasense(&["snapshot", "load", "before"]);
    assert_eq!(unasked.code, Some(2), "newer readings went without a question: {}", unasked.stderr);
    assert!(unasked.stderr.contains("--yes"), "{}", unasked.stderr);
    world.seasense(&["snapshot", "load", "before", "--yes"]).assert_success();
    let count = || world.sql("SELECT count(*) FROM observation").trim().parse::<u64>().unwrap();
    assert!(count() >= rows, "{rows} rows were kept");
    let column = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'tried'";
    assert_eq!(world.sql(column).trim(), "0", "the change is still there");
    let owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'observation'";
    assert_eq!(world.sql(owner).trim(), "seasense");
    let hypertables = "SELECT count(*) FROM timescaledb_information.hypertables";
    assert_eq!(world.sql(hypertables).trim(), "1");
    let readings = world.readings();
    world.until("readings arrive again", Duration::from_secs(30), || world.readings() > readings);
    world.seasense(&["snapshot", "rm", "before"]).assert_success();
    let left = "SELECT string_agg(datname, ',') FROM pg_database WHERE datname LIKE 'seasense\\_%'";
    assert_eq!(world.sql(left).trim(), "", "a database is left over");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t74_a_node_that_was_killed_comes_back_with_its_data() {
    let world = world();
    let (node, before) = (world.node_id(), world.stored());
    world.kill_node();
    assert_eq!(world.status()["cluster"], "stopped");
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    assert_eq!(world.node_id(), node, "the cluster was made anew");
    ack_log::assert_none_lost(&before, &world.stored());
}

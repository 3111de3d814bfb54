//! Data that survives a pause, a bad migration and a killed node.

use std::time::Duration;

use serde_json::Value;

use crate::{ack_log, shared::running_env};

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t70_resume_restores_the_paused_environment() {
    let env = running_env();
    let (rows, certificates) = (env.readings(), env.certificates());
    let digest = env.status()["artifact"]["digest"].clone();
    let run = env.seasense(&["pause", "--json", "--output", "plain"]);
    run.assert_success();
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["digest"], digest);
    assert!(report["freed"].as_u64().unwrap() > 500 << 20, "hardly any memory was freed: {report:#}");
    assert_eq!(env.running_containers(), "", "containers still run");
    assert!(env.get("/api/v1/summary").is_err(), "the gateway still answers");
    assert_eq!(env.status()["cluster"], "paused");
    let acknowledged = env.acknowledged();
    assert!(!acknowledged.is_empty(), "the fleet has recorded nothing");
    // An edit of the checkout must not be applied.
    let deadline = env.deadline();
    env.set_deadline(deadline - 1);
    let run = env.seasense(&["resume", "--json", "--output", "plain"]);
    env.set_deadline(deadline);
    run.assert_success();
    let status: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(status["ready"], true, "{status:#}");
    assert_eq!(status["artifact"]["digest"], digest, "{status:#}");
    assert_eq!(env.certificates(), certificates, "certificates were issued again");
    let after = env.readings();
    assert!(after >= rows, "{rows} readings before, {after} after");
    ack_log::assert_none_lost(&acknowledged, &env.stored());
    env.wait_until("readings arrive again", Duration::from_secs(30), || env.readings() > after);
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t72_snapshot_undoes_a_bad_migration() {
    let env = running_env();
    let run = env.seasense(&["snapshot", "save", "before", "--json"]);
    run.assert_success();
    let saved: Value = serde_json::from_str(&run.stdout).unwrap();
    let rows = saved["snapshots"][0]["rows"].as_u64().unwrap();
    assert!(rows > 0, "{saved:#}");
    assert_eq!(env.seasense(&["snapshot", "save", "before"]).code, Some(2), "the snapshot was overwritten");
    env.wait_until("the platform answers", Duration::from_secs(30), || env.get("/api/v1/summary").is_ok());
    env.sql("ALTER TABLE buoy ADD COLUMN tried integer");
    env.sql("DELETE FROM observation");
    let unconfirmed = env.seasense(&["snapshot", "load", "before"]);
    assert_eq!(
        unconfirmed.code,
        Some(2),
        "newer readings were removed without confirmation: {}",
        unconfirmed.stderr
    );
    assert!(unconfirmed.stderr.contains("--yes"), "{}", unconfirmed.stderr);
    env.seasense(&["snapshot", "load", "before", "--yes"]).assert_success();
    let count = || env.sql("SELECT count(*) FROM observation").trim().parse::<u64>().unwrap();
    assert!(count() >= rows, "fewer than the {rows} saved rows");
    let column = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'tried'";
    assert_eq!(env.sql(column).trim(), "0", "the column still exists");
    let owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'observation'";
    assert_eq!(env.sql(owner).trim(), "seasense");
    let hypertables = "SELECT count(*) FROM timescaledb_information.hypertables";
    assert_eq!(env.sql(hypertables).trim(), "1");
    let readings = env.readings();
    env.wait_until("readings arrive again", Duration::from_secs(30), || env.readings() > readings);
    env.seasense(&["snapshot", "rm", "before"]).assert_success();
    let left = "SELECT string_agg(datname, ',') FROM pg_database WHERE datname LIKE 'seasense\\_%'";
    assert_eq!(env.sql(left).trim(), "", "a temporary database remains");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t74_killed_node_restarts_with_its_data() {
    let env = running_env();
    let (node, before) = (env.node_id(), env.stored());
    env.kill_node();
    assert_eq!(env.status()["cluster"], "stopped");
    env.seasense(&["dev", "--output", "plain"]).assert_success();
    assert_eq!(env.node_id(), node, "the cluster was created again");
    ack_log::assert_none_lost(&before, &env.stored());
}

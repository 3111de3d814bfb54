//! T3: the promise itself. One real environment is brought up, used, changed, broken, repaired and removed.
//!
//! The tests build on each other and run in the order of their names on one thread; `scripts/test` does that.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::unused_self,
    missing_docs,
    reason = "a test ends with a panic, starts programs as a person would, and prints what it saw"
)]

mod checkout;
mod diagnostics;
mod world;

use std::time::Duration;

use world::{World, world};

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t05_interrupted_and_killed_while_the_cluster_is_made() {
    let world = World::create();
    let run = world.seasense_interrupted_after(&["dev", "--output", "plain"], Duration::from_secs(5));
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    assert!(
        run.stderr.contains("`seasense dev` goes on") && run.stderr.contains("`seasense down`"),
        "{}",
        run.stderr
    );
    world.seasense_killed_after(&["dev", "--output", "plain"], Duration::from_secs(7));
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t10_dev_ends_well_and_says_where_things_are() {
    let run = world().seasense(&["dev", "--output", "plain"]);
    run.assert_success();
    for expected in ["https://seasense.localhost:18443/", "ca.crt", "psql"] {
        assert!(run.stderr.contains(expected), "the summary does not name {expected}:\n{}", run.stderr);
    }
    assert_eq!(run.stdout, "", "stdout is for data only");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t20_status_tells_the_same_truth() {
    let status = world().status();
    assert_eq!(status["ready"], true, "{status:#}");
    assert_eq!(status["environment"], "e2e");
    let digest = status["artifact"]["digest"].as_str().unwrap();
    assert!(digest.starts_with("sha256:") && digest.len() == 71, "{digest}");
    let phases: Vec<&str> =
        status["phases"].as_array().unwrap().iter().map(|phase| phase["name"].as_str().unwrap()).collect();
    assert_eq!(phases, ["infrastructure-core", "gateway-config", "data", "apps"]);
    for phase in status["phases"].as_array().unwrap() {
        assert_eq!(phase["ready"], true, "{phase}");
        assert!(phase["revision"].as_str().unwrap().contains(digest), "{phase} is not at {digest}");
    }
    let instances = status["database"]["instances"].as_array().unwrap();
    assert_eq!(instances.len(), 2, "{instances:?}");
    assert!(instances.iter().all(|instance| instance["ready"] == true), "{instances:?}");
    assert_eq!(status["problems"].as_array().unwrap().len(), 0, "{status:#}");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t30_readings_arrive_through_verified_tls() {
    let world = world();
    let before = world.readings();
    assert!(before > 0, "no reading was stored");
    world.until("the row count rises", Duration::from_secs(30), || world.readings() > before);
    assert!(
        world.get_with_ca(None, "/api/v1/summary").is_err(),
        "the certificate was accepted without the CA"
    );
    let page = world.get("/").unwrap();
    assert!(page.contains("<html"), "the page is not HTML: {page}");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t35_rows_in_the_hypertable_are_what_the_api_counts() {
    let world = world();
    let sql =
        "SELECT count(*) FROM timescaledb_information.hypertables WHERE hypertable_name = 'observation'";
    assert_eq!(world.sql(sql).trim(), "1", "`observation` is no hypertable");
    let counted: u64 =
        world.sql("SELECT count(DISTINCT (buoy_id, observed_at)) FROM observation").trim().parse().unwrap();
    assert!(counted > 0, "the hypertable is empty");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t40_the_page_works_in_a_real_browser() {
    let run = world().page_test();
    run.assert_success();
    assert!(run.stdout.contains(" passed, 0 failed"), "{}", run.stdout);
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t50_dev_again_changes_nothing() {
    let world = world();
    let (node, digest) = (world.node_id(), world.status()["artifact"]["digest"].clone());
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    assert_eq!(world.node_id(), node, "the cluster was made anew");
    assert_eq!(world.status()["artifact"]["digest"], digest);
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t60_an_edit_reaches_the_cluster_through_flux() {
    let world = world();
    let before = world.status()["artifact"]["digest"].clone();
    world.edit(
        "gitops/apps/frontend/deployment.yaml",
        "progressDeadlineSeconds: 240",
        "progressDeadlineSeconds: 241",
    );
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    let status = world.status();
    assert_ne!(status["artifact"]["digest"], before, "the edit is not in the artifact");
    assert_eq!(status["artifact"]["dirty"], true, "an uncommitted edit is not marked");
    let seen = world.kubectl(&[
        "get",
        "deployment",
        "frontend",
        "-n",
        "seasense",
        "-o",
        "jsonpath={.spec.progressDeadlineSeconds}",
    ]);
    assert_eq!(seen, "241");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t65_a_broken_manifest_is_refused_before_anything_is_pushed() {
    let world = world();
    let before = world.status()["artifact"]["digest"].clone();
    world.edit(
        "gitops/apps/frontend/deployment.yaml",
        "progressDeadlineSeconds: 241",
        "progressDeadlineSeconds: [241",
    );
    let run = world.seasense(&["dev", "--output", "plain"]);
    assert_eq!(run.code, Some(10), "{}", run.stderr);
    assert!(
        run.stderr.contains("gitops/apps/frontend/deployment.yaml:"),
        "the file and line are not named:\n{}",
        run.stderr
    );
    world.edit(
        "gitops/apps/frontend/deployment.yaml",
        "progressDeadlineSeconds: [241",
        "progressDeadlineSeconds: 241",
    );
    assert_eq!(world.status()["artifact"]["digest"], before, "a broken tree reached the cluster");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t66_timing_prints_the_chain_of_the_last_run() {
    let world = world();
    let run = world.seasense(&["timing", "--json"]);
    run.assert_success();
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(!told["chain"].as_array().unwrap().is_empty(), "{told:#}");
    let text = world.seasense(&["timing"]);
    text.assert_success();
    assert!(text.stdout.contains("CRITICAL CHAIN"), "{}", text.stdout);
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t67_diagnostics_tell_everything_and_no_secret() {
    diagnostics::prove(world());
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t68_a_platform_that_fails_packs_its_own_diagnostics() {
    let world = world();
    let edit = |from: &str, to: &str| world.edit("gitops/apps/frontend/deployment.yaml", from, to);
    edit("progressDeadlineSeconds: 241", "progressDeadlineSeconds: -1");
    let run = world.seasense(&["dev", "--output", "plain", "--timeout", "60"]);
    edit("progressDeadlineSeconds: -1", "progressDeadlineSeconds: 241");
    assert!(matches!(run.code, Some(40 | 124)), "{:?}: {}", run.code, run.stderr);
    let bundle = diagnostics::named(&run.stderr);
    let files = diagnostics::unpack(&bundle);
    assert!(files["failure.json"].contains("\"exit_code\""), "{}", files["failure.json"]);
    assert!(files["run/plan.txt"].contains("deliver the platform"), "{}", files["run/plan.txt"]);
    std::fs::remove_file(bundle).unwrap();
    world.seasense(&["dev", "--output", "plain"]).assert_success();
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t70_a_stopped_environment_comes_back_with_its_data() {
    let world = world();
    let rows = world.readings();
    world.seasense(&["down", "--keep-data", "--output", "plain"]).assert_success();
    assert!(world.get("/api/v1/summary").is_err(), "the gateway still answers after `down --keep-data`");
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    let after = world.readings();
    assert!(after >= rows, "{rows} readings before, {after} after");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t80_killed_at_work_it_converges_on_the_next_run() {
    let world = world();
    world.kill_fleet();
    world.seasense_killed_after(&["dev", "--output", "plain"], Duration::from_millis(1500));
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    assert_eq!(world.status()["ready"], true);
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t90_down_leaves_nothing() {
    let world = world();
    world.seasense(&["down", "--output", "plain"]).assert_success();
    for kind in ["container", "volume", "network"] {
        assert_eq!(world.docker_leftovers(kind), "", "a {kind} is left");
    }
    assert_eq!(world.state_leftovers(), Vec::<String>::new(), "files are left in the state folder");
    assert_eq!(world.decoy_kubeconfig(), world::DECOY, "the user's kubeconfig was changed");
    world.seasense(&["down", "--output", "plain"]).assert_success();
}

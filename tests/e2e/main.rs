//! T3: the promise itself. One real environment is brought up, used, changed, broken, repaired and removed.
//!
//! The tests build on each other and run in the order of their names on one thread; `scripts/test` does that.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::unused_self,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a test ends with a panic, starts programs as a person would, and prints what it saw"
)]

mod access;
mod checkout;
mod ci;
mod diagnostics;
mod drain;
mod hammer;
mod kept;
mod ledger;
mod moments;
#[path = "../schemas/check.rs"]
mod schema;
mod t67_watch;
mod t69_rehearsal;
mod t76_daemon;
mod upgrade;
mod watch;
mod world;
mod zones;

use std::time::Duration;

use moments::Moments;
use serde_json::Value;
use world::{World, world};

const MANIFEST: &str = "gitops/apps/frontend/deployment.yaml";

/// A line of that manifest that may be changed without any effect on who uses the platform.
fn deadline(round: u16) -> String {
    format!("progressDeadlineSeconds: {}", 241 + round)
}

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
    let mut moments = Moments::seeded();
    for _ in 0..2 {
        world.seasense_killed_after(&["dev", "--output", "plain"], moments.next(Duration::from_secs(25)));
    }
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
    schema::assert_allowed("status", &status);
    assert_eq!(status["ready"], true, "{status:#}");
    let standby = |instance: &&serde_json::Value| instance["role"] == "replica";
    let standby = status["database"]["instances"].as_array().unwrap().iter().find(standby).unwrap();
    assert!(standby["lag_bytes"].is_u64() && standby["lag_ms"].is_u64(), "{standby}");
    assert!(status["fleet"]["counts"]["acknowledged"].as_u64() > Some(0), "{}", status["fleet"]);
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
fn t31_the_public_address_means_the_same_in_a_pod() {
    let said = access::get_from_a_pod(world());
    assert!(said.contains("HTTP/1.1 200") && said.contains("<html"), "{said}");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t32_certificates_are_renewed_while_everything_goes_on() {
    let world = world();
    let old = std::fs::read(world.authority()).unwrap();
    let (leaf, readings) = (access::shown(&old).unwrap(), world.readings());
    let watch = access::Watch::begin(old.clone());
    access::renew(world, "cert-manager", "seasense-ca");
    access::renew(world, "envoy-gateway-system", "seasense-tls");
    world.until("the gateway shows the new certificate", Duration::from_secs(30), || {
        access::shown(&old).is_ok_and(|shown| shown != leaf)
    });
    let status = world.status();
    assert_eq!(status["ready"], true, "{status:#}");
    let new = std::fs::read(world.authority()).unwrap();
    assert_ne!(
        access::fingerprint(&new),
        access::fingerprint(&old),
        "`status` left the old authority's file"
    );
    assert!(access::shown(&new).is_ok());
    world.until("the fleet goes on", Duration::from_secs(30), || world.readings() > readings);
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    let (count, failures) = watch.end();
    assert!(
        count > 20 && failures.is_empty(),
        "{} of {count} handshakes failed: {failures:?}",
        failures.len()
    );
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t33_a_browser_trusts_it_when_asked_to_and_no_longer_afterwards() {
    let world = world();
    if !access::browser_tools() {
        eprintln!("not tested: no certutil or no chromium; `scripts/host --tests` installs both");
        return;
    }
    let warned = |page: &str| page.contains("ERR_CERT_AUTHORITY_INVALID") || !page.contains("SeaSense");
    assert!(warned(&access::browse(world).stdout), "the browser trusts a stranger");
    world.seasense(&["trust", "install", "--yes", "--store", "nss"]).assert_success();
    let page = access::browse(world).stdout;
    assert!(!warned(&page), "the browser warns: {page}");
    world.seasense(&["trust", "remove", "--yes"]).assert_success();
    assert!(warned(&access::browse(world).stdout), "the browser still trusts it");
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
    let plan = world.seasense(&["dev", "--dry-run", "--json", "--output", "quiet"]);
    plan.assert_success();
    let plan = serde_json::from_str(&plan.stdout).unwrap();
    schema::assert_allowed("plan", &plan);
    assert_eq!(plan["steps"], serde_json::json!([{"step": "verify"}]));
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t52_a_deadline_is_kept_and_has_its_exit_code() {
    let run = world().seasense(&["dev", "--timeout", "0", "--output", "plain"]);
    assert_eq!(run.code, Some(124), "{}", run.stderr);
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
    // All the while the person works with clusters of their own: nothing must go there.
    world.seasense_while_contexts_change(&["dev", "--output", "plain"]).assert_success();
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
    ledger::assert_none_lost(&acknowledged, &world.stored());
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
    ledger::assert_none_lost(&before, &world.stored());
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t80_killed_at_any_moment_it_converges_on_the_next_run() {
    let (world, mut moments) = (world(), Moments::seeded());
    for round in 0..3 {
        world.kill_fleet();
        world.edit(MANIFEST, &deadline(round), &deadline(round + 1));
        world.seasense_killed_after(&["dev", "--output", "plain"], moments.next(Duration::from_secs(12)));
    }
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    assert_eq!(world.status()["ready"], true);
    let seen = world.kubectl(&["get", "deployment", "frontend", "-n", "seasense", "-o", "yaml"]);
    assert!(seen.contains(&deadline(3)), "the last edit is not in the cluster");
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
    world.assert_the_person_was_left_alone();
    world.seasense(&["down", "--output", "plain"]).assert_success();
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t95_ci_proves_uses_and_removes_an_environment_of_its_own() {
    ci::a_run_that_ends();
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t96_a_ci_run_that_is_killed_leaves_nothing() {
    ci::a_run_that_is_killed();
}

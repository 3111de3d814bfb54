//! What runs again, changed or not: nothing happens, or what was edited.

use serde_json::Value;

use crate::{MANIFEST, schema, world::world};

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
    world.edit(MANIFEST, "progressDeadlineSeconds: 240", "progressDeadlineSeconds: 241");
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
    world.edit(MANIFEST, "progressDeadlineSeconds: 241", "progressDeadlineSeconds: [241");
    let run = world.seasense(&["dev", "--output", "plain"]);
    assert_eq!(run.code, Some(10), "{}", run.stderr);
    assert!(
        run.stderr.contains("gitops/apps/frontend/deployment.yaml:"),
        "the file and line are not named:\n{}",
        run.stderr
    );
    world.edit(MANIFEST, "progressDeadlineSeconds: [241", "progressDeadlineSeconds: 241");
    assert_eq!(world.status()["artifact"]["digest"], before, "a broken tree reached the cluster");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t66_timing_prints_the_chain_of_the_last_run() {
    let world = world();
    let run = world.seasense(&["timing", "--json"]);
    run.assert_success();
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(!told["critical_path"].as_array().unwrap().is_empty(), "{told:#}");
    let text = world.seasense(&["timing"]);
    text.assert_success();
    assert!(text.stdout.contains("CRITICAL PATH"), "{}", text.stdout);
}

//! Further runs of `dev`: without a change, with an edit, with an invalid manifest.

use serde_json::Value;

use crate::{manifest::MANIFEST, schema, shared::running_env};

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t50_second_dev_changes_nothing() {
    let env = running_env();
    let (node, digest) = (env.node_id(), env.status()["artifact"]["digest"].clone());
    env.seasense(&["dev", "--output", "plain"]).assert_success();
    assert_eq!(env.node_id(), node, "the cluster was created again");
    assert_eq!(env.status()["artifact"]["digest"], digest);
    let plan = env.seasense(&["dev", "--dry-run", "--json", "--output", "quiet"]);
    plan.assert_success();
    let plan = serde_json::from_str(&plan.stdout).unwrap();
    schema::assert_allowed("plan", &plan);
    assert_eq!(plan["stages"], serde_json::json!([[{"step": "verify"}]]));
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t52_timeout_of_dev_has_its_exit_code() {
    let run = running_env().seasense(&["dev", "--timeout", "0", "--output", "plain"]);
    assert_eq!(run.code, Some(124), "{}", run.stderr);
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t60_manifest_edit_reaches_the_cluster_through_flux() {
    let env = running_env();
    let before = env.status()["artifact"]["digest"].clone();
    let deadline = env.deadline() + 1;
    env.set_deadline(deadline);
    // Meanwhile the user works with other clusters, which must not receive a request.
    env.seasense_while_contexts_change(&["dev", "--output", "plain"]).assert_success();
    let status = env.status();
    assert_ne!(status["artifact"]["digest"], before, "the edit is not in the artifact");
    assert_eq!(status["artifact"]["dirty"], true, "an uncommitted edit is not marked");
    assert_eq!(env.deployed_deadline(), deadline.to_string());
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t65_invalid_manifest_is_rejected_before_the_push() {
    let env = running_env();
    let before = env.status()["artifact"]["digest"].clone();
    let deadline = env.deadline();
    env.set_deadline(format!("[{deadline}"));
    let run = env.seasense(&["dev", "--output", "plain"]);
    assert_eq!(run.code, Some(10), "{}", run.stderr);
    assert!(run.stderr.contains(&format!("{MANIFEST}:")), "the file and line are not named:\n{}", run.stderr);
    env.set_deadline(deadline);
    assert_eq!(env.status()["artifact"]["digest"], before, "an invalid tree reached the cluster");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t66_timing_prints_the_critical_path_of_the_last_run() {
    let env = running_env();
    let run = env.seasense(&["timing", "--json"]);
    run.assert_success();
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(!report["critical_path"].as_array().unwrap().is_empty(), "{report:#}");
    let text = env.seasense(&["timing"]);
    text.assert_success();
    assert!(text.stdout.contains("CRITICAL PATH"), "{}", text.stdout);
}

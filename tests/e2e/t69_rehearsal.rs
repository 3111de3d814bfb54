//! A rehearsal of staging: the digest of the shared environment is promoted to a second cluster. A digest that
//! works in the shared environment and crashes in staging is rolled back, and no acknowledged reading is lost.

use std::{fs, time::Duration};

use serde_json::Value;

use crate::{
    ack_log::{self, Readings},
    run::{Run, finish},
    shared::running_env,
    test_env::TestEnv,
};

const REHEARSAL: &str = "rehearsal-staging";
const CLUSTER: &str = "seasense-rehearsal-staging";
const BACKEND: &str = "gitops/apps/backend/deployment.yaml";

const LABEL: &str = "app.kubernetes.io/name in (seasense-backend, seasense-backend-canary)";

/// A migration that locks a table for three seconds.
const MIGRATION: &str = "src/apps/backend/migrations/0004_locks.sql";
const LOCKING: &str = "-- seasense: accepted, a test of the trial
LOCK TABLE reading;
-- seasense: accepted, a test of the trial
SELECT pg_sleep(3);
";

/// The startup probe of the backend.
const PROBE: &str = "httpGet: {path: /healthz, port: http}
            periodSeconds: 1
            failureThreshold: 60";
/// A probe that succeeds with one replica, as in the shared environment, and fails with two, as in staging.
const FAILING_PROBE: &str = "httpGet: {path: \"/api/v${BACKEND_REPLICAS}/parameters\", port: http}
            periodSeconds: 1
            failureThreshold: 15";

/// Makes the shared environment the source of staging, and shortens the watch.
fn prepare(env: &TestEnv) {
    let staging = "envs/staging.toml";
    env.edit(staging, "from = \"local\"", "from = \"e2e\"");
    env.edit(staging, "watch-seconds = 120", "watch-seconds = 20");
    let list = env.project().join("envs/differences.toml");
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&list, text.replace("\"local\"", "\"e2e\"")).unwrap();
    for git in [
        &["config", "user.name", "t"][..],
        &["config", "user.email", "t@t"],
        &["add", "-A"],
        &["commit", "-qm", "Promote e2e to staging"],
    ] {
        finish(env.command("git").args(git).current_dir(env.project())).assert_success();
    }
}

fn promote(env: &TestEnv, more: &[&str]) -> (Run, Value) {
    let arguments = ["promote", "staging", "--rehearse", "--keep", "--json", "--output", "plain"];
    let run = env.seasense(&[&arguments[..], more].concat());
    let report = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    (run, report)
}

fn status(env: &TestEnv) -> Value {
    let run = finish(&mut env.cli_of(REHEARSAL, &["status", "--json"]));
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr))
}

fn digest_of(status: &Value) -> String {
    status["artifact"]["digest"].as_str().unwrap().to_owned()
}

/// Panics unless the promotion of `bad` failed and ended with a rollback to `digest`.
fn assert_rolled_back(run: &Run, report: &Value, bad: &str, digest: &str) {
    assert_eq!(run.code, Some(60), "{}", run.stderr);
    assert_eq!(report["ending"], "rolled-back", "{report:#}");
    assert_eq!(report["digest"], bad, "{report:#}");
    assert_eq!(report["rolled_back_to"], digest, "{report:#}");
    eprintln!("rolled back: {}", report["reason"]);
}

/// Panics unless the rehearsal is ready at `digest`.
fn assert_runs(env: &TestEnv, digest: &str) {
    let status = status(env);
    assert_eq!(status["ready"], true, "{status:#}");
    assert_eq!(digest_of(&status), digest, "{status:#}");
}

/// Panics unless the migration was run under load in the rehearsal and is refused by its name and line.
fn assert_measured(report: &Value) {
    let tried = &report["migrations"]["tried"][0];
    assert_eq!(tried["file"], MIGRATION, "{report:#}");
    assert!(tried["stall_ms"].as_u64() > Some(2900), "{tried:#}");
    assert_eq!(tried["locks"][0]["table"], "reading", "{tried:#}");
    let reason = report["reason"].as_str().unwrap();
    assert!(reason.starts_with(&format!("{MIGRATION}:4:1: made a request")), "{reason}");
    eprintln!("migration: {tried}");
}

/// Returns the names and restart counts of the rehearsal's backend pods, including those of a canary.
fn backends(env: &TestEnv) -> String {
    let format =
        "jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[*].restartCount}\n{end}";
    let pods = ["get", "pods", "-n", "seasense", "-l", LABEL, "-o", format];
    env.kubectl_in(CLUSTER, &pods)
}

/// Returns every reading that the probe buoys of the rehearsal have recorded as acknowledged.
fn acknowledged(env: &TestEnv) -> Readings {
    // Each start of the buoys has a separate acknowledgement log.
    let logs = ack_log::entries(&env.state().join(CLUSTER).join("probe")).filter(|path| path.is_dir());
    logs.flat_map(|folder| ack_log::recorded(&folder)).collect()
}

/// Panics unless `down` removes everything of the rehearsal.
fn assert_removed_by_down(env: &TestEnv) {
    let ls = finish(&mut env.cli(&["ls", "--json"]));
    assert!(ls.stdout.contains(REHEARSAL), "{}", ls.stdout);
    let down = finish(&mut env.cli_of(REHEARSAL, &["down", "--output", "plain"]));
    down.assert_success();
    let left = ["container", "volume"].map(|kind| {
        let filter = format!("label=org.seasense.environment={REHEARSAL}");
        finish(env.command("docker").args([kind, "ls", "--filter", &filter, "--quiet"])).stdout
    });
    assert_eq!(left, ["", ""], "resources of the rehearsal remain");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t69_crashing_digest_is_rolled_back_without_lost_readings() {
    let env = running_env();
    let digest = digest_of(&env.status());
    prepare(env);

    // A dry run creates no second cluster.
    let (run, report) = promote(env, &["--dry-run"]);
    run.assert_success();
    assert_eq!(report["ending"], "planned", "{report:#}");
    assert_eq!(report["digest"], digest, "{report:#}");
    assert!(!env.docker(&["ps", "--all", "--format", "{{.Names}}"]).contains(CLUSTER));

    let (run, report) = promote(env, &[]);
    run.assert_success();
    assert_eq!(report["ending"], "verified", "{report:#}");
    assert_eq!(report["digest"], digest, "{report:#}");
    assert!(report["copied"]["bytes"].as_u64() > Some(1_000_000), "hardly anything was copied: {report:#}");
    assert_eq!(report["watch"]["failed"], 0, "{report:#}");
    assert!(report["watch"]["sent"].as_u64() > Some(0), "{report:#}");
    assert_runs(env, &digest);
    let authority = status(env)["endpoints"]["ca_file"].as_str().unwrap().to_owned();
    assert!(std::path::Path::new(&authority).is_file(), "`status` names {authority}, which does not exist");

    // A second promotion of the same digest changes nothing.
    let (run, report) = promote(env, &[]);
    run.assert_success();
    assert_eq!(report["ending"], "unchanged", "{report:#}");

    env.edit(BACKEND, PROBE, FAILING_PROBE);
    env.seasense(&["dev", "--output", "plain"]).assert_success();
    let bad = digest_of(&env.status());
    assert_ne!(bad, digest);

    // With a canary, the failure is detected while the current backend keeps running unchanged.
    let pods = backends(env);
    let (run, report) = promote(env, &["--canary", "20"]);
    assert_rolled_back(&run, &report, &bad, &digest);
    assert_eq!(report["canary"]["percent"], 20, "{report:#}");
    // The canary restarts just before the verdict, and its pod has its termination grace period to end.
    let gone = || !backends(env).contains("canary");
    env.wait_until("the canary is removed", Duration::from_mins(1), gone);
    assert_eq!(backends(env), pods, "the current backend was replaced");

    // The digest was packed with edits, so the migrations are those of the work tree.
    let migration = env.project().join(MIGRATION);
    fs::write(&migration, LOCKING).unwrap();
    let (run, report) = promote(env, &[]);
    fs::remove_file(&migration).unwrap();
    assert_rolled_back(&run, &report, &bad, &digest);
    assert_measured(&report);
    for change in ["rollout", "rollback"] {
        let counted = &report[change];
        assert!(counted["requests"].as_u64() > Some(20), "hardly any requests: {counted}");
        assert_eq!(counted["failed"], 0, "{change}: {counted}");
        assert_eq!(counted["sent"], counted["stored"], "{change}: {counted}");
        eprintln!("{change}: {counted}");
    }

    let next = report["next"].to_string();
    assert!(!next.contains("differ, and no rollback"), "no reading was changed: {next}");
    assert_runs(env, &digest);
    let acknowledged = acknowledged(env);
    assert!(!acknowledged.is_empty(), "the probe buoys have recorded nothing");
    ack_log::assert_none_lost(&acknowledged, &ack_log::stored(env, CLUSTER));
    eprintln!("{} readings were acknowledged, all are stored", acknowledged.len());

    assert_removed_by_down(env);
    env.edit(BACKEND, FAILING_PROBE, PROBE);
    env.seasense(&["dev", "--output", "plain"]).assert_success();
    env.wait_until("readings arrive", Duration::from_secs(30), || env.readings() > 0);
}

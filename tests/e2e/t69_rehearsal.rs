//! Staging, rehearsed: the digest that runs in the environment of the other tests is promoted to a second real cluster; one
//! that is well there and crashes here is taken back by itself, and no reading that was acknowledged is lost.

use std::{fs, time::Duration};

use serde_json::Value;

use crate::{
    ledger::{self, Readings},
    world::{Run, TestEnv, finish, world},
};

const REHEARSAL: &str = "rehearsal-staging";
const CLUSTER: &str = "seasense-rehearsal-staging";
const BACKEND: &str = "gitops/apps/backend/deployment.yaml";

const LABEL: &str = "app.kubernetes.io/name in (seasense-backend, seasense-backend-canary)";

/// Well where there is one replica, as here; where there are two, as in staging, the backend never starts.
const WELL: &str = "httpGet: {path: /healthz, port: http}
            periodSeconds: 1
            failureThreshold: 60";
const CRASHING: &str = "httpGet: {path: \"/api/v${BACKEND_REPLICAS}/parameters\", port: http}
            periodSeconds: 1
            failureThreshold: 15";

/// Lets staging follow the environment of the tests, with little patience.
fn prepare(world: &TestEnv) {
    let staging = "envs/staging.toml";
    world.edit(staging, "from = \"local\"", "from = \"e2e\"");
    world.edit(staging, "watch-seconds = 120", "watch-seconds = 20");
    let list = world.project().join("envs/differences.toml");
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&list, text.replace("\"local\"", "\"e2e\"")).unwrap();
    for git in [
        &["config", "user.name", "t"][..],
        &["config", "user.email", "t@t"],
        &["add", "-A"],
        &["commit", "-qm", "Let staging follow e2e"],
    ] {
        finish(world.command("git").args(git).current_dir(world.project())).assert_success();
    }
}

fn promote(world: &TestEnv, more: &[&str]) -> (Run, Value) {
    let asked = ["promote", "staging", "--rehearse", "--keep", "--json", "--output", "plain"];
    let run = world.seasense(&[&asked[..], more].concat());
    let report = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    (run, report)
}

fn status(world: &TestEnv) -> Value {
    let run = finish(&mut world.cli_of(REHEARSAL, &["status", "--json"]));
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr))
}

fn digest_of(status: &Value) -> String {
    status["artifact"]["digest"].as_str().unwrap().to_owned()
}

/// What a promotion ends with that has brought `digest` back.
fn taken_back(run: &Run, report: &Value, bad: &str, digest: &str) {
    assert_eq!(run.code, Some(60), "{}", run.stderr);
    assert_eq!((&report["ending"], &report["digest"]), (&"rolled-back".into(), &bad.into()), "{report:#}");
    assert_eq!(report["rolled_back_to"], digest, "{report:#}");
    eprintln!("it was taken back, for {}", report["reason"]);
}

/// The names of the rehearsal's backend pods, a canary's among them, and how often each was started anew.
fn backends(world: &TestEnv) -> String {
    let format =
        "jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[*].restartCount}\n{end}";
    let pods = ["get", "pods", "-n", "seasense", "-l", LABEL, "-o", format];
    world.kubectl_in(CLUSTER, &pods)
}

/// Every reading that the rehearsal's canaries have noted as acknowledged.
fn acknowledged(world: &TestEnv) -> Readings {
    // Each time that they put to sea they have a folder of their own.
    let voyages = ledger::entries(&world.state().join(CLUSTER).join("canary")).filter(|path| path.is_dir());
    voyages.flat_map(|voyage| ledger::noted(&voyage)).collect()
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn one_digest_is_rehearsed_and_a_crashing_one_is_taken_back_without_losing_a_reading() {
    let world = world();
    let digest = digest_of(&world.status());
    prepare(world);

    // A look needs no second cluster, and makes none.
    let (run, report) = promote(world, &["--dry-run"]);
    run.assert_success();
    assert_eq!((&report["ending"], &report["digest"]), (&"planned".into(), &Value::from(digest.clone())));
    assert!(!world.docker(&["ps", "--all", "--format", "{{.Names}}"]).contains(CLUSTER));

    let (run, report) = promote(world, &[]);
    run.assert_success();
    assert_eq!((&report["ending"], &report["digest"]), (&"verified".into(), &Value::from(digest.clone())));
    assert!(report["copied"]["bytes"].as_u64() > Some(1_000_000), "the copy is a real one: {report:#}");
    assert_eq!(
        (&report["watch"]["failed"], report["watch"]["sent"].as_u64() > Some(0)),
        (&0.into(), true),
        "{report:#}"
    );
    let seen = status(world);
    assert_eq!((&seen["ready"], digest_of(&seen)), (&Value::Bool(true), digest.clone()), "{seen:#}");

    // Twice is once.
    let (run, report) = promote(world, &[]);
    run.assert_success();
    assert_eq!(report["ending"], "unchanged", "{report:#}");

    world.edit(BACKEND, WELL, CRASHING);
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    let bad = digest_of(&world.status());
    assert_ne!(bad, digest);

    // With a share first, it is found out beside the old one, which stays as it is.
    let pods = backends(world);
    let (run, report) = promote(world, &["--canary", "20"]);
    taken_back(&run, &report, &bad, &digest);
    assert_eq!(report["canary"]["percent"], 20, "{report:#}");
    // It was started once more just before it was given up, and gets the time that every pod gets to end.
    let gone = || !backends(world).contains("canary");
    world.until("the canary is gone", Duration::from_mins(1), gone);
    assert_eq!(backends(world), pods, "the old backend was replaced");

    let (run, report) = promote(world, &[]);
    taken_back(&run, &report, &bad, &digest);
    for change in ["rollout", "rollback"] {
        let counted = &report[change];
        assert!(counted["requests"].as_u64() > Some(20), "nobody asked anything: {counted}");
        assert_eq!((&counted["failed"], &counted["sent"]), (&0.into(), &counted["stored"]), "{change}");
        eprintln!("{change}: {counted}");
    }

    let seen = status(world);
    assert_eq!((&seen["ready"], digest_of(&seen)), (&Value::Bool(true), digest), "{seen:#}");
    let promised = acknowledged(world);
    assert!(!promised.is_empty(), "the canaries have noted nothing");
    ledger::assert_none_lost(&promised, &ledger::stored(world, CLUSTER));
    eprintln!("{} readings were acknowledged, all are there", promised.len());

    let ls = finish(&mut world.cli(&["ls", "--json"]));
    assert!(ls.stdout.contains(REHEARSAL), "{}", ls.stdout);
    let down = finish(&mut world.cli_of(REHEARSAL, &["down", "--output", "plain"]));
    down.assert_success();
    let left = ["container", "volume"].map(|kind| {
        let filter = format!("label=org.seasense.environment={REHEARSAL}");
        finish(world.command("docker").args([kind, "ls", "--filter", &filter, "--quiet"])).stdout
    });
    assert_eq!(left, ["", ""], "something of the rehearsal is left");
    world.edit(BACKEND, CRASHING, WELL);
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    world.until("readings arrive", Duration::from_secs(30), || world.readings() > 0);
}

//! Staging, rehearsed: the digest that runs in the environment of the other tests is promoted to a second real cluster; one
//! that is well there and crashes here is taken back by itself, and no reading that was acknowledged is lost.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use serde_json::Value;

use crate::world::{Run, World, finish, world};

const REHEARSAL: &str = "rehearsal-staging";
const CLUSTER: &str = "seasense-rehearsal-staging";
const BACKEND: &str = "gitops/apps/backend/deployment.yaml";

/// Well where there is one replica, as here; where there are two, as in staging, the backend never starts.
const WELL: &str = "httpGet: {path: /healthz, port: http}
            periodSeconds: 1
            failureThreshold: 60";
const CRASHING: &str = "httpGet: {path: \"/api/v${BACKEND_REPLICAS}/parameters\", port: http}
            periodSeconds: 1
            failureThreshold: 15";

/// Lets staging follow the environment of the tests, with little patience.
fn prepare(world: &World) {
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

fn promote(world: &World) -> (Run, Value) {
    let run = world.seasense(&["promote", "staging", "--rehearse", "--keep", "--json", "--output", "plain"]);
    let report = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    (run, report)
}

fn status(world: &World) -> Value {
    let run = finish(&mut world.cli_of(REHEARSAL, &["status", "--json"]));
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr))
}

fn digest_of(status: &Value) -> String {
    status["artifact"]["digest"].as_str().unwrap().to_owned()
}

/// Every reading that the rehearsal's canaries have noted as acknowledged: `<buoy> <boot_id> <seq>`.
fn acknowledged(world: &World) -> BTreeSet<String> {
    let mut readings = BTreeSet::new();
    let entries = |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    // Each time that they put to sea they have a folder of their own.
    let voyages = entries(&world.state().join(CLUSTER).join("canary")).filter(|path| path.is_dir());
    for file in voyages.flat_map(|voyage| entries(&voyage)) {
        let text = fs::read_to_string(file).unwrap();
        for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
            let entry: Value = serde_json::from_str(line).unwrap();
            readings.insert(format!(
                "{} {} {}",
                entry["buoy"].as_str().unwrap(),
                entry["boot_id"],
                entry["seq"]
            ));
        }
    }
    readings
}

/// Every reading that the rehearsal's database holds.
fn stored(world: &World) -> BTreeSet<String> {
    let node = format!("{CLUSTER}-control-plane");
    let kubectl = ["exec", &node, "kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf"];
    let primary = finish(world.command("docker").args(kubectl).args([
        "get",
        "pods",
        "-n",
        "seasense",
        "-o",
        "name",
        "-l",
        "cnpg.io/cluster=seasense-db,cnpg.io/instanceRole=primary",
    ]));
    primary.assert_success();
    let all = "SELECT code || ' ' || boot_id || ' ' || seq FROM reading JOIN buoy ON buoy.id = buoy_id";
    let psql = [
        "exec",
        "-n",
        "seasense",
        primary.stdout.trim(),
        "-c",
        "postgres",
        "--",
        "psql",
        "-Atq",
        "seasense",
        "-c",
        all,
    ];
    let run = finish(world.command("docker").args(kubectl).args(psql));
    run.assert_success();
    run.stdout.lines().map(str::to_owned).collect()
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn one_digest_is_rehearsed_and_a_crashing_one_is_taken_back_without_losing_a_reading() {
    let world = world();
    let digest = digest_of(&world.status());
    prepare(world);

    let (run, report) = promote(world);
    run.assert_success();
    assert_eq!((&report["ending"], &report["digest"]), (&"verified".into(), &Value::from(digest.clone())));
    assert!(report["copied"]["bytes"].as_u64() > Some(1_000_000), "the copy is a real one: {report:#}");
    assert_eq!(
        (&report["figures"]["failed"], report["figures"]["sent"].as_u64() > Some(0)),
        (&0.into(), true),
        "{report:#}"
    );
    let seen = status(world);
    assert_eq!((&seen["ready"], digest_of(&seen)), (&Value::Bool(true), digest.clone()), "{seen:#}");

    // Twice is once.
    let (run, report) = promote(world);
    run.assert_success();
    assert_eq!(report["ending"], "unchanged", "{report:#}");

    world.edit(BACKEND, WELL, CRASHING);
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    let bad = digest_of(&world.status());
    assert_ne!(bad, digest);
    let (run, report) = promote(world);
    assert_eq!(run.code, Some(60), "{}", run.stderr);
    assert_eq!(
        (&report["ending"], &report["digest"]),
        (&"rolled-back".into(), &bad.clone().into()),
        "{report:#}"
    );
    assert_eq!(report["restored"], digest.clone(), "{report:#}");
    eprintln!("it was taken back, for {}", report["reason"]);
    for change in ["rollout", "rollback"] {
        let counted = &report[change];
        assert!(counted["requests"].as_u64() > Some(20), "nobody asked anything: {counted}");
        assert_eq!((&counted["failed"], &counted["sent"]), (&0.into(), &counted["stored"]), "{change}");
        eprintln!("{change}: {counted}");
    }

    let seen = status(world);
    assert_eq!((&seen["ready"], digest_of(&seen)), (&Value::Bool(true), digest), "{seen:#}");
    let promised = acknowledged(world);
    let kept = stored(world);
    let lost: Vec<&String> = promised.iter().filter(|reading| !kept.contains(*reading)).collect();
    assert!(
        !promised.is_empty() && lost.is_empty(),
        "{} of {} are lost: {lost:?}",
        lost.len(),
        promised.len()
    );
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

//! Every exit code of the program. The tests of 60 and 70 are in `promote`, the test of 124 needs a real
//! cluster and is in `tests/e2e`.

use std::{fs, process::Command};

use serde_json::{Value, json};

use super::{
    cluster::{Cluster, DIGEST, flux},
    fakes,
    harness::Harness,
    schema::assert_allowed,
};

#[test]
fn code_0_is_success() {
    let run = Harness::new().run(&["open", "--print"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.stderr, "");
}

#[test]
fn code_1_is_an_internal_error() {
    let harness = Harness::new();
    // Four descriptors are enough to start a program and too few for its runtime. Inherited descriptors are
    // closed first.
    let limited = format!(
        "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ulimit -n 4; exec '{}' open --print",
        env!("CARGO_BIN_EXE_seasense")
    );
    let output =
        Command::new("/bin/sh").args(["-c", &limited]).current_dir(harness.project()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("start the async runtime") && stderr.contains("please report it"), "{stderr}");
}

#[test]
fn code_2_is_an_invalid_command_line() {
    assert_eq!(Harness::new().run(&["dev", "--json"]).code, Some(2), "--json needs --dry-run");
    let run = Harness::new().run(&["status", "--watch"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    insta::assert_snapshot!(run.stderr, @r"
    error: `--watch` needs a terminal
      hint: run `seasense status`, or `seasense status --json` in a script
    ");
}

#[test]
fn code_10_is_an_invalid_environment_file() {
    let run = Harness::new().with_environment("nodes = 1", "nodes = 0").run(&["status"]);
    assert_eq!(run.code, Some(10), "{}", run.stderr);
}

#[test]
fn code_20_is_a_missing_daemon_or_image() {
    assert_eq!(Harness::new().run(&["status"]).code, Some(20));
    let harness = Harness::new();
    fakes::docker(&harness.socket(), |_| None);
    let run = harness.run(&["images", "list"]);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("no images have been supplied yet"), "{}", run.stderr);
}

#[test]
fn code_30_is_a_cluster_that_is_absent_or_foreign() {
    let harness = Harness::new();
    fakes::docker(&harness.socket(), |_| None);
    let run = harness.run(&["status", "--json"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
    let status: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(status["cluster"], "absent");
    assert_allowed("status", &status);

    let harness = Harness::new();
    let foreign = json!([{"Id": "x", "Names": ["/x-control-plane"], "State": "running", "Mounts": []}]);
    fakes::docker(&harness.socket(), move |line| {
        line.contains("io.x-k8s.kind.cluster").then(|| Some((200, foreign.clone())))
    });
    let run = harness.run(&["down"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
    assert!(run.stderr.contains("seasense did not create it"), "{}", run.stderr);
}

#[test]
fn code_30_is_a_cluster_with_another_identity() {
    let cluster = Cluster::new(|path| {
        let identity = json!({"metadata": {"name": "kube-system", "uid": "another"}});
        (path == "/api/v1/namespaces/kube-system").then_some(identity)
    });
    let (run, status) = cluster.status();
    assert_eq!(run.code, Some(30), "{status:#}");
    let cause = status["problems"][0]["cause"].as_str().unwrap();
    assert!(cause.contains("another cluster responds"), "{cause}");
    assert!(cause.contains("found another"), "{cause}");
    assert_eq!(cluster.requests.all(), ["GET /api/v1/namespaces/kube-system"], "no further request");
    assert_eq!(cluster.harness.run(&["logs", "backend"]).code, Some(30));
}

#[test]
fn code_40_is_a_phase_that_is_not_ready() {
    let cluster = Cluster::new(|path| flux(path, "sha256:before"));
    let (run, status) = cluster.status();
    assert_eq!(run.code, Some(40), "{status:#}");
    assert_eq!(status["problems"][0]["part"], "phase/apps", "phases in their order");
    assert_allowed("status", &status);
}

#[test]
fn code_50_is_an_unhealthy_workload() {
    let cluster = Cluster::new(|path| flux(path, DIGEST));
    let (run, status) = cluster.status();
    assert_eq!(run.code, Some(50), "{status:#}");
    let parts: Vec<&str> = status["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["part"].as_str().unwrap())
        .collect();
    assert_eq!(parts[..2], ["workload/seasense/backend", "database"], "{status:#}");
    assert_eq!(status["events"][0]["about"], "Pod seasense/backend-1");
    assert_allowed("status", &status);
    let written = cluster.requests.all().into_iter().filter(|line| !line.starts_with("GET ")).count();
    assert_eq!(written, 0, "`status` must not write");
}

#[test]
fn code_130_is_an_interruption_by_a_signal() {
    for (signal, name) in
        [(rustix::process::Signal::INT, "Ctrl-C"), (rustix::process::Signal::TERM, "SIGTERM")]
    {
        let harness = Harness::new();
        let requests = fakes::docker(&harness.socket(), |line| line.contains("/containers/").then_some(None));
        let running = harness.start(&["down"]);
        requests.wait_for("/containers/");
        let pid = rustix::process::Pid::from_child(&running);
        rustix::process::kill_process(pid, signal).unwrap();
        let output = running.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{stderr}");
        assert!(
            stderr.contains(&format!("interrupted by {name}")) && stderr.contains("`seasense dev`"),
            "{stderr}"
        );
    }
}

#[test]
fn output_of_down_and_images_matches_the_schemas() {
    let harness = Harness::new();
    fakes::docker(&harness.socket(), |_| None);
    let run = harness.run(&["down", "--json", "--output", "jsonl"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_allowed("down", &serde_json::from_str(&run.stdout).unwrap());
    let events: Vec<Value> = run.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(events.len() >= 2, "{}", run.stderr);
    for event in &events {
        assert_allowed("events", event);
    }

    let folder = harness.root().join("home/.cache/seasense/supply/build");
    fs::create_dir_all(&folder).unwrap();
    let image = json!({"official": null, "repository": "seasense/backend", "digest": format!("sha256:{}", "a".repeat(64)), "size": 7});
    let lock = json!({"version": 2, "supply": "build", "platform": "linux/amd64", "key": "k", "images": {"seasense-backend": image}});
    fs::write(folder.join("lock.json"), lock.to_string()).unwrap();
    let run = harness.run(&["images", "list", "--json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_allowed("images", &serde_json::from_str(&run.stdout).unwrap());
}

#[test]
fn failure_is_the_last_event() {
    let run = Harness::new().run(&["status", "--output", "jsonl"]);
    let last: Value = serde_json::from_str(run.stderr.lines().last().unwrap()).unwrap();
    assert_allowed("events", &last);
    assert_eq!(last["event"], "failure");
    assert_eq!(last["exit_code"], 20);
}

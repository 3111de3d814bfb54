//! `seasense timing` with the recorded times of earlier runs.

use super::harness::Harness;

fn with_runs(harness: &Harness) {
    let folder = harness.project().parent().unwrap().join("home/.cache/seasense/timings");
    std::fs::create_dir_all(&folder).unwrap();
    let run = |elapsed: u64| {
        serde_json::json!({"begun_at": "2026-01-02T03:04:05Z", "instance": harness.instance(), "verdict": "ok", "elapsed_ms": elapsed,
        "steps": [
            {"step": "cluster.create", "title": "Create cluster `seasense-local`", "begun_ms": 0, "ended_ms": 12000, "ending": "done"},
            {"step": "observe.verify", "title": "Check everything", "begun_ms": 12000, "ended_ms": elapsed, "ending": "done"},
        ]})
    };
    let history = serde_json::json!({"version": 1, "runs": [run(20_000), run(16_000)]});
    std::fs::write(folder.join("local.json"), history.to_string()).unwrap();
}

#[test]
fn timing_before_the_first_run_is_a_usage_error() {
    let run = Harness::new().run(&["timing"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("run `seasense dev` first"), "{}", run.stderr);
}

#[test]
fn critical_path_is_compared_with_earlier_runs() {
    let harness = Harness::new();
    with_runs(&harness);
    let run = harness.run(&["timing"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let line = run.stdout.lines().find(|line| line.contains("observe.verify")).unwrap();
    let cells: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(cells[..6], ["12.0", "s", "4.0", "s", "8.0", "s"], "{}", run.stdout);
    let run = harness.run(&["timing", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["elapsed_ms"], 16_000);
    assert_eq!(report["median_ms"], 20_000);
    assert_eq!(report["critical_path"].as_array().unwrap().len(), 2);
}

//! The times of the last run, from what a run has written down.

use super::harness::Harness;

fn with_runs(harness: &Harness) {
    let folder = harness.project().parent().unwrap().join("home/.cache/seasense/timings");
    std::fs::create_dir_all(&folder).unwrap();
    let run = |elapsed: u64| {
        serde_json::json!({"begun_at": "2026-01-02T03:04:05Z", "instance": harness.instance(), "verdict": "ok", "elapsed_ms": elapsed,
        "steps": [
            {"step": "cluster.create", "title": "Create cluster `seasense-local`", "begun_ms": 0, "ended_ms": 12000, "ending": "done"},
            {"step": "observe.prove", "title": "Check everything", "begun_ms": 12000, "ended_ms": elapsed, "ending": "done"},
        ]})
    };
    let history = serde_json::json!({"version": 1, "runs": [run(20_000), run(16_000)]});
    std::fs::write(folder.join("local.json"), history.to_string()).unwrap();
}

#[test]
fn before_the_first_run_there_is_nothing_to_tell() {
    let run = Harness::new().run(&["timing"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("run `seasense dev` first"), "{}", run.stderr);
}

#[test]
fn the_chain_of_the_last_run_is_printed_beside_earlier_ones() {
    let harness = Harness::new();
    with_runs(&harness);
    let run = harness.run(&["timing"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let line = run.stdout.lines().find(|line| line.contains("observe.prove")).unwrap();
    let cells: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(cells[..6], ["12.0", "s", "4.0", "s", "8.0", "s"], "{}", run.stdout);
    let run = harness.run(&["timing", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&told["elapsed_ms"], &told["median_ms"]), (&16_000.into(), &20_000.into()));
    assert_eq!(told["chain"].as_array().unwrap().len(), 2);
}

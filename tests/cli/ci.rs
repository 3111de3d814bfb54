//! `ci` whose environment cannot start: the failed stage determines the exit code, and the reports are written.

use super::harness::Harness;

/// Returns the exit code, the JUnit report and the last event of a run.
fn reports(harness: &Harness) -> (Option<i32>, String, serde_json::Value) {
    let run = harness.run(&["ci", "--junit", "out/junit.xml", "--events", "out/events.jsonl", "--", "true"]);
    let read = |name: &str| std::fs::read_to_string(harness.project().join("out").join(name)).unwrap();
    let events = read("events.jsonl");
    (run.code, read("junit.xml"), serde_json::from_str(events.lines().last().unwrap()).unwrap())
}

#[test]
fn missing_docker_fails_the_run_with_a_report() {
    let (code, junit, last) = reports(&Harness::new());
    assert_eq!(code, Some(20));
    assert!(junit.contains("failures=\"1\""), "{junit}");
    assert!(junit.contains("no container daemon answers"), "{junit}");
    assert_eq!(last["event"], "verdict");
    assert_eq!(last["exit_code"], 20);
}

#[test]
fn invalid_environment_file_fails_before_anything_is_created() {
    let harness = Harness::new().with_environment("nodes = 1", "nodes = 9");
    let (code, junit, last) = reports(&harness);
    assert_eq!(code, Some(10));
    assert_eq!(last["exit_code"], 10);
    assert!(junit.contains("envs/local.toml:7:9"), "{junit}");
    assert_eq!(harness.files_outside_project(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn invalid_ttl_is_a_usage_error() {
    for wrong in ["soon", "0s"] {
        let run = Harness::new().run(&["ci", "--ttl", wrong]);
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains("--ttl"), "{}", run.stderr);
    }
}

//! `ci` where no environment can come up: the stage that failed decides the exit code, and the reports are written.

use super::harness::Harness;

/// The exit code, the JUnit report and the last event of a run.
fn reports(harness: &Harness) -> (Option<i32>, String, serde_json::Value) {
    let run = harness.run(&["ci", "--junit", "out/junit.xml", "--events", "out/events.jsonl", "--", "true"]);
    let read = |name: &str| std::fs::read_to_string(harness.project().join("out").join(name)).unwrap();
    let events = read("events.jsonl");
    (run.code, read("junit.xml"), serde_json::from_str(events.lines().last().unwrap()).unwrap())
}

#[test]
fn a_machine_without_docker_fails_the_run_with_a_report() {
    let (code, junit, last) = reports(&Harness::new());
    assert_eq!(code, Some(20));
    assert!(junit.contains("failures=\"1\"") && junit.contains("no container daemon answers"), "{junit}");
    assert_eq!((&last["event"], &last["exit_code"]), (&"verdict".into(), &20.into()));
}

#[test]
fn a_wrong_environment_file_fails_the_run_before_anything_is_made() {
    let harness = Harness::new().with_environment("nodes = 1", "nodes = 9");
    let (code, junit, last) = reports(&harness);
    assert_eq!((code, &last["exit_code"]), (Some(10), &10.into()));
    assert!(junit.contains("envs/local.toml:7:9"), "{junit}");
    assert_eq!(harness.files_outside_project(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_time_that_is_none_is_a_usage_error() {
    for wrong in ["soon", "0s"] {
        let run = Harness::new().run(&["ci", "--ttl", wrong]);
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains("--ttl"), "{}", run.stderr);
    }
}

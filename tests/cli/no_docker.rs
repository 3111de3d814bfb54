//! A machine without Docker: every command that needs it reports that, with a hint.

use super::harness::Harness;

#[test]
fn commands_that_need_docker_report_it_with_a_hint() {
    for args in [&["dev"][..], &["down"], &["status", "--json"], &["logs", "fleet"]] {
        let run = Harness::new().run(args);
        assert_eq!(run.code, Some(20), "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains("Docker"), "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains("hint: "), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn doctor_reports_missing_docker_under_a_stable_id() {
    let run = Harness::new().run(&["doctor", "--json"]);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let docker = checks.iter().find(|check| check["id"] == "docker").unwrap();
    assert_eq!(docker["level"], "error");
    assert!(docker["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{docker}");
    assert!(docker["cause"].is_string(), "{docker}");
    assert_eq!(docker["fixable"], true, "{docker}");
    assert!(
        checks.iter().any(|check| check["id"] == "names.public"),
        "the check of the public name is missing: {checks:?}"
    );
}

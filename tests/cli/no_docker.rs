//! A machine without Docker: every command that needs it says so, and how to cure it.

use super::harness::Harness;

#[test]
fn what_needs_docker_names_the_cure() {
    for args in [&["dev"][..], &["down"], &["status", "--json"], &["logs", "fleet"]] {
        let run = Harness::new().run(args);
        assert_eq!(run.code, Some(20), "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains("Docker") && run.stderr.contains("hint: "), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn doctor_lists_what_is_missing_by_stable_names() {
    let run = Harness::new().run(&["doctor", "--json"]);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let docker = checks.iter().find(|check| check["id"] == "docker").unwrap();
    assert_eq!(docker["level"], "error");
    assert!(docker["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{docker}");
    assert!(docker["cause"].is_string() && docker["fixable"] == true, "{docker}");
    assert!(checks.iter().any(|check| check["id"] == "names.public"), "names are not asked for: {checks:?}");
}

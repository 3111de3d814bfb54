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
fn address_of_a_silent_daemon_is_named_with_its_origin() {
    let harness = Harness::new();
    for address in
        ["tcp://127.0.0.1:1", "tcp://no-such-host.invalid:2375", "ssh://host", "/var/run/docker.sock"]
    {
        let run = harness.run_with_variables(&["ls"], &harness.socket(), &[("DOCKER_HOST", address)]);
        assert_eq!(run.code, Some(20), "{address}: {}", run.stderr);
        assert!(run.stderr.contains(&format!("`{address}`, from DOCKER_HOST")), "{}", run.stderr);
        assert!(run.stderr.contains("unset it to use Docker's own socket"), "{}", run.stderr);
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

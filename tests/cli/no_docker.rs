//! A machine without Docker: every command that needs it reports that, with a hint.

use super::{fakes, harness::Harness};

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
    for (address, code, hint) in [
        ("tcp://127.0.0.1:1", 20, "unset it to use Docker's current context"),
        ("tcp://no-such-host.invalid:2375", 10, "DOCKER_HOST=tcp://127.0.0.1:2375"),
        ("ssh://host", 10, "docker context use default"),
        ("/var/run/docker.sock", 10, "begins with `unix://`"),
    ] {
        let run = harness.run_with_variables(&["ls"], &harness.socket(), &[("DOCKER_HOST", address)]);
        assert_eq!(run.code, Some(code), "{address}: {}", run.stderr);
        assert!(run.stderr.contains(&format!("`{address}`, from DOCKER_HOST")), "{}", run.stderr);
        assert!(run.stderr.contains(hint), "{}", run.stderr);
    }
}

/// Writes the Docker context `vm` with the daemon at `host`, and selects `selected`.
fn select_context(harness: &Harness, host: &str, selected: &str) {
    use sha2::{Digest, Sha256};
    let folder = harness.root().join("home/.docker");
    let meta = folder.join("contexts/meta").join(hex::encode(Sha256::digest(b"vm")));
    std::fs::create_dir_all(&meta).unwrap();
    let text = format!("{{\"Endpoints\": {{\"docker\": {{\"Host\": \"{host}\"}}}}}}");
    std::fs::write(meta.join("meta.json"), text).unwrap();
    std::fs::write(folder.join("config.json"), format!("{{\"currentContext\": \"{selected}\"}}")).unwrap();
}

#[test]
fn the_daemon_of_the_selected_context_is_used() {
    let harness = Harness::new();
    let socket = harness.root().join("vm.sock");
    let requests = fakes::docker(&socket, |_| None);
    select_context(&harness, &format!("unix://{}", socket.display()), "vm");
    let ls = |variables: &[(&str, &str)]| harness.run_with_variables(&["ls"], &harness.socket(), variables);
    let run = ls(&[("DOCKER_HOST", "")]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(!requests.all().is_empty());
    // An address precedes the context, as for the `docker` command.
    assert_eq!(ls(&[]).code, Some(20));
    select_context(&harness, "unix:///nothing.sock", "vm");
    let run = ls(&[("DOCKER_HOST", "")]);
    assert!(run.stderr.contains("`unix:///nothing.sock`, from the Docker context `vm`"), "{}", run.stderr);
    let run = ls(&[("DOCKER_HOST", ""), ("DOCKER_CONTEXT", "gone")]);
    assert_eq!(run.code, Some(10));
    assert!(run.stderr.contains("there is no Docker context `gone`"), "{}", run.stderr);
    assert!(run.stderr.contains("DOCKER_CONTEXT names it"), "{}", run.stderr);
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

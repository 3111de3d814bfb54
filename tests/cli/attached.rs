//! Attached environments: observed without a container daemon, never created or removed.

use std::fs;

use super::harness::{Harness, Run};

/// Returns a project with `envs/staging.toml` and `edits` in it.
fn with_staging(edits: &[(&str, &str)]) -> Harness {
    let harness = Harness::new();
    let mut text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/envs/staging.toml")).unwrap();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    fs::write(harness.project().join("envs/staging.toml"), text).unwrap();
    harness
}

fn with_kubeconfig_engine() -> Harness {
    with_staging(&[
        ("engine = \"scaleway\"", "engine = \"kubeconfig\""),
        ("kubeconfig = \"\"", "kubeconfig = \"STAGING_KUBECONFIG\""),
    ])
}

#[test]
fn attached_environment_rejects_commands_that_own_a_cluster() {
    let harness = with_staging(&[]);
    for verb in [&["dev"][..], &["down"], &["pause"], &["resume"], &["ci"], &["snapshot", "ls"]] {
        let run = harness.run(&[&["--env", "staging"], verb].concat());
        assert_eq!(run.code, Some(2), "{verb:?}: {}", run.stderr);
        assert!(
            run.stderr.contains("its cluster is attached (engine `scaleway`)"),
            "{verb:?}: {}",
            run.stderr
        );
        assert!(run.stderr.contains("`seasense promote staging`"), "{verb:?}: {}", run.stderr);
    }
    assert_eq!(harness.files_outside_project(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn status_of_a_missing_attached_cluster_names_infra_apply() {
    let harness = with_staging(&[]);
    let run = harness.run(&["--env", "staging", "status", "--json"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
    let status: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(status["cluster"], "absent");
    assert_eq!(status["environment"], "staging");
    assert!(
        status["problems"][0]["hint"].as_str().unwrap().contains("seasense infra apply staging"),
        "{status}"
    );
    let run = harness.run(&["--env", "staging", "logs", "backend"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
}

fn assert_config_error(run: &Run, message: &str) {
    assert_eq!(run.code, Some(10), "{}", run.stderr);
    assert!(run.stderr.contains(message), "{}", run.stderr);
}

#[test]
fn kubeconfig_comes_from_the_named_variable_only() {
    let harness = with_kubeconfig_engine();
    let logs = ["--env", "staging", "logs", "backend"];
    assert_config_error(&harness.run(&logs), "the environment variable `STAGING_KUBECONFIG` is not set");
    let file = harness.root().join("kubeconfig");
    let run = |text: &str| {
        fs::write(&file, text).unwrap();
        let path = file.to_string_lossy().into_owned();
        harness.run_with_variables(&logs, &harness.socket(), &[("STAGING_KUBECONFIG", &path)])
    };
    let without_context = run("apiVersion: v1\nkind: Config\n");
    assert_eq!(without_context.code, Some(30), "{}", without_context.stderr);
    assert!(without_context.stderr.contains("it has no `current-context`"), "{}", without_context.stderr);
    // Nothing listens at this address, so no identity is recorded.
    let unreachable = run(&format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: a\n\
         clusters: [{{name: c, cluster: {{server: 'https://127.0.0.1:{}'}}}}]\n\
         users: [{{name: u, user: {{token: t}}}}]\ncontexts: [{{name: a, context: {{cluster: c, user: u}}}}]\n",
        free_port()
    ));
    assert_eq!(unreachable.code, Some(30), "{}", unreachable.stderr);
    assert_eq!(harness.files_outside_project(), Vec::<std::path::PathBuf>::new());
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

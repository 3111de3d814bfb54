//! Environments whose cluster is not made on this machine: looked at without a container daemon, never made or removed.

use std::fs;

use super::harness::{Harness, Run};

/// A project with `envs/staging.toml`, edited.
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

fn by_kubeconfig() -> Harness {
    with_staging(&[
        ("engine = \"scaleway\"", "engine = \"kubeconfig\""),
        ("kubeconfig = \"\"", "kubeconfig = \"STAGING_KUBECONFIG\""),
    ])
}

#[test]
fn what_makes_stops_or_removes_a_cluster_is_refused_with_the_reason() {
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
fn a_cluster_that_was_not_made_yet_is_told_with_what_makes_it() {
    let harness = with_staging(&[]);
    let run = harness.run(&["--env", "staging", "status", "--json"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
    let seen: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&seen["cluster"], &seen["environment"]), (&"absent".into(), &"staging".into()));
    assert!(seen["problems"][0]["hint"].as_str().unwrap().contains("seasense infra apply staging"), "{seen}");
    let run = harness.run(&["--env", "staging", "logs", "backend"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
}

fn refused(run: &Run, said: &str) {
    assert_eq!(run.code, Some(10), "{}", run.stderr);
    assert!(run.stderr.contains(said), "{}", run.stderr);
}

#[test]
fn a_kubeconfig_is_named_by_a_variable_and_nothing_else_is_tried() {
    let harness = by_kubeconfig();
    let logs = ["--env", "staging", "logs", "backend"];
    refused(&harness.run(&logs), "the environment variable `STAGING_KUBECONFIG` is not set");
    let file = harness.root().join("kubeconfig");
    let run = |text: &str| {
        fs::write(&file, text).unwrap();
        let named = file.to_string_lossy().into_owned();
        harness.run_with_variables(&logs, &harness.socket(), &[("STAGING_KUBECONFIG", &named)])
    };
    let vague = run("apiVersion: v1\nkind: Config\n");
    assert_eq!(vague.code, Some(30), "{}", vague.stderr);
    assert!(vague.stderr.contains("it says no `current-context`"), "{}", vague.stderr);
    // Nobody listens there: that is told, and no identity is written down.
    let silent = run(&format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: a\n\
         clusters: [{{name: c, cluster: {{server: 'https://127.0.0.1:{}'}}}}]\n\
         users: [{{name: u, user: {{token: t}}}}]\ncontexts: [{{name: a, context: {{cluster: c, user: u}}}}]\n",
        free_port()
    ));
    assert_eq!(silent.code, Some(30), "{}", silent.stderr);
    assert_eq!(harness.files_outside_project(), Vec::<std::path::PathBuf>::new());
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

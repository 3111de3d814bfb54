//! `seasense infra` with a fake OpenTofu: its arguments, its output, and no secret in either.

use std::{fs, path::Path};

use crate::harness::{Harness, Run};

const SECRET: &str = "5ec0e75e-c0e7-45ec-8e75-ec0e75ec0e75";
const KEYS: [(&str, &str); 4] = [
    ("SCW_ACCESS_KEY", "SCWFAKEFAKEFAKEFAKE1"),
    ("SCW_SECRET_KEY", SECRET),
    ("SCW_DEFAULT_PROJECT_ID", "11111111-1111-4111-8111-111111111111"),
    ("SCW_DEFAULT_ORGANIZATION_ID", "33333333-3333-4333-8333-333333333333"),
];

const PLAN: &str = r#"{"format_version":"1.2","planned_values":{"root_module":{}},"resource_changes":[{"address":"module.cluster.scaleway_k8s_cluster.this","mode":"managed",
"type":"scaleway_k8s_cluster","name":"this","change":{"actions":["update"],"before":{"version":"1.34","kubeconfig":"the token"},
"after":{"version":"1.35","kubeconfig":"another token"},"before_sensitive":{"kubeconfig":true},"after_sensitive":{"kubeconfig":true}}}]}"#;

/// Returns a project with one environment and an OpenTofu that records its arguments.
fn project(ending: &str) -> Harness {
    let harness = Harness::new();
    let folder = harness.project().join("infra/scaleway/envs");
    fs::create_dir_all(&folder).unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/infra/scaleway/envs/staging.tfvars.json");
    fs::copy(file, folder.join("staging.tfvars.json")).unwrap();
    let prices = "infra/scaleway/prices.toml";
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(prices), harness.project().join(prices)).unwrap();
    // `read` of the shell needs a newline at the end.
    fs::write(harness.root().join("plan.json"), format!("{PLAN}\n")).unwrap();
    let script = format!(
        "echo \"$*\" >> \"$HOME/calls\"\ncase \"$1\" in\nversion) echo '{{\"terraform_version\":\"1.12.6\"}}' ;;\n\
         show) while read -r line; do echo \"$line\"; done < '{}' ;;\nplan) {ending} ;;\nesac\n",
        harness.root().join("plan.json").display()
    );
    harness.script("bin/tofu", &script);
    harness
}

fn run(harness: &Harness, args: &[&str]) -> Run {
    let run = harness.run_with_variables(args, &harness.socket(), &KEYS);
    let calls = fs::read_to_string(harness.root().join("home/calls")).unwrap_or_default();
    for text in [&run.stdout, &run.stderr, &calls] {
        assert!(!text.contains(SECRET), "{text}");
    }
    run
}

#[test]
fn plan_is_printed_and_saved_without_secrets() {
    let harness = project("true");
    let saved = harness.root().join("saved.json");
    let args = ["infra", "plan", "staging", "--state", "file", "--save", saved.to_str().unwrap()];
    let run = run(&harness, &args);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let (plan, cost) = run.stdout.split_once("staging then costs about ").unwrap();
    assert!(cost.contains(" EUR per month without VAT"), "{cost}");
    insta::assert_snapshot!(plan, @r"
    staging: 0 to create, 1 to change, 0 to replace, 0 to remove
      ~ module.cluster.scaleway_k8s_cluster.this
          kubeconfig: … -> …
          version: 1.34 -> 1.35
    ");
    let saved = fs::read_to_string(saved).unwrap();
    assert!(saved.contains("1.35"), "{saved}");
    assert!(!saved.contains("token"), "{saved}");
}

#[test]
fn missing_keys_are_listed_before_opentofu_runs() {
    let harness = project("true");
    let run = harness.run(&["infra", "plan", "staging"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    for (name, _) in KEYS {
        assert!(run.stderr.contains(name), "{}", run.stderr);
    }
    assert!(!harness.root().join("home/calls").exists());
}

#[test]
fn unknown_environment_suggests_the_nearest_name() {
    let run = run(&project("true"), &["infra", "plan", "stagging"]);
    assert_eq!(run.code, Some(10), "{}", run.stderr);
    assert!(run.stderr.contains("`staging`"), "{}", run.stderr);
}

#[test]
fn state_in_the_bucket_needs_a_passphrase() {
    let run = run(&project("true"), &["infra", "plan", "staging"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("SEASENSE_STATE_PASSPHRASE"), "{}", run.stderr);
}

#[test]
fn opentofu_error_is_shown_without_frame_and_keys() {
    let ending = "echo \"│ Error: denied with $SCW_SECRET_KEY\" >&2; exit 1";
    let run = run(&project(ending), &["infra", "plan", "staging", "--state", "file"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
    assert!(run.stderr.contains("Error: denied with ***"), "{}", run.stderr);
    assert!(!run.stderr.contains('│'), "{}", run.stderr);
}

#[test]
fn apply_without_a_terminal_needs_yes() {
    let run = run(&project("true"), &["infra", "apply", "staging", "--state", "file"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("--yes"), "{}", run.stderr);
}

//! The modules themselves: format, types, validation rules.

use std::process::{Command, Output};

use crate::env::{TestEnv, programs};

/// Runs OpenTofu in the workspace that `seasense` has prepared, without keys.
fn tofu(env: &TestEnv, args: &[&str]) -> Output {
    let base = env.modules().parent().unwrap().to_owned();
    let mut command = Command::new(&programs()["tofu"].path);
    command
        .args(args)
        .current_dir(env.modules())
        .env("TF_CLI_CONFIG_FILE", base.join("tofu.rc"))
        .env("SCW_CONFIG_PATH", base.join("scw.yaml"))
        .output()
        .unwrap()
}

fn assert_success(output: &Output) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn modules_are_formatted_valid_and_pass_their_tests() {
    let env = TestEnv::new();
    // Prepares the workspace and installs the provider from the mirror.
    env.infra(&["plan", "staging", "--state", "file"]).succeeded();
    let checkout = concat!(env!("CARGO_MANIFEST_DIR"), "/infra/scaleway");
    assert_success(&tofu(&env, &["fmt", "-check", "-recursive", "-diff", checkout]));
    assert_success(&tofu(&env, &["validate", "-no-color"]));
    let tested = tofu(&env, &["test", "-no-color"]);
    assert_success(&tested);
    let output = String::from_utf8_lossy(&tested.stdout).into_owned();
    assert!(output.contains(" passed, 0 failed"), "{output}");
}

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn invalid_values_are_refused_before_any_request() {
    let env = TestEnv::with(&serde_json::json!({"load_balancer": true, "kubernetes_version": "1.36.4"}));
    let run = env.infra(&["plan", "staging", "--state", "file"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
    assert!(run.stderr.contains("Profile lean has no load balancer"), "{}", run.stderr);
    assert!(run.stderr.contains("The version must be a minor one"), "{}", run.stderr);
    assert_eq!(env.fake.everything(), Vec::<String>::new());
}

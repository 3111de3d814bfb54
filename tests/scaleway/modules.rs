//! The modules themselves: their form, their types, their rules.

use std::process::{Command, Output};

use crate::world::{TestEnv, programs};

/// Runs OpenTofu in the folder that `seasense` has prepared, without any key.
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

fn assert_well(output: &Output) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn the_modules_are_formatted_valid_and_keep_their_own_rules() {
    let env = TestEnv::new();
    // Prepares the folder and fetches the provider from the mirror.
    env.infra(&["plan", "staging", "--state", "file"]).well();
    let checkout = concat!(env!("CARGO_MANIFEST_DIR"), "/infra/scaleway");
    assert_well(&tofu(&env, &["fmt", "-check", "-recursive", "-diff", checkout]));
    assert_well(&tofu(&env, &["validate", "-no-color"]));
    let tested = tofu(&env, &["test", "-no-color"]);
    assert_well(&tested);
    let told = String::from_utf8_lossy(&tested.stdout).into_owned();
    assert!(told.contains(" passed, 0 failed"), "{told}");
}

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn a_wrong_value_is_refused_with_its_reason_before_anything_is_asked() {
    let env = TestEnv::with(&serde_json::json!({"load_balancer": true, "kubernetes_version": "1.35.4"}));
    let run = env.infra(&["plan", "staging", "--state", "file"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
    assert!(run.stderr.contains("Profile lean has no load balancer"), "{}", run.stderr);
    assert!(run.stderr.contains("The version must be a minor one"), "{}", run.stderr);
    assert_eq!(env.fake.everything(), Vec::<String>::new());
}

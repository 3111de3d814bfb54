//! Diagnostics bundles on a machine without Docker and without a cluster.

use super::{bundle::unpack, harness::Harness};

#[test]
fn bundle_without_docker_lists_its_missing_parts() {
    use std::os::unix::fs::PermissionsExt;
    let harness = Harness::new();
    let key = "AGE-SECRET-KEY-1THISISTHEKEYTHATMUSTNOTBEPACKED";
    std::fs::write(harness.project().join("envs/local.agekey"), format!("# a key\n{key}\n")).unwrap();
    let harness = harness.with_environment("[fleet]", &format!("# the key is {key} here\n[fleet]"));
    let file = harness.project().join("bundle.tar.zst");
    let run = harness.run(&["diagnose", "--out", "bundle.tar.zst", "--no-logs", "--output", "quiet"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.stdout, "bundle.tar.zst\n");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let files = unpack(&file);
    let manifest: serde_json::Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    let missing: Vec<&str> =
        manifest["missing"].as_array().unwrap().iter().map(|part| part["part"].as_str().unwrap()).collect();
    assert_eq!(missing, ["cluster", "docker", "lock.json", "run"]);
    assert!(files["variables.json"].contains("seasense.localhost"), "{files:?}");
    assert!(files["machine.json"].contains("\"docker\""), "{files:?}");
    assert!(
        files["envs/local.toml"].contains("# the key is [redacted] here"),
        "{}",
        files["envs/local.toml"]
    );
    assert!(!files.values().any(|text| text.contains("THISISTHEKEY")));
}

#[test]
fn bundle_without_a_name_is_written_to_the_cache() {
    let harness = Harness::new();
    let run = harness.run(&["diagnose", "--output", "quiet"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let files = harness.files_outside_project();
    let bundle = files.iter().find(|file| file.to_string_lossy().ends_with(".tar.zst")).unwrap();
    assert!(
        run.stdout.starts_with("[ROOT]/home/.cache/seasense/diagnostics/seasense-local"),
        "{}",
        run.stdout
    );
    assert!(unpack(bundle).contains_key("README.txt"));
}

#[test]
fn unwritable_bundle_path_is_an_error() {
    let run = Harness::new().run(&["diagnose", "--out", "/proc/no/such.tar.zst", "--output", "quiet"]);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("write `/proc/no/such.tar.zst`"), "{}", run.stderr);
}

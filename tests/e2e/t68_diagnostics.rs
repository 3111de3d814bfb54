//! Diagnostics bundles of a real cluster: complete, and without a secret of the cluster.

use std::{collections::BTreeMap, path::PathBuf};

use seasense::diagnose::redact::from_base64;
use serde_json::Value;

use crate::{
    bundle::unpack,
    manifest::{HEADLESS, SERVICE},
    shared::running_env,
    test_env::TestEnv,
};

/// The values of these keys are names, not secrets.
const NAMES: [&str; 5] = ["username", "user", "dbname", "host", "port"];

/// Returns the bundle that the output of a run names.
fn bundle_of(stderr: &str) -> PathBuf {
    let rest = stderr
        .split("diagnostics bundle without secrets: ")
        .nth(1)
        .unwrap_or_else(|| panic!("no bundle: {stderr}"));
    PathBuf::from(rest.split(".tar.zst").next().unwrap().to_owned() + ".tar.zst")
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t68_bundle_is_complete_and_contains_no_secret() {
    let env = running_env();
    let file = env.project().parent().unwrap().join("bundle.tar.zst");
    env.seasense(&["diagnose", "--output", "plain", "--out", file.to_str().unwrap()]).assert_success();
    let files = unpack(&file);
    eprintln!("{} files, {} bytes packed", files.len(), std::fs::metadata(&file).unwrap().len());
    assert_complete(&files);
    assert_no_secret(env, &files);
}

fn assert_complete(files: &BTreeMap<String, String>) {
    let manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    assert_eq!(manifest["missing"], serde_json::json!([]), "parts could not be collected");
    for (file, text) in [
        ("cluster/events.txt", "Pod seasense/"),
        ("cluster/pods.json", "containerStatuses"),
        ("cluster/flux.txt", "Kustomization apps"),
        ("cluster/database.json", "currentPrimary"),
        ("cluster/gateways.json", "HTTPRoute"),
        ("cluster/certificates.json", "notAfter"),
        ("cluster/environment.json", "HOSTNAME"),
        ("cluster/version.json", "gitVersion"),
        ("docker/containers.json", "control-plane"),
        ("lock.json", "provenance"),
        ("machine.json", "disk"),
        ("run/timings.json", "steps"),
        ("run/plan.txt", ""),
        ("status.json", "\"ready\": true"),
    ] {
        let found = files.get(file).unwrap_or_else(|| panic!("no {file} among {:?}", files.keys()));
        assert!(found.contains(text), "{file} does not contain {text}:\n{found}");
    }
    let any = |begin: &str, end: &str, text: &str| {
        let found = files
            .iter()
            .any(|(file, content)| file.starts_with(begin) && file.ends_with(end) && content.contains(text));
        assert!(found, "no {begin}*{end} contains {text}");
    };
    any("logs/seasense/backend", ".log", "");
    any("logs/seasense/seasense-db-", "postgres.log", "");
    any("envoy/", "config.json", "seasense.localhost");
    any("nodes/", "kubelet.log", "kubelet");
    any("nodes/", "containerd.log", "containerd");
}

/// Searches for every value of every Secret of the cluster: raw, in base64, in hex and percent-encoded.
fn assert_no_secret(env: &TestEnv, files: &BTreeMap<String, String>) {
    let secrets: Value = serde_json::from_str(&env.kubectl(&["get", "secrets", "-A", "-o", "json"])).unwrap();
    let mut searched = 0;
    for secret in secrets["items"].as_array().unwrap() {
        for (key, value) in secret["data"].as_object().into_iter().flatten() {
            let value = value.as_str().unwrap();
            let bytes = from_base64(value).unwrap();
            if NAMES.contains(&key.as_str()) || bytes.len() < 6 {
                continue;
            }
            searched += 1;
            let raw = String::from_utf8_lossy(&bytes).trim().to_owned();
            let percent = raw.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
            let mut forms =
                vec![raw.clone(), value.trim_end_matches('=').to_owned(), hex::encode(&bytes), percent];
            forms.extend(
                raw.lines().filter(|line| line.len() >= 16 && !line.starts_with("-----")).map(str::to_owned),
            );
            for (file, text) in files {
                let leak = forms.iter().any(|form| form.len() >= 6 && text.contains(form.as_str()));
                assert!(!leak, "{file} contains `{key}` of Secret {}", secret["metadata"]["name"]);
            }
        }
    }
    assert!(searched >= 10, "only {searched} values of Secrets were searched for");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t68_failed_run_writes_a_diagnostics_bundle() {
    let env = running_env();
    env.edit(SERVICE, "spec:\n", HEADLESS);
    let run = env.seasense(&["dev", "--output", "plain", "--timeout", "60"]);
    env.edit(SERVICE, HEADLESS, "spec:\n");
    assert!(matches!(run.code, Some(40 | 124)), "{:?}: {}", run.code, run.stderr);
    let bundle = bundle_of(&run.stderr);
    let files = unpack(&bundle);
    assert!(files["failure.json"].contains("\"exit_code\""), "{}", files["failure.json"]);
    assert!(files["run/plan.txt"].contains("point Flux at sha256:"), "{}", files["run/plan.txt"]);
    std::fs::remove_file(bundle).unwrap();
    env.seasense(&["dev", "--output", "plain"]).assert_success();
}

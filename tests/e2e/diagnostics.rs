//! A bundle of diagnostics of a real cluster: it opens, holds what it should, and holds no secret of the cluster.

use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
};

use seasense::diagnose::redact::from_base64;
use serde_json::Value;

use crate::world::TestEnv;

/// Values of these keys are names; a bundle without the database's own name would tell nothing.
const NAMES: [&str; 5] = ["username", "user", "dbname", "host", "port"];

/// The files of a bundle without its root folder.
pub fn unpack(file: &Path) -> BTreeMap<String, String> {
    let bytes = std::fs::read(file).unwrap();
    let mut archive = tar::Archive::new(zstd::Decoder::new(bytes.as_slice()).unwrap());
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(path.split_once('/').unwrap().1.to_owned(), String::from_utf8(bytes).unwrap());
    }
    files
}

/// The bundle that a run said it had packed.
pub fn named(stderr: &str) -> PathBuf {
    let rest = stderr
        .split("diagnostics bundle without secrets: ")
        .nth(1)
        .unwrap_or_else(|| panic!("no bundle: {stderr}"));
    PathBuf::from(rest.split(".tar.zst").next().unwrap().to_owned() + ".tar.zst")
}

/// Makes a bundle and looks into it.
pub fn prove(world: &TestEnv) {
    let file = world.project().parent().unwrap().join("bundle.tar.zst");
    world.seasense(&["diagnose", "--output", "plain", "--out", file.to_str().unwrap()]).assert_success();
    let files = unpack(&file);
    eprintln!("{} files, {} bytes packed", files.len(), std::fs::metadata(&file).unwrap().len());
    holds_what_it_should(&files);
    holds_no_secret(world, &files);
}

fn holds_what_it_should(files: &BTreeMap<String, String>) {
    let manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    assert_eq!(manifest["missing"], serde_json::json!([]), "something could not be collected");
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
        assert!(found.contains(text), "{file} does not tell {text}:\n{found}");
    }
    let any = |begin: &str, end: &str, text: &str| {
        let found = files
            .iter()
            .any(|(file, told)| file.starts_with(begin) && file.ends_with(end) && told.contains(text));
        assert!(found, "no {begin}*{end} tells {text}");
    };
    any("logs/seasense/backend", ".log", "");
    any("logs/seasense/seasense-db-", "postgres.log", "");
    any("envoy/", "config.json", "seasense.localhost");
    any("nodes/", "kubelet.log", "kubelet");
    any("nodes/", "containerd.log", "containerd");
}

/// Every value of every Secret, as the cluster holds it, is looked for raw, in base64, in hex and percent-encoded.
fn holds_no_secret(world: &TestEnv, files: &BTreeMap<String, String>) {
    let secrets: Value =
        serde_json::from_str(&world.kubectl(&["get", "secrets", "-A", "-o", "json"])).unwrap();
    let mut looked = 0;
    for secret in secrets["items"].as_array().unwrap() {
        for (key, value) in secret["data"].as_object().into_iter().flatten() {
            let value = value.as_str().unwrap();
            let bytes = from_base64(value).unwrap();
            if NAMES.contains(&key.as_str()) || bytes.len() < 6 {
                continue;
            }
            looked += 1;
            let raw = String::from_utf8_lossy(&bytes).trim().to_owned();
            let percent = raw.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
            let mut forms =
                vec![raw.clone(), value.trim_end_matches('=').to_owned(), hex::encode(&bytes), percent];
            forms.extend(
                raw.lines().filter(|line| line.len() >= 16 && !line.starts_with("-----")).map(str::to_owned),
            );
            for (file, text) in files {
                let leak = forms.iter().any(|form| form.len() >= 6 && text.contains(form.as_str()));
                assert!(!leak, "{file} holds `{key}` of Secret {}", secret["metadata"]["name"]);
            }
        }
    }
    assert!(looked >= 10, "only {looked} values of Secrets were looked for");
}

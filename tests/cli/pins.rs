//! Wrong pins are refused with their place before anything is touched.

use std::fs;

use crate::{fakes, harness::Harness};

/// A project whose pins are those of the checkout after `change`.
fn project(change: impl Fn(&str) -> String) -> Harness {
    let harness = Harness::new();
    let path = harness.project().join("infra/pins.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let changed = change(&text);
    assert_ne!(changed, text);
    fs::write(path, changed).unwrap();
    harness
}

/// Pulls, and returns the error. The daemon must not have been changed.
fn refused(harness: &Harness) -> String {
    let requests = fakes::docker(&harness.socket(), |_| None);
    let run = harness.run(&["images", "pull"]);
    assert_eq!(run.code, Some(10), "{}", run.stderr);
    let changes: Vec<String> = requests.all().into_iter().filter(|line| !line.starts_with("GET ")).collect();
    assert!(changes.iter().all(|line| line.starts_with("HEAD ")), "{changes:?}");
    assert!(!harness.root().join("home/.cache/seasense/supply/pull").exists());
    run.stderr
}

#[test]
fn unknown_pin_is_refused_with_the_nearest_name() {
    let stderr = refused(&project(|text| text.replace("image.envoy-gateway", "image.envoy-gatewy")));
    assert!(stderr.contains("infra/pins.toml:") && stderr.contains("`envoy-gateway`"), "{stderr}");
}

#[test]
fn pin_of_another_version_is_refused() {
    let stderr = refused(&project(|text| text.replace("registry:3.1.2", "registry:3.1.1")));
    assert!(stderr.contains("library/registry:3.1.2") && stderr.contains("seasense images pin"), "{stderr}");
    assert!(stderr.contains("infra/pins.toml:"), "{stderr}");
}

#[test]
fn official_image_without_a_pin_is_refused() {
    let without = |text: &str| {
        let (before, rest) = text.split_once("[image.envoy]").unwrap();
        format!("{before}{}", &rest[rest.find("[image.envoy-gateway]").unwrap()..])
    };
    let stderr = refused(&project(without));
    assert!(stderr.contains("`envoy` has no pin") && stderr.contains("infra/images.toml:"), "{stderr}");
}

#[test]
fn broken_digest_is_refused_with_its_column() {
    let stderr = refused(&project(|text| text.replacen("index = \"sha256:", "index = \"sha256:0", 1)));
    assert!(stderr.contains("infra/pins.toml:3:9"), "{stderr}");
}

#[test]
fn unreachable_registry_leaves_the_pins_unchanged() {
    let harness = project(|text| text.to_owned() + "\n");
    let file = harness.project().join("infra/versions.toml");
    let versions = fs::read_to_string(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let mirrors =
        ["docker.io", "ghcr.io", "quay.io"].map(|name| format!("\"{name}\" = \"127.0.0.1:9\"\n")).concat();
    fs::write(&file, format!("{versions}\n[mirrors]\n{mirrors}")).unwrap();
    let before = fs::read(harness.project().join("infra/pins.toml")).unwrap();
    let run = harness.run(&["images", "pin"]);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("127.0.0.1:9"), "{}", run.stderr);
    assert_eq!(before, fs::read(harness.project().join("infra/pins.toml")).unwrap());
}

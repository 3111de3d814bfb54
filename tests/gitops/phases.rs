//! The phases: their dependencies and their common settings.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use seasense::base::yaml;

use super::{files, objects};

/// The phases and their dependencies.
const PHASES: [(&str, &[&str]); 9] = [
    ("apps", &["database", "gateway-config", "secrets"]),
    ("cert-manager", &[]),
    ("cloudnative-pg", &[]),
    ("data", &[]),
    ("database", &["cloudnative-pg"]),
    ("envoy-gateway", &[]),
    ("gateway-config", &["cert-manager", "envoy-gateway"]),
    ("infrastructure-core", &["cert-manager", "cloudnative-pg", "envoy-gateway"]),
    ("secrets", &[]),
];

#[tokio::test]
async fn phases_have_the_designed_dependencies() {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, object) in objects().await {
        let flux =
            object["apiVersion"].as_str().is_some_and(|v| v.starts_with("kustomize.toolkit.fluxcd.io/"));
        if !flux || object["kind"] != "Kustomization" {
            continue;
        }
        // A dependency with an expression waits for less than readiness.
        let on = object["spec"]["dependsOn"].as_array().into_iter().flatten();
        let on = on.filter(|dependency| dependency.get("readyExpr").is_none());
        let on = on.map(|dependency| dependency["name"].as_str().unwrap().to_owned()).collect();
        found.insert(object["metadata"]["name"].as_str().unwrap().to_owned(), on);
    }
    let designed: BTreeMap<String, BTreeSet<String>> = PHASES
        .iter()
        .map(|(name, on)| ((*name).to_owned(), on.iter().map(|on| (*on).to_owned()).collect()))
        .collect();
    assert_eq!(found, designed);
    let mut left = found;
    while !left.is_empty() {
        let ready: Vec<String> = left
            .iter()
            .filter(|(_, on)| on.iter().all(|on| !left.contains_key(on)))
            .map(|(name, _)| name.clone())
            .collect();
        assert!(!ready.is_empty(), "the dependencies of {left:?} are circular");
        for name in ready {
            left.remove(&name);
        }
    }
}

#[tokio::test]
async fn phases_share_settings_and_have_separate_sources() {
    let files = files().await;
    let text = |path: &str| String::from_utf8(files[path].clone()).unwrap();
    let component =
        &yaml::parse(Path::new("component"), &text("flux/every-phase/kustomization.yaml")).unwrap()[0].value;
    let patch = component["patches"][0]["patch"].as_str().unwrap();
    let spec = &yaml::parse(Path::new("patch"), patch).unwrap()[0].value["spec"];
    assert_eq!(spec["prune"], true);
    assert_eq!(spec["decryption"]["secretRef"]["name"], "sops-age");
    let variables = serde_json::json!([{"kind": "ConfigMap", "name": "environment"}]);
    assert_eq!(spec["postBuild"]["substituteFrom"], variables);
    let mut covered = BTreeSet::new();
    for path in files.keys().filter(|path| path.starts_with("flux/") && path.ends_with("/kustomization.yaml"))
    {
        let kustomization = &yaml::parse(Path::new(path), &text(path)).unwrap()[0].value;
        let listed = |field: &str| {
            let entries = kustomization[field].as_array().into_iter().flatten();
            entries.map(|entry| entry.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        if ["every-phase", "sources"].map(|name| listed("components").contains(&name.to_owned()))
            == [true, true]
        {
            let folder = path.rsplit_once('/').unwrap().0;
            covered.extend(listed("resources").into_iter().map(|file| format!("{folder}/{file}")));
        }
    }
    let is_phase = |path: &&String| {
        path.starts_with("flux/") && text(path).contains("apiVersion: kustomize.toolkit.fluxcd.io/")
    };
    let components = ["every-phase", "flux/sources"];
    let is_component = |path: &&String| components.iter().any(|name| path.contains(name));
    for path in files.keys().filter(is_phase).filter(|path| !is_component(path)) {
        assert!(covered.contains(path), "{path} lacks the settings that all phases share");
    }
}

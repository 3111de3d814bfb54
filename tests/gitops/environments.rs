//! Environments differ only in reviewed variables and in secrets for separate keys.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use seasense::{
    base::yaml,
    compare::parity::{self, Allowed, Facts, evaluate},
    config::{EnvFile, Environment, Project},
};
use serde_json::Value;

use super::{environments, files, objects, root, text};

#[tokio::test]
async fn secrets_of_each_environment_use_a_separate_key() {
    let rules = std::fs::read_to_string(root().join(".sops.yaml")).unwrap();
    let rules = yaml::parse(Path::new(".sops.yaml"), &rules).unwrap().remove(0).value;
    let mut keys = BTreeSet::new();
    for environment in environments() {
        let folder = format!("secrets/{}/", environment.name());
        let rule = rules["creation_rules"].as_array().unwrap().iter();
        let rule =
            rule.filter(|rule| rule["path_regex"].as_str().unwrap().contains(&folder)).collect::<Vec<_>>();
        let secrets: Vec<Value> = objects()
            .await
            .into_iter()
            .filter(|(file, object)| object["kind"] == "Secret" && file.starts_with(&folder))
            .map(|(_, object)| object)
            .collect();
        // The operator of an attached environment may add its secrets later.
        if secrets.is_empty() && environment.cluster.engine.is_attached() {
            assert!(root().join("gitops").join(&folder).join("kustomization.yaml").is_file(), "{folder}");
            continue;
        }
        assert!(!secrets.is_empty(), "{folder} contains no secrets");
        assert_eq!(rule.len(), 1, "one rule for {folder}");
        assert!(keys.insert(rule[0]["age"].to_string()), "two environments share a key");
        for secret in secrets {
            let recipients: Vec<&Value> =
                secret["sops"]["age"].as_array().unwrap().iter().map(|key| &key["recipient"]).collect();
            assert_eq!(recipients, [&rule[0]["age"]], "{}", secret["metadata"]["name"]);
        }
    }
    let stray = objects()
        .await
        .into_iter()
        .find(|(file, object)| object["kind"] == "Secret" && !file.starts_with("secrets/"));
    assert_eq!(stray, None, "a secret outside secrets/");
}

#[test]
fn environments_differ_only_in_reviewed_variables() {
    let project = Project::find(root()).unwrap();
    let (all, allowed) = (EnvFile::load_all(&project).unwrap(), Allowed::load(&project).unwrap());
    for (at, a) in all.iter().enumerate() {
        for b in &all[at + 1..] {
            let parity = evaluate(Facts { a, b, all: &all, allowed: &allowed, manifests: None });
            let unexplained =
                parity.unexplained.iter().map(|drift| format!("{}: {}", drift.location, drift.description));
            assert!(parity.in_parity, "{}", unexplained.collect::<Vec<_>>().join("\n"));
            assert_eq!(parity.stale, [], "{} contains unneeded entries", parity::FILE);
        }
    }
}

/// Compares the files, which needs no other program. `seasense parity` compares what Flux builds from them.
#[tokio::test]
async fn differing_lines_contain_a_differing_variable() {
    let files = files().await;
    let template = text(&files, &BTreeMap::new());
    let text = |environment: &Environment| text(&files, &environment.to_variables());
    let (all, mut compared) = (environments(), 0);
    for (at, a) in all.iter().enumerate() {
        for b in &all[at + 1..] {
            let (variables, other_variables) = (a.to_variables(), b.to_variables());
            let (text_a, text_b) = (text(a), text(b));
            assert_eq!(text_a.lines().count(), text_b.lines().count(), "a variable contains a newline");
            for ((line, other), source) in text_a.lines().zip(text_b.lines()).zip(template.lines()) {
                let explains = |name: &String| {
                    variables[name] != other_variables[name] && source.contains(&format!("${{{name}}}"))
                };
                assert!(
                    line == other || variables.keys().any(explains),
                    "{line} and {other} come from {source}"
                );
                compared += usize::from(line != other);
            }
        }
    }
    assert!(compared > 20, "only {compared} lines differ");
}

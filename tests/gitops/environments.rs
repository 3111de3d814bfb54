//! What may differ between environments: reviewed variables, and secrets for keys of their own.

use std::{collections::BTreeSet, path::Path};

use seasense::{
    base::yaml,
    compare::parity::{self, Allowed, Facts, evaluate},
    config::{EnvFile, Environment, Project},
};
use serde_json::Value;

use super::{environments, objects, rendered, root};

#[tokio::test]
async fn each_environment_s_secrets_are_for_its_own_key() {
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
        // What is made by `dev` has its secrets in the repository; an attached one gets them from who runs it.
        if secrets.is_empty() && environment.cluster.engine.is_attached() {
            assert!(root().join("gitops").join(&folder).join("kustomization.yaml").is_file(), "{folder}");
            continue;
        }
        assert!(!secrets.is_empty(), "{folder} holds no secrets");
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
fn environments_differ_in_nothing_but_what_was_reviewed() {
    let project = Project::find(root()).unwrap();
    let (all, allowed) = (EnvFile::load_all(&project).unwrap(), Allowed::load(&project).unwrap());
    for (at, a) in all.iter().enumerate() {
        for b in &all[at + 1..] {
            let parity = evaluate(Facts { a, b, all: &all, allowed: &allowed, manifests: None });
            let told = parity.unexplained.iter().map(|one| format!("{}: {}", one.place, one.what));
            assert!(parity.holds, "{}", told.collect::<Vec<_>>().join("\n"));
            assert_eq!(parity.stale, [], "{} holds what nobody needs", parity::FILE);
        }
    }
}

/// What the manifests of two environments differ in is what variables fill in: proved on the files, where it needs no
/// program; `seasense parity` proves it on what Flux builds of them.
#[tokio::test]
async fn every_line_in_which_environments_differ_holds_a_variable_that_differs() {
    let rendered = rendered().await;
    let template = rendered.to_text(None).unwrap();
    let text = |one: &Environment| rendered.to_text(Some(&one.to_variables())).unwrap();
    let (all, mut compared) = (environments(), 0);
    for (at, a) in all.iter().enumerate() {
        for b in &all[at + 1..] {
            let (mine, theirs) = (a.to_variables(), b.to_variables());
            let (ours, others) = (text(a), text(b));
            assert_eq!(ours.lines().count(), others.lines().count(), "variables make lines");
            for ((line, other), named) in ours.lines().zip(others.lines()).zip(template.lines()) {
                let explains =
                    |name: &String| mine[name] != theirs[name] && named.contains(&format!("${{{name}}}"));
                assert!(line == other || mine.keys().any(explains), "{line} and {other} come from {named}");
                compared += usize::from(line != other);
            }
        }
    }
    assert!(compared > 20, "{compared} lines differ");
}

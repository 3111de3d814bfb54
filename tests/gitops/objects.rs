//! The rules for single objects, and a violation of each rule.

use std::collections::BTreeSet;

use seasense::{artifact::rules, base::yaml};
use serde_json::Value;

use super::{files, objects, root};

#[tokio::test]
async fn objects_follow_all_rules() {
    let mut wrong = BTreeSet::new();
    for (file, object) in objects().await {
        for (rule, find) in rules::RULES {
            let found = find(&object);
            wrong.extend(
                found.iter().map(|found| {
                    format!("{file}: {}: {rule}: {}", object["metadata"]["name"], found.message)
                }),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn each_rule_finds_the_violation_in_its_fixture() {
    let mut seen = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("tests/fixtures/gitops")).unwrap() {
        let file = entry.unwrap().path();
        let text = std::fs::read_to_string(&file).unwrap();
        let head = text.lines().next().unwrap().trim_start_matches("# ");
        let (rule, message) = head.split_once(": ").unwrap();
        let object = yaml::parse(&file, &text).unwrap().remove(0).value;
        let found: Vec<String> = rules::RULES
            .iter()
            .flat_map(|(name, find)| {
                find(&object).into_iter().map(move |found| format!("{name}: {}", found.message))
            })
            .collect();
        assert_eq!(found, [format!("{rule}: {message}")], "{}", file.display());
        seen.insert(rule.to_owned());
    }
    assert_eq!(seen, rules::RULES.iter().map(|(name, _)| (*name).to_owned()).collect());
}

#[tokio::test]
async fn every_namespace_denies_all_traffic_by_default() {
    let objects = objects().await;
    let names = |kind: &str, field: &str| -> BTreeSet<String> {
        let of_kind = objects.iter().filter(|(_, object)| object["kind"] == kind);
        let denies = |object: &Value| {
            kind == "Namespace"
                || (object["spec"]["podSelector"] == serde_json::json!({})
                    && object["spec"]["policyTypes"] == serde_json::json!(["Ingress", "Egress"])
                    && object["spec"].get("ingress").is_none()
                    && object["spec"].get("egress").is_none())
        };
        of_kind
            .filter(|(_, object)| denies(object))
            .filter_map(|(_, object)| object["metadata"][field].as_str().map(str::to_owned))
            .collect()
    };
    assert_eq!(names("NetworkPolicy", "namespace"), names("Namespace", "name"));
}

#[tokio::test]
async fn no_version_is_latest() {
    let mut texts: Vec<(String, String)> = files()
        .await
        .into_iter()
        .map(|(path, content)| (path, String::from_utf8_lossy(&content).into_owned()))
        .collect();
    for file in ["infra/images.toml", "infra/versions.toml", "infra/manifests/recipes.toml"] {
        texts.push((file.to_owned(), std::fs::read_to_string(root().join(file)).unwrap()));
    }
    for (file, text) in texts {
        let code = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        for line in code {
            assert!(!line.contains(":latest") && !line.contains("\"latest\""), "{file}: {line}");
        }
    }
}

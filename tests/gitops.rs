//! The tree's rules: what `gitops/` may hold, checked on what each environment really gets.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test ends with a panic")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use seasense::{
    artifact::{Rendered, Tree, Upstream, render},
    config::{Environment, Project},
    supply::{Lock, LockedImage, Origin, Provenance},
    yaml,
};
use serde_json::Value;

#[path = "gitops/rules.rs"]
mod rules;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A lock that knows exactly the images of `infra/images.toml`.
fn lock() -> Lock {
    let images: toml::Table =
        std::fs::read_to_string(root().join("infra/images.toml")).unwrap().parse().unwrap();
    let mut lock = Lock::new(Origin::Build, "key");
    for name in images["image"].as_table().unwrap().keys() {
        let image = LockedImage {
            official: None,
            repository: name.clone(),
            digest: format!("sha256:{}", "0".repeat(64)),
            size: 1,
            provenance: Provenance::new(),
        };
        lock.images.insert(name.clone(), image);
    }
    lock
}

/// The tree as it is packed; of upstream's manifests only the folders.
async fn rendered() -> Rendered {
    let tree = Tree::read(&Project::find(root()).unwrap()).await.unwrap();
    let recipes: toml::Table =
        std::fs::read_to_string(root().join("infra/manifests/recipes.toml")).unwrap().parse().unwrap();
    let names = recipes["manifest"].as_array().unwrap().iter().map(|recipe| recipe["name"].as_str().unwrap());
    let upstream = names.map(|name| (name, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"));
    match render(&tree, &lock(), &Upstream::from_texts(upstream)) {
        Ok(rendered) => rendered,
        Err(failure) => panic!("{}: {failure} {:?}", failure.location.as_ref().unwrap(), failure.hints),
    }
}

fn environments() -> Vec<Environment> {
    let project = Project::find(root()).unwrap();
    let mut names: Vec<String> = std::fs::read_dir(root().join("envs"))
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".toml")?.to_owned()))
        .filter(|name| !name.contains('.'))
        .collect();
    names.sort();
    assert_eq!(names, ["local", "production", "staging"]);
    names.iter().map(|name| Environment::load(&project, name).unwrap()).collect()
}

/// Every object of the tree as each environment gets it, with its file.
async fn objects() -> Vec<(String, Value)> {
    let rendered = rendered().await;
    let mut objects = Vec::new();
    for environment in environments() {
        let name = environment.name();
        let data =
            environment.variables.to_data(name, *environment.fleet.buoys.get_ref(), environment.https_port());
        for document in rendered.to_text(Some(&data)).unwrap().split("---\n# ").skip(1) {
            let (file, text) = document.split_once('\n').unwrap();
            assert!(!text.contains("${"), "{name} leaves a variable in {file}");
            for object in yaml::parse(Path::new(file), text).unwrap() {
                objects.push((file.to_owned(), object.value));
            }
        }
    }
    assert!(objects.len() > 30, "the tree has more objects than {}", objects.len());
    objects
}

#[tokio::test]
async fn every_object_keeps_every_rule() {
    let mut wrong = BTreeSet::new();
    for (file, object) in objects().await {
        for (rule, find) in rules::RULES {
            let found = find(&object);
            wrong.extend(
                found.iter().map(|what| format!("{file}: {}: {rule}: {what}", object["metadata"]["name"])),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_rule_finds_what_it_is_for() {
    let mut seen = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("tests/fixtures/gitops")).unwrap() {
        let file = entry.unwrap().path();
        let text = std::fs::read_to_string(&file).unwrap();
        let head = text.lines().next().unwrap().trim_start_matches("# ");
        let (rule, message) = head.split_once(": ").unwrap();
        let object = yaml::parse(&file, &text).unwrap().remove(0).value;
        let found: Vec<String> = rules::RULES
            .iter()
            .flat_map(|(name, find)| find(&object).into_iter().map(move |what| format!("{name}: {what}")))
            .collect();
        assert_eq!(found, [format!("{rule}: {message}")], "{}", file.display());
        seen.insert(rule.to_owned());
    }
    assert_eq!(seen, rules::RULES.iter().map(|(name, _)| (*name).to_owned()).collect());
}

/// The phases and what each waits for.
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
async fn the_phases_depend_on_each_other_as_designed() {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, object) in objects().await {
        let flux =
            object["apiVersion"].as_str().is_some_and(|v| v.starts_with("kustomize.toolkit.fluxcd.io/"));
        if !flux || object["kind"] != "Kustomization" {
            continue;
        }
        // What waits by an expression waits for less than readiness.
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
        assert!(!ready.is_empty(), "a circle among {left:?}");
        for name in ready {
            left.remove(&name);
        }
    }
}

#[tokio::test]
async fn every_phase_shares_prune_secrets_and_variables_and_has_a_source_of_its_own() {
    let rendered = rendered().await;
    let text = |path: &str| String::from_utf8(rendered.files[path].clone()).unwrap();
    let component =
        &yaml::parse(Path::new("component"), &text("flux/every-phase/kustomization.yaml")).unwrap()[0].value;
    let patch = component["patches"][0]["patch"].as_str().unwrap();
    let spec = &yaml::parse(Path::new("patch"), patch).unwrap()[0].value["spec"];
    assert_eq!(
        (&spec["prune"], &spec["decryption"]["secretRef"]["name"]),
        (&true.into(), &"sops-age".into())
    );
    let variables = serde_json::json!([{"kind": "ConfigMap", "name": "environment"}]);
    assert_eq!(spec["postBuild"]["substituteFrom"], variables);
    let mut covered = BTreeSet::new();
    for path in rendered
        .files
        .keys()
        .filter(|path| path.starts_with("flux/") && path.ends_with("/kustomization.yaml"))
    {
        let kustomization = &yaml::parse(Path::new(path), &text(path)).unwrap()[0].value;
        let listed = |field: &str| {
            let entries = kustomization[field].as_array().into_iter().flatten();
            entries.map(|entry| entry.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        if ["every-phase", "parts"].map(|name| listed("components").contains(&name.to_owned()))
            == [true, true]
        {
            let folder = path.rsplit_once('/').unwrap().0;
            covered.extend(listed("resources").into_iter().map(|file| format!("{folder}/{file}")));
        }
    }
    let is_phase = |path: &&String| {
        path.starts_with("flux/") && text(path).contains("apiVersion: kustomize.toolkit.fluxcd.io/")
    };
    let components = ["every-phase", "flux/parts"];
    let is_component = |path: &&String| components.iter().any(|name| path.contains(name));
    for path in rendered.files.keys().filter(is_phase).filter(|path| !is_component(path)) {
        assert!(covered.contains(path), "{path} leaves out what all phases share");
    }
    let names: Vec<&str> = rendered.parts.keys().map(String::as_str).collect();
    assert_eq!(names, PHASES.map(|(name, _)| name));
}

#[tokio::test]
async fn every_namespace_starts_from_nothing_allowed() {
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

#[tokio::test]
async fn nothing_is_taken_at_its_latest() {
    let mut texts: Vec<(String, String)> = rendered()
        .await
        .files
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

//! The tree's rules: what `gitops/` may hold, checked on what each environment really gets.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test ends with a panic")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use seasense::{
    artifact::{Rendered, Tree, Upstream, render},
    compare::parity::{self, Allowed, Facts, judge},
    config::{Environment, Infrastructure, Prices, Project, Written},
    cost::{self, Capacity},
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
    let names = seasense::config::names(&project);
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

#[test]
fn environments_differ_in_nothing_but_what_was_reviewed() {
    let project = Project::find(root()).unwrap();
    let (all, allowed) = (Written::load_all(&project).unwrap(), Allowed::load(&project).unwrap());
    for (at, a) in all.iter().enumerate() {
        for b in &all[at + 1..] {
            let parity = judge(Facts { a, b, all: &all, allowed: &allowed, manifests: None });
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

/// Workloads of upstream whose resources are patches of ours; `tests/containers.rs` sees that there are no others.
const UPSTREAM: [&str; 7] = [
    "cert-manager",
    "cert-manager-cainjector",
    "cert-manager-webhook",
    "cnpg-controller-manager",
    "envoy-gateway",
    "kustomize-controller",
    "source-controller",
];

/// Flux's own controllers are no part of the tree: it is what applies the tree.
fn flux() -> Vec<Value> {
    let patch = |name: &str| {
        let text = std::fs::read_to_string(root().join(format!("infra/manifests/flux/{name}.yaml"))).unwrap();
        let target = serde_json::json!({"kind": "Deployment", "name": name});
        serde_json::json!({"kind": "Kustomization", "patches": [{"target": target, "patch": text}]})
    };
    ["kustomize-controller", "source-controller"].map(patch).into()
}

/// How much of what must stay free is for what no request shows: page cache, bursts, a roll-out's second pod.
const FULL: f64 = 0.75;

#[tokio::test]
async fn what_the_workloads_ask_for_fits_into_the_nodes_of_every_layout() {
    let project = Project::find(root()).unwrap();
    let (rendered, prices) = (rendered().await, Prices::load(&project).unwrap());
    let local = environments().into_iter().find(|environment| environment.name() == "local").unwrap();
    for name in Infrastructure::names(&project) {
        let layout = Infrastructure::load(&project, &name).unwrap();
        let file = environments().into_iter().find(|environment| environment.name() == name);
        let mut variables = file.as_ref().unwrap_or(&local).to_variables();
        // Wherever it runs for others, two of each serve.
        for replicas in ["BACKEND_REPLICAS", "FRONTEND_REPLICAS", "GATEWAY_REPLICAS"] {
            let two = variables[replicas].parse::<u32>().unwrap().max(2);
            variables.insert(replicas.to_owned(), two.to_string());
        }
        let instances =
            variables["DATABASE_INSTANCES"].parse::<u32>().unwrap().max(layout.database_instances);
        variables.insert("DATABASE_INSTANCES".to_owned(), instances.to_string());
        let text = rendered.to_text(Some(&variables)).unwrap();
        let mut objects: Vec<Value> =
            yaml::parse(Path::new("tree"), &text).unwrap().into_iter().map(|one| one.value).collect();
        objects.extend(flux());
        let demands = cost::demand(&objects).unwrap();
        let names: BTreeSet<&str> = demands.iter().map(|demand| demand.name.as_str()).collect();
        assert_eq!(names.len(), demands.len(), "something is counted twice: {demands:?}");
        let expected = UPSTREAM.into_iter().chain(["backend", "envoy", "frontend", "seasense-db"]).collect();
        assert_eq!(names, expected);
        let capacity = cost::capacity(&layout, &prices).unwrap();
        let whole = cost::fit(&demands, capacity);
        assert!(whole.memory <= FULL && whole.cpu <= FULL, "{name}: {whole:?} of {capacity:?}");
        // A node may go at any time: what is left still holds everything.
        let one_less = cost::fit(&demands, Capacity { nodes: capacity.nodes - 1, ..capacity });
        assert!(one_less.memory <= 1.0 && one_less.cpu <= 1.0, "{name} without a node: {one_less:?}");
    }
    assert!(!Infrastructure::names(&project).is_empty());
}

/// What a promotion tries out is made of the very base that runs, reaches what that reaches, and takes nothing from it.
#[tokio::test]
async fn what_is_tried_out_is_the_backend_and_gets_nothing_unless_it_is_given_it() {
    let rendered = rendered().await;
    let text = |path: &str| String::from_utf8(rendered.files[path].clone()).unwrap();
    let apps = &rendered.parts["apps"].paths;
    for path in ["apps/canary/kustomization.yaml", "apps/canary/route.yaml", "apps/backend/deployment.yaml"] {
        assert!(apps.contains(path), "{path} is not in the part that a trial is built from");
    }
    let listed = &yaml::parse(Path::new("list"), &text("apps/kustomization.yaml")).unwrap()[0].value;
    assert!(!listed["resources"].to_string().contains("canary"), "no phase applies it");
    let made = &yaml::parse(Path::new("made"), &text("apps/canary/kustomization.yaml")).unwrap()[0].value;
    assert!(made["resources"].to_string().contains("../backend"));
    let label = &made["labels"][0]["pairs"]["app.kubernetes.io/name"];
    assert_eq!(label, "seasense-backend-canary", "no Service and no budget of the backend finds its pods");

    let objects = objects().await;
    let named = |kind: &str, name: &str| {
        let mut found = objects.iter().filter(|(file, object)| {
            object["kind"] == kind && object["metadata"]["name"] == name && !file.contains("/canary/")
        });
        &found.next().unwrap_or_else(|| panic!("there is no {kind} {name}")).1
    };
    assert_eq!(named("Service", "backend-canary")["spec"]["selector"]["app.kubernetes.io/name"], *label);
    let backends = &named("HTTPRoute", "seasense")["spec"]["rules"][0]["backendRefs"];
    let weights = [0, 1].map(|at| (&backends[at]["name"], &backends[at]["weight"]));
    assert_eq!(weights, [(&"backend".into(), &100.into()), (&"backend-canary".into(), &0.into())]);
    for policy in ["backend", "database-ingress"] {
        let spec = named("NetworkPolicy", policy)["spec"].to_string();
        assert!(spec.contains(r#"["seasense-backend","seasense-backend-canary"]"#), "{policy}: {spec}");
    }
}

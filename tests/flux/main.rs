//! T2: `flux-build` consists of the same modules as the clusters' kustomize-controller and produces the same
//! output. Needs Go and the supply's cache.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test ends with a panic and runs Go as a user would"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use seasense::{
    artifact::FluxBuild,
    base::{
        event::Silent,
        failure::{Kind, Result},
    },
    compare::{
        CompareContext, Manifests, Phases, Platform, build_both,
        parity::{Allowed, Facts, evaluate, manifests},
    },
    config::{EnvFile, HostDirs, Project},
    images::{self, Mode},
};
use serde_json::{Value, json};

mod edits;
mod faults;
mod refused;
mod tree;

fn project() -> Project {
    Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
}

async fn program(name: &str) -> PathBuf {
    let dirs = HostDirs::from_environment().unwrap();
    let events: seasense::base::event::Events = Arc::new(Silent);
    images::program(&project(), &dirs, &events, name).await.unwrap()
}

/// Returns a `FluxBuild` with an empty cache, and the directory of that cache.
async fn flux() -> (FluxBuild, tempfile::TempDir) {
    let cache = tempfile::tempdir().unwrap();
    let dirs = HostDirs::new(cache.path(), cache.path());
    (FluxBuild::new(program(FluxBuild::PROGRAM).await, &dirs), cache)
}

/// Returns the modules of a program, each with its version and its hash.
fn modules(program: &Path) -> BTreeSet<String> {
    let output = Command::new("go").args(["version", "-m"]).arg(program).output().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    output.lines().filter_map(|line| Some(line.trim().strip_prefix("dep\t")?.to_owned())).collect()
}

#[tokio::test]
#[ignore = "needs Go"]
async fn flux_build_uses_the_modules_of_the_controller() {
    let ours = modules(&program(FluxBuild::PROGRAM).await);
    // The newest build of the controllers in the supply's cache.
    let jobs = HostDirs::from_environment().unwrap().cache().join("supply/build/jobs/go.platform");
    let built =
        std::fs::read_dir(jobs).unwrap().map(|entry| entry.unwrap().path().join("kustomize-controller"));
    let newest =
        built.filter(|path| path.exists()).max_by_key(|path| path.metadata().unwrap().modified().unwrap());
    let theirs = modules(&newest.unwrap());
    assert!(ours.len() > 30 && theirs.len() > ours.len(), "{} and {} modules", ours.len(), theirs.len());
    assert_eq!(ours.difference(&theirs).collect::<Vec<_>>(), [""; 0]);
}

const LIST: &str = "resources: [apps.yaml]\n";
const APPS: &str = "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./apps/${ISSUER}
  sourceRef: {kind: OCIRepository, name: platform}
  commonMetadata: {labels: {team: sea}}
  postBuild: {substituteFrom: [{kind: ConfigMap, name: environment}]}
";
const OVERLAY: &str = "\
namespace: shop
resources: [../base]
patches:
  - target: {kind: ConfigMap, name: a}
    patch: |-
      - {op: add, path: /data/patched, value: \"${BUOYS}\"}
";
const OBJECTS: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {host: 'api.${HOSTNAME}', literal: '$${HOME}', fallback: '${NONE:=x}'}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b, annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}}
data: {host: '${HOSTNAME}'}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: {key: hunter2}
";

fn platform(hostname: Option<&str>) -> Platform {
    let files = [
        ("flux/kustomization.yaml", LIST),
        ("flux/apps.yaml", APPS),
        ("apps/acme/kustomization.yaml", OVERLAY),
        ("apps/base/kustomization.yaml", "resources: [a.yaml]\n"),
        ("apps/base/a.yaml", OBJECTS),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).into();
    let variables = [("ISSUER", Some("acme")), ("BUOYS", Some("3")), ("HOSTNAME", hostname)];
    Platform {
        sources: BTreeMap::from([("platform".to_owned(), files)]),
        variables: variables
            .iter()
            .filter_map(|(name, value)| Some(((*name).to_owned(), (*value)?.to_owned())))
            .collect(),
    }
}

/// Returns everything that Flux would apply of `platform`, as the difference to an empty one.
async fn all_of(platform: &Platform) -> Result<Phases> {
    let files = BTreeMap::from([("flux/kustomization.yaml".to_owned(), b"resources: []\n".to_vec())]);
    let empty =
        Platform { sources: BTreeMap::from([("platform".to_owned(), files)]), variables: BTreeMap::new() };
    let (flux, _cache) = flux().await;
    Ok(build_both(&flux, platform, &empty).await?.0)
}

#[tokio::test]
#[ignore = "needs Go"]
async fn flux_build_substitutes_as_flux_does() {
    let phases = all_of(&platform(Some("h.example"))).await.unwrap();
    assert_eq!(phases.definitions["apps"]["spec"]["path"], "./apps/acme");
    let objects: BTreeMap<&str, &Value> =
        phases.objects["apps"].iter().map(|(id, object)| (id.name.as_str(), object)).collect();
    // The substitution replaced a string with a number. The cluster would reject the object; the build shows
    // the number.
    let data = json!({"fallback": "x", "host": "api.h.example", "literal": "${HOME}", "patched": 3});
    assert_eq!(objects["a"]["data"], data);
    assert_eq!(
        objects["a"]["metadata"],
        json!({"labels": {"team": "sea"}, "name": "a", "namespace": "shop"})
    );
    assert_eq!(objects["b"]["data"], json!({"host": "${HOSTNAME}"}));
    assert!(!format!("{phases:?}").contains("hunter2"), "the output contains a secret");
}

#[tokio::test]
#[ignore = "needs Go"]
async fn a_variable_without_a_value_fails_as_in_flux() {
    let failure = all_of(&platform(None)).await.unwrap_err();
    assert_eq!(
        (failure.kind, failure.message.as_str()),
        (Kind::Environment, "Flux cannot build the phase `apps`")
    );
    assert!(
        failure.causes[0].ends_with("variable not set (strict mode): \"HOSTNAME\""),
        "{:?}",
        failure.causes
    );
}

#[tokio::test]
#[ignore = "needs Go"]
async fn a_variable_changes_only_the_fields_that_use_it() {
    let (before, after) = (platform(Some("one.example")), platform(Some("two.example")));
    let (flux, _cache) = flux().await;
    let (old, new) = build_both(&flux, &before, &after).await.unwrap();
    let manifests = serde_json::to_value(Manifests::between(&old, &new)).unwrap();
    let changes = manifests["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{changes:#?}");
    let fields = json!([{"path": "data.host", "before": "api.one.example", "after": "api.two.example"}]);
    assert_eq!(changes[0]["name"], "a");
    assert_eq!(changes[0]["fields"], fields);
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn every_difference_between_environments_is_explained() {
    let (project, (flux, _cache)) = (project(), flux().await);
    let context = CompareContext {
        project: project.clone(),
        dirs: HostDirs::from_environment().unwrap(),
        supply: Mode::Auto,
        registry: "127.0.0.1:5050".to_owned(),
        flux,
    };
    let (all, allowed) = (EnvFile::load_all(&project).unwrap(), Allowed::load(&project).unwrap());
    for (index, a) in all.iter().enumerate() {
        for b in &all[index + 1..] {
            let found = manifests(&context, a, b).await.unwrap();
            // The cached result equals the first one.
            assert_eq!(manifests(&context, a, b).await.unwrap(), found);
            assert!(!found.explained.is_empty(), "{} and {} differ in nothing", a.name, b.name);
            let parity = evaluate(Facts { a, b, all: &all, allowed: &allowed, manifests: Some(&found) });
            assert!(parity.in_parity, "{:#?}", parity.unexplained);
        }
    }
}

//! The JSON that the program writes matches the published schemas.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test ends with a panic")]

mod check;
mod samples;

use std::{path::Path, time::Duration};

use check::{assert_allowed, check, schema};
use samples::{empty, full};
use seasense::{
    base::{
        event::{Event, Outcome, Pending},
        failure::{Failure, Kind, Location},
        platform::Platform,
    },
    cloud::{Action, Applied, Change, Destroyed, Difference, Pool, Record, Scaled, Summary},
    images::{Lock, LockedImage, LockedManifest, LockedTool, Origin},
    launch::plan::{Plan, Reconcile, Step},
    local::cluster::Removed,
};
use serde_json::{Value, json};

fn value(of: &impl serde::Serialize) -> Value {
    serde_json::to_value(of).unwrap()
}

#[test]
fn snapshots_match_the_schema() {
    for snapshot in [full(), empty()] {
        assert_allowed("status", &value(&snapshot));
    }
}

#[test]
fn unknown_fields_types_and_versions_are_refused() {
    let schema = schema("status");
    let mut unknown_field = value(&full());
    unknown_field["unknown"] = json!(1);
    assert!(check(&schema, &unknown_field, "").is_err());
    let mut wrong_type = value(&full());
    wrong_type["database"]["rows"] = json!("many");
    assert!(check(&schema, &wrong_type, "").is_err());
    let mut other_version = value(&full());
    other_version["version"] = json!(seasense::observe::VERSION + 1);
    assert!(check(&schema, &other_version, "").is_err());
}

#[test]
fn the_result_of_down_matches_the_schema() {
    let removed = Removed {
        containers: vec!["seasense-local-control-plane".into()],
        folders: vec!["/state/seasense-local".into()],
        kept: vec!["the registry".into()],
        ..Removed::default()
    };
    assert_allowed("down", &value(&removed));
    assert_allowed("down", &value(&Removed::default()));
}

#[test]
fn every_step_of_a_plan_matches_the_schema() {
    let digest = || samples::digest("a");
    let stages = vec![
        vec![Step::RemoveCluster],
        vec![Step::SetLease { ttl_seconds: 60 }],
        vec![Step::CreateCluster, Step::PushArtifact { digest: digest() }],
        vec![Step::RecreateCluster { reason: "its creation was interrupted".into() }],
        vec![Step::StartCluster],
        vec![Step::RecoverCluster { reason: "no response within 10 s".into() }],
        vec![Step::Bootstrap { to: digest() }],
        vec![Step::ApplySettings],
        vec![Step::Deploy { from: None, to: digest() }],
        vec![Step::Deploy { from: Some(digest()), to: samples::digest("b") }],
        vec![Step::AwaitPhases { reconcile: Reconcile::NotReady }],
        vec![Step::AwaitPhases { reconcile: Reconcile::All }],
        vec![Step::StartFleet, Step::ReplaceFleet, Step::RefreshFleet, Step::RemoveFleet],
        vec![Step::Verify],
    ];
    assert_allowed("plan", &json!({ "version": 2, "stages": Plan { stages } }));
}

#[test]
fn the_supply_lock_matches_the_schema() {
    let mut lock = Lock::new(Origin::Build, Platform::LINUX_AMD64, "key");
    assert_allowed("images", &value(&lock));
    let image = |official: Option<&str>| LockedImage {
        official: official.map(str::to_owned),
        repository: "envoy".into(),
        digest: format!("sha256:{}", "a".repeat(64)).parse().unwrap(),
        size: 7,
        provenance: [("version".to_owned(), "1.39.1".to_owned())].into(),
    };
    lock.images.insert("envoy".into(), image(Some("docker.io/envoyproxy/envoy:v1")));
    lock.images.insert("backend".into(), image(None));
    let manifest = LockedManifest { file: "flux.yaml".into(), sha256: "aa".into(), provenance: [].into() };
    lock.manifests.insert("flux".into(), manifest);
    let tool = LockedTool { path: "/cache/kind".into(), sha256: "aa".into(), version: "v0.30.0".into() };
    lock.tools.insert("kind".into(), tool);
    assert_allowed("images", &value(&lock));
}

#[test]
fn infrastructure_results_match_the_schemas() {
    let text = |text: &str| Some(text.to_owned());
    let difference = Difference { name: "size".into(), before: text("1"), after: None, forces_replace: true };
    let change = |action| Change {
        address: "module.pools.scaleway_k8s_pool.this".into(),
        kind: "scaleway_k8s_pool".into(),
        action,
        values: vec![difference.clone()],
    };
    let actions = [Action::Create, Action::Update, Action::Replace, Action::Delete];
    let summary = Summary {
        version: 1,
        environment: "staging".parse().unwrap(),
        create: 1,
        update: 1,
        replace: 1,
        delete: 1,
        changes: actions.map(change).to_vec(),
        drift: vec![change(Action::Delete)],
    };
    let mut plan = value(&summary);
    plan["eur_per_month"] = json!(38.9);
    assert_allowed("infra-plan", &plan);
    let record = Record { name: "a.example".into(), kind: "A".into(), content: "1.2.3.4".into() };
    let applied = Applied {
        version: 1,
        changed: 3,
        cluster: "fr-par/1".into(),
        registry: "rg.fr-par.scw.cloud/x".into(),
        dns: vec![record],
        kubeconfig: None,
    };
    assert_allowed("infra-apply", &value(&applied));
    let destroyed = Destroyed { version: 2, removed: 3, leftover_resources: Vec::new(), kept: Vec::new() };
    assert_allowed("infra-destroy", &value(&destroyed));
    let pool = Pool { zone: "fr-par-1".into(), id: "1".into(), min: 0, max: 2, changed: true };
    assert_allowed("infra-scale", &value(&Scaled { version: 1, pools: vec![pool] }));
}

#[test]
fn every_event_and_failure_matches_the_schema() {
    let step = || "phases.follow".to_owned();
    let part = |blocker: Option<&str>| Pending {
        part: "data".into(),
        ready: false,
        blocker: blocker.map(str::to_owned),
        detail: "creating the primary".into(),
        since: Duration::from_secs(1),
        after: blocker.map(str::to_owned).into_iter().collect(),
    };
    let finished = |outcome| Event::Finished { step: step(), outcome, elapsed: Duration::from_millis(12) };
    let events = [
        Event::Started { step: step(), title: "Wait for the phases".into() },
        Event::Progress { step: step(), done: 1, total: None, detail: "x".into() },
        Event::Progress { step: step(), done: 1, total: Some(2), detail: "x".into() },
        Event::Waiting { step: step(), parts: vec![part(None), part(Some("Cluster seasense/seasense-db"))] },
        finished(Outcome::Done("4 phases ready".into())),
        finished(Outcome::Unchanged("runs".into())),
        finished(Outcome::Failed(String::new())),
        Event::Notice { text: "x".into() },
        Event::Warning { text: "x".into() },
    ];
    for event in &events {
        assert_allowed("events", &value(event));
    }
    for kind in Kind::ALL {
        let failure = Failure::new(kind, "what").because("why").hint("next");
        assert_allowed("events", &failure.to_json());
    }
    let place = Location { file: "envs/local.toml".into(), position: Some((1, 2)) };
    assert_allowed("events", &Failure::new(Kind::Environment, "what").at(place).to_json());
}

/// Fields that may be absent.
const OPTIONAL: [&str; 2] = ["after", "canary"];

/// Asserts that every field of every object in the schema is required and described.
fn audit(schema: &Value, at: &str) {
    for (index, alternative) in schema["oneOf"].as_array().into_iter().flatten().enumerate() {
        audit(alternative, &format!("{at}/{index}"));
    }
    if let Some(properties) = schema["properties"].as_object() {
        let is_mandatory = |name: &&str| !OPTIONAL.contains(name);
        let names: Vec<&str> = properties.keys().map(String::as_str).filter(is_mandatory).collect();
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        assert_eq!(names, required.filter(is_mandatory).collect::<Vec<_>>(), "{at}: a field is not required");
        for (name, field) in properties {
            let is_described = field["description"].is_string() || field.get("const").is_some();
            assert!(is_described, "{at}/{name}: no description");
            audit(field, &format!("{at}/{name}"));
        }
    }
    for inner in ["items", "additionalProperties"] {
        if schema[inner].is_object() {
            audit(&schema[inner], &format!("{at}/{inner}"));
        }
    }
}

#[test]
fn every_schema_requires_and_describes_its_fields() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert!(schema["$id"].as_str().unwrap().ends_with(&format!("/docs/schemas/{file}")), "{file}");
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{file}");
        audit(&schema, &file);
        count += 1;
    }
    assert!(count >= 5, "{count} schemas");
}

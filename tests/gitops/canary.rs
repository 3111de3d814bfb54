//! The rules for the canary of a promotion.

use std::path::Path;

use seasense::base::yaml;

use super::{files, objects};

/// The canary uses the same base and the same network access as the backend, and gets no requests by default.
#[tokio::test]
async fn canary_is_the_backend_and_gets_no_traffic_by_default() {
    let files = files().await;
    let text = |path: &str| String::from_utf8(files[path].clone()).unwrap();
    let apps_phase = &yaml::parse(Path::new("list"), &text("apps/kustomization.yaml")).unwrap()[0].value;
    assert!(!apps_phase["resources"].to_string().contains("canary"), "a phase applies the canary");
    let canary = &yaml::parse(Path::new("canary"), &text("apps/canary/kustomization.yaml")).unwrap()[0].value;
    assert!(canary["resources"].to_string().contains("../backend"));
    let label = &canary["labels"][0]["pairs"]["app.kubernetes.io/name"];
    assert_eq!(
        label, "seasense-backend-canary",
        "a Service or budget of the backend would select the pods of the canary"
    );

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

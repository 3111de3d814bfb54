//! What a promotion tries out beside what runs.

use std::path::Path;

use seasense::base::yaml;

use super::{objects, rendered};

/// What a promotion tries out is made of the very base that runs, reaches what that reaches, and takes nothing from it.
#[tokio::test]
async fn what_is_tried_out_is_the_backend_and_gets_nothing_unless_it_is_given_it() {
    let rendered = rendered().await;
    let text = |path: &str| String::from_utf8(rendered.files[path].clone()).unwrap();
    let apps = &rendered.components["apps"].paths;
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

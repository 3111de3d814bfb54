//! The tree of this repository with one edit, checked as Flux builds it: what is wrong is found with its line.

use seasense::{
    artifact::{self, Upstream},
    config::HostDirs,
    images::{self, Mode},
};

use super::{
    edits::{Edits, POD, apps_with, assert_found, config_map, problems, text_of, tree},
    flux,
};

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn the_tree_is_valid_in_every_environment() {
    assert_eq!(problems(&[]).await, [""; 0]);
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn components_contain_exactly_what_flux_reads() {
    let (flux, _cache) = flux().await;
    let dirs = HostDirs::from_environment().unwrap();
    let lock = images::locked(&dirs, Mode::Auto).unwrap();
    let upstream = Upstream::load(&lock, &images::manifests_folder(&dirs, &lock)).unwrap();
    let rendered = artifact::render(&tree(&[]).await, &lock, &upstream, &flux).await.unwrap();
    let names: Vec<&str> = rendered.components.keys().map(String::as_str).collect();
    let expected = [
        "apps",
        "cert-manager",
        "cloudnative-pg",
        "data",
        "database",
        "envoy-gateway",
        "gateway-config",
        "infrastructure-core",
        "secrets",
    ];
    assert_eq!(names, expected);
    let apps = &rendered.components["apps"].paths;
    for path in ["apps/canary/kustomization.yaml", "apps/canary/route.yaml", "apps/backend/deployment.yaml"] {
        assert!(apps.contains(path), "{path} is not in the component that a canary is built from");
    }
    assert!(rendered.components["secrets"].paths.iter().any(|path| path.starts_with("secrets/staging/")));
    // Every other field of a kustomization that names a file.
    let generators = "\
generatorOptions: {disableNameSuffixHash: true}
configMapGenerator:
  - {name: charts, files: [../shared/charts.conf]}
replacements:
  - path: ../shared/replacement.yaml
transformers:
  - ../shared/labels.yaml
configurations:
  - ../shared/configuration.yaml
";
    let shared = [
        ("apps/kustomization.yaml", text_of("apps/kustomization.yaml") + generators),
        ("shared/charts.conf", "a = 1\n".to_owned()),
        ("shared/replacement.yaml", "source: {kind: Service, name: backend, fieldPath: metadata.name}\ntargets:\n  - select: {kind: ConfigMap, name: charts}\n    fieldPaths: [metadata.annotations.backend]\n    options: {create: true}\n".to_owned()),
        ("shared/labels.yaml", "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: l}\nlabels: {team: sea}\nfieldSpecs: [{path: metadata/labels, create: true}]\n".to_owned()),
        ("shared/configuration.yaml", "nameReference: []\n".to_owned()),
    ];
    let digest = async |edits: Edits<'_>| {
        let rendered = artifact::render(&tree(edits).await, &lock, &upstream, &flux).await.unwrap();
        let paths = rendered.components["apps"].paths.clone();
        (paths, rendered.components["apps"].blobs.manifest.digest.clone())
    };
    let (paths, before) = digest(&shared).await;
    for (path, _) in &shared {
        assert!(paths.contains(*path), "{path} is not packed: {paths:?}");
    }
    let mut edited = shared.clone();
    edited[1].1 = "a = 2\n".to_owned();
    assert_ne!(digest(&edited).await.1, before, "an edit of a generator's file leaves the digest as it is");
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn every_spelling_of_a_kustomization_is_packed() {
    for name in ["Kustomization", "kustomization.yml"] {
        let edits = [
            apps_with("../extra"),
            ("extra/map.yaml", config_map("a: b")),
            (&*format!("extra/{name}"), "resources: [map.yaml]\n".to_owned()),
        ];
        assert_eq!(problems(&edits).await, [""; 0], "{name}");
    }
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn an_image_without_a_digest_is_found_wherever_it_is_written() {
    let not_pinned = "the image `nginx:latest` is not pinned";
    for file in ["pod.json", "Pod.YAML"] {
        let edits = [apps_with(file), (&*format!("apps/{file}"), POD.to_owned())];
        assert_found(&edits, &format!("gitops/apps/{file}:1"), not_pinned).await;
    }
    let patched = |patch: &str| [("apps/kustomization.yaml", text_of("apps/kustomization.yaml") + patch)];
    let json = "patches:\n  - target: {kind: Deployment, name: backend}\n    patch: |-\n      - {op: replace, path: /spec/template/spec/containers/0/image, value: nginx:latest}\n";
    assert_found(&patched(json), "gitops/apps/kustomization.yaml", not_pinned).await;
    let strategic = "patches:\n  - patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata: {name: frontend}\n      spec: {template: {spec: {containers: [{name: frontend, image: 'nginx:latest'}]}}}\n";
    assert_found(&patched(strategic), "gitops/apps/kustomization.yaml", not_pinned).await;
    let images =
        "images:\n  - {name: '${REGISTRY}/seasense-backend', newName: nginx, newTag: latest, digest: ''}\n";
    let found = problems(&patched(images)).await;
    assert!(!found.is_empty(), "another image by the field `images` is accepted");
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn data_called_image_is_accepted() {
    let edits = [apps_with("map.yaml"), ("apps/map.yaml", config_map("image: logo.svg"))];
    assert_eq!(problems(&edits).await, [""; 0]);
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn yaml_that_is_no_object_may_be_data() {
    let generator = "configMapGenerator:\n  - {name: collector, namespace: seasense, files: [config/collector.yaml, config/template.yaml]}\n";
    let edits = [
        ("apps/kustomization.yaml", text_of("apps/kustomization.yaml") + generator),
        ("apps/config/collector.yaml", "receivers: {otlp: {}}\n".to_owned()),
        ("apps/config/template.yaml", "{{ if x }}\na: [\n".to_owned()),
    ];
    assert_eq!(problems(&edits).await, [""; 0]);
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn secrets_must_be_encrypted_for_their_environment() {
    let plain = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: seasense}\nstringData:\n  key: hunter2\n";
    let edits = [apps_with("secret.yaml"), ("apps/secret.yaml", plain.to_owned())];
    assert_found(&edits, "gitops/apps/secret.yaml:5:3", "`key` is not encrypted").await;
    let generated = "secretGenerator:\n  - {name: s, namespace: seasense, literals: [key=hunter2]}\n";
    let edits = [("apps/kustomization.yaml", text_of("apps/kustomization.yaml") + generated)];
    assert_found(&edits, "gitops/apps/kustomization.yaml", "`key` is not encrypted").await;
    // The key of `local`, in the directory of staging.
    let secret = text_of("secrets/local/fleet-enrolment.yaml");
    let edits = [
        ("secrets/staging/kustomization.yaml", "resources: [s.yaml]\n".to_owned()),
        ("secrets/staging/s.yaml", secret),
    ];
    assert_found(&edits, "gitops/secrets/staging/s.yaml", "`staging`").await;
    // Another environment's file.
    let edits =
        [("secrets/staging/kustomization.yaml", "resources: [../local/fleet-enrolment.yaml]\n".to_owned())];
    let found = problems(&edits).await;
    assert!(found.iter().any(|problem| problem.contains("`staging`")), "{found:#?}");
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn links_to_nothing_have_a_line() {
    let list = "gitops/apps/kustomization.yaml";
    let with = |text: &str| [("apps/kustomization.yaml", text_of("apps/kustomization.yaml") + text)];
    assert_found(&[apps_with("gone.yaml")], list, "gone.yaml").await;
    for field in [
        "configMapGenerator:\n  - {name: a, files: [gone.conf]}\n",
        "patches:\n  - path: gone.conf\n",
        "replacements:\n  - path: gone.conf\n",
        "transformers: [gone.conf]\n",
        "configurations: [gone.conf]\n",
        "components: [gone.conf]\n",
        "crds: [gone.conf]\n",
    ] {
        let line = text_of("apps/kustomization.yaml").lines().count();
        let found = problems(&with(field)).await;
        let expected = found.iter().any(|problem| {
            let place = problem.strip_prefix(&format!("{list}:")).and_then(|rest| rest.split(':').next());
            place.and_then(|place| place.parse::<usize>().ok()).is_some_and(|at| at > line)
                && problem.contains("gone.conf")
        });
        assert!(expected, "{field}: {found:#?}");
    }
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn phases_must_exist_and_have_an_order() {
    let apps = text_of("flux/apps.yaml");
    let on = |name: &str| [("flux/apps.yaml", apps.replacen("name: database", &format!("name: {name}"), 1))];
    assert_found(&on("databse"), "gitops/flux/apps.yaml", "depends on `databse`").await;
    assert_found(&on("apps"), "gitops/flux/apps.yaml", "wait for each other").await;
    let doubled = [("flux/apps.yaml", format!("{apps}---\n{apps}"))];
    let found = problems(&doubled).await;
    assert!(found.iter().any(|problem| problem.contains("flux/apps.yaml")), "{found:#?}");
    let moved = [("flux/apps.yaml", apps.replace("path: ./apps", "path: ./gone"))];
    assert_found(&moved, "gitops/flux/apps.yaml", "./gone").await;
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn doubled_and_invalid_objects_are_found() {
    let object = |text: &str| [apps_with("x.yaml"), ("apps/x.yaml", text.to_owned())];
    let file = "gitops/apps/x.yaml";
    let backend = text_of("apps/backend/service.yaml");
    let doubled = [apps_with("x.yaml"), ("apps/x.yaml", backend)];
    let found = problems(&doubled).await;
    assert!(!found.is_empty(), "a doubled object is accepted");
    let namespace = text_of("data/namespace.yaml");
    let twice = [apps_with("x.yaml"), ("apps/x.yaml", namespace)];
    assert_found(&twice, "gitops/data/namespace.yaml", "both apply it").await;
    assert_found(&object("kind: A\nmetadata: {name: x}\n"), file, "").await;
    assert_found(&object("a: [\n"), &format!("{file}:1:4"), "not valid YAML").await;
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn variables_are_checked_in_every_object() {
    for name in ["values-extra.yaml", "x.yaml"] {
        let path = format!("apps/{name}");
        let text = config_map("host: ${HOSTNAM}");
        let edits = [apps_with(name), (path.as_str(), text)];
        assert_found(&edits, &format!("gitops/{path}:7:9"), "there is no variable `HOSTNAM`").await;
    }
    let edits = [apps_with("x.yaml"), ("apps/x.yaml", config_map("run: kill $$"))];
    assert_found(&edits, "gitops/apps/x.yaml:7", "Flux replaces `$$` with a single `$`").await;
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn rules_for_pods_and_services_apply_to_built_objects() {
    let patch = "patches:\n  - target: {kind: Deployment, name: backend}\n    patch: |-\n      - {op: remove, path: /spec/template/spec/containers/0/securityContext}\n";
    let edits = [("apps/kustomization.yaml", text_of("apps/kustomization.yaml") + patch)];
    assert_found(&edits, "gitops/apps/kustomization.yaml", "must drop ALL capabilities").await;
    let service = text_of("apps/backend/service.yaml").replace("spec:\n", "spec:\n  type: NodePort\n");
    let edits = [("apps/backend/service.yaml", service)];
    assert_found(&edits, "gitops/apps/backend/service.yaml", "NodePort").await;
}

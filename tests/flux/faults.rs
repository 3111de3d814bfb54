//! Faults of the tree that Flux accepts or tells only in the cluster, and faults in its definitions.

use super::edits::{Edits, POD, apps_with, assert_found, config_map, problems, text_of};

const LIST: &str = "gitops/apps/kustomization.yaml";

/// The kustomization of the apps with more text at its end.
fn apps_and(text: &str) -> [(&'static str, String); 1] {
    [("apps/kustomization.yaml", text_of("apps/kustomization.yaml") + text)]
}

/// The line of the first `text` in a file of the edits, from 1.
fn line_of(edits: Edits<'_>, path: &str, text: &str) -> usize {
    let (_, content) = edits.iter().find(|(own, _)| *own == path).unwrap();
    content.lines().position(|line| line.contains(text)).unwrap() + 1
}

async fn assert_at(edits: Edits<'_>, path: &str, text: &str, expected: &str) {
    let place = format!("gitops/{path}:{}", line_of(edits, path, text));
    assert_found(edits, &place, expected).await;
}

fn phase(name: &str, path: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {name}\nspec:\n  interval: 1h\n  prune: true\n  path: {path}\n  wait: true\n  timeout: 5m\n  sourceRef: {{kind: OCIRepository, name: platform, namespace: flux-system}}\n"
    )
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn phases_of_phases_are_checked() {
    // Two phases deep, and the second one defines the first again.
    let edits = [
        apps_with("one.yaml"),
        ("apps/one.yaml", phase("one", "./one")),
        ("one/two.yaml", phase("two", "./two")),
        ("two/pod.yaml", POD.to_owned()),
        ("two/one.yaml", phase("one", "./one")),
        ("one/map.yaml", config_map("host: ${HOSTNAM}")),
    ];
    assert_found(&edits, "gitops/two/pod.yaml:1", "the image `nginx:latest` is not pinned").await;
    assert_found(&edits, "gitops/one/map.yaml:7", "there is no variable `HOSTNAM`").await;
    let missing = [apps_with("one.yaml"), ("apps/one.yaml", phase("one", "./gone"))];
    assert_at(&missing, "apps/one.yaml", "path:", "./gone").await;
    let elsewhere = [apps_with("one.yaml"), ("apps/one.yaml", phase("one", "./data"))];
    assert_at(&elsewhere, "apps/one.yaml", "path:", "is packed for the phase `data`").await;
    let foreign = phase("one", "./one").replace("name: platform", "name: other");
    let foreign = [apps_with("one.yaml"), ("apps/one.yaml", foreign), ("one/map.yaml", config_map("a: b"))];
    assert_at(&foreign, "apps/one.yaml", "sourceRef:", "must have the source `platform`").await;
    let fine = [
        apps_with("one.yaml"),
        ("apps/one.yaml", phase("one", "./one")),
        ("one/map.yaml", config_map("a: b")),
    ];
    assert_eq!(problems(&fine).await, [""; 0]);
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn expressions_that_do_not_compile_are_found() {
    let apps = text_of("flux/apps.yaml");
    let with = |from: &str, to: &str| [("flux/apps.yaml", apps.replacen(from, to, 1))];
    let ready = with("    - name: database\n", "    - name: database\n      readyExpr: dep.status. ==\n");
    assert_at(&ready, "flux/apps.yaml", "readyExpr", "spec.dependsOn[1].readyExpr").await;
    let boolean = with("    - name: database\n", "    - name: database\n      readyExpr: \"'text'\"\n");
    assert_at(&boolean, "flux/apps.yaml", "readyExpr", "expected bool").await;
    let failed = with("      failed: >-\n        has(", "      failed: >-\n        has((");
    assert_at(&failed, "flux/apps.yaml", "failed:", "spec.healthCheckExprs[0].failed").await;
    let progress = with("      failed: >-\n", "      inProgress: a.b(\n      failed: >-\n");
    assert_at(&progress, "flux/apps.yaml", "inProgress:", "spec.healthCheckExprs[0].inProgress").await;
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn unknown_fields_of_kustomizations_are_found_once() {
    let top = apps_and("resource: [x.yaml]\n");
    assert_at(&top, "apps/kustomization.yaml", "resource:", "no field `resource`").await;
    assert_eq!(problems(&top).await.len(), 1);
    let nested =
        [("apps/backend/kustomization.yaml", text_of("apps/backend/kustomization.yaml") + "patch: []\n")];
    assert_at(&nested, "apps/backend/kustomization.yaml", "patch:", "no field `patch`").await;
    assert_eq!(problems(&nested).await.len(), 1);
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn nothing_is_read_from_the_network() {
    let url = "https://raw.example.invalid/x.yaml";
    for field in [
        format!("components: ['{url}']\n"),
        format!("crds: ['{url}']\n"),
        format!("configurations: ['{url}']\n"),
        format!("openapi: {{path: '{url}'}}\n"),
        format!("transformers: ['{url}']\n"),
        format!("generators: ['{url}']\n"),
        format!("validators: ['{url}']\n"),
        format!("patches: [{{path: '{url}'}}]\n"),
        format!("replacements: [{{path: '{url}'}}]\n"),
        format!("configMapGenerator: [{{name: a, files: ['{url}']}}]\n"),
        format!("configMapGenerator: [{{name: a, envs: ['{url}']}}]\n"),
        "components: ['git@github.com:example/x.git']\n".to_owned(),
        "components: ['https://github.com/example/x//y?ref=v1']\n".to_owned(),
    ] {
        let edits = apps_and(&field);
        let line = text_of("apps/kustomization.yaml").lines().count() + 1;
        assert_found(&edits, &format!("{LIST}:{line}"), "must not read from the network").await;
    }
    for entry in [url, "git@github.com:example/x.git", "github.com/example/x", "ssh://git@x.example/y.git"] {
        let edits = [apps_with(entry)];
        assert_at(&edits, "apps/kustomization.yaml", entry, "must not read from the network").await;
    }
    let oci = [apps_with("oci://ghcr.io/example/x")];
    assert_at(&oci, "apps/kustomization.yaml", "oci://", "").await;
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn programs_in_kustomizations_are_refused() {
    let function = |how: &str| {
        format!(
            "apiVersion: example.org/v1\nkind: Run\nmetadata:\n  name: run\n  annotations:\n    config.kubernetes.io/function: |\n      {how}\n"
        )
    };
    for field in ["generators", "transformers", "validators"] {
        for how in ["exec: {path: ./run.sh}", "container: {image: 'example/run:1'}"] {
            let edits = [
                (
                    "apps/kustomization.yaml",
                    text_of("apps/kustomization.yaml") + &format!("{field}: [run.yaml]\n"),
                ),
                ("apps/run.yaml", function(how)),
                ("apps/run.sh", "#!/bin/sh\necho '{}'\n".to_owned()),
            ];
            assert!(!problems(&edits).await.is_empty(), "{field} {how}");
        }
    }
    let chart = apps_and("helmCharts: [{name: x, repo: 'https://charts.example.invalid', version: 1.0.0}]\n");
    assert_found(&chart, LIST, "").await;
    let local = apps_and("helmGlobals: {chartHome: charts}\nhelmCharts: [{name: x}]\n");
    assert!(!problems(&local).await.is_empty());
    let inflated = [
        ("apps/kustomization.yaml", text_of("apps/kustomization.yaml") + "generators: [chart.yaml]\n"),
        (
            "apps/chart.yaml",
            "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: x}\nname: x\n"
                .to_owned(),
        ),
    ];
    assert!(!problems(&inflated).await.is_empty());
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn targets_that_select_nothing_are_found() {
    let patch = "patches:\n  - target: {kind: Deployment, name: backedn}\n    patch: |-\n      - {op: remove, path: /spec/replicas}\n";
    assert_at(
        &apps_and(patch),
        "apps/kustomization.yaml",
        "backedn",
        "no object has kind `Deployment`, name `backedn`",
    )
    .await;
    let replacement = "replacements:\n  - source: {kind: Service, name: backend}\n    targets:\n      - select: {kind: ConfigMap, name: none}\n        fieldPaths: [data.x]\n";
    assert_at(&apps_and(replacement), "apps/kustomization.yaml", "select:", "name `none`").await;
    let image = "images:\n  - {name: nginx, newTag: v1}\n";
    assert_at(&apps_and(image), "apps/kustomization.yaml", "name: nginx", "no image is `nginx`").await;
    let flux = text_of("flux/apps.yaml");
    let patch = "spec:\n  patches:\n    - target: {kind: Service, name: gone}\n      patch: |-\n        - {op: remove, path: /spec/type}\n";
    let edits = [("flux/apps.yaml", flux.replacen("spec:\n", patch, 1))];
    assert_at(&edits, "flux/apps.yaml", "name: gone", "name `gone`").await;
    // Generated, renamed, and removed objects are selected.
    let fine = "namePrefix: x-\nconfigMapGenerator:\n  - {name: charts, literals: [a=b]}\npatches:\n  - target: {kind: ConfigMap, name: charts}\n    patch: |-\n      - {op: add, path: /data/c, value: d}\n  - target: {kind: ConfigMap, name: map}\n    patch: |-\n      - {op: add, path: /data/c, value: d}\n  - target: {kind: ConfigMap, name: other}\n    patch: |-\n      $patch: delete\n      apiVersion: v1\n      kind: ConfigMap\n      metadata: {name: other}\n";
    let other = config_map("a: b").replace("name: extra", "name: other");
    let edits = [
        apps_with("../extra"),
        (
            "extra/kustomization.yaml",
            format!("namespace: seasense\nresources: [map.yaml, other.yaml]\n{fine}"),
        ),
        ("extra/map.yaml", config_map("a: b").replace("name: extra", "name: map")),
        ("extra/other.yaml", other),
    ];
    assert_eq!(problems(&edits).await, [""; 0]);
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn references_to_nothing_are_found() {
    let backend = "apps/backend/deployment.yaml";
    let namespace = [apps_with("x.yaml"), ("apps/x.yaml", config_map("a: b"))];
    let mut list = namespace[0].clone();
    list.1 = list.1.replace("namespace: seasense", "namespace: seasens");
    let edits = [list, namespace[1].clone()];
    assert_at(
        &edits,
        "apps/kustomization.yaml",
        "seasens",
        "nothing in the tree defines the namespace `seasens`",
    )
    .await;
    assert_eq!(problems(&edits).await.len(), 1);
    let account = text_of(backend).replacen("serviceAccountName: backend", "serviceAccountName: gone", 1);
    assert_at(&[(backend, account)], backend, "serviceAccountName: gone", "no ServiceAccount `gone`").await;
    let service = text_of("apps/backend/service.yaml");
    let port = service.lines().find(|line| line.contains("targetPort:")).unwrap().to_owned();
    let (before, _) = port.split_once("targetPort:").unwrap();
    let end = port.rfind('}').map_or("", |_| "}");
    let edits = [(
        "apps/backend/service.yaml",
        service.replacen(&port, &format!("{before}targetPort: htpp{end}"), 1),
    )];
    assert_at(&edits, "apps/backend/service.yaml", "htpp", "no selected pod has a port called `htpp`").await;
    let checks = text_of("flux/infrastructure-core.yaml").replacen(
        "name: cert-manager, namespace",
        "name: cert-manger, namespace",
        1,
    );
    let edits = [("flux/infrastructure-core.yaml", checks)];
    assert_at(&edits, "flux/infrastructure-core.yaml", "cert-manger", "which no phase builds").await;
    let data = text_of("flux/data.yaml").replacen("name: secrets, namespace", "name: secret, namespace", 1);
    assert_at(&[("flux/data.yaml", data)], "flux/data.yaml", "name: secret,", "which no phase builds").await;
    let elsewhere =
        text_of("flux/apps.yaml").replacen("- name: database", "- {name: database, namespace: seasense}", 1);
    assert_at(
        &[("flux/apps.yaml", elsewhere)],
        "flux/apps.yaml",
        "namespace: seasense",
        "`seasense/database`",
    )
    .await;
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn problems_are_located_where_they_come_from() {
    let backend = "apps/backend/deployment.yaml";
    // A comment and another field mention the same word.
    let text = text_of(backend).replacen("spec:\n", "# image: nginx:latest\nspec:\n", 1);
    let own = text.lines().find(|line| line.trim_start().starts_with("image:")).unwrap().to_owned();
    let indent = &own[..own.len() - own.trim_start().len()];
    let edits = [(backend, text.replacen(&own, &format!("{indent}image: nginx:latest"), 1))];
    let line =
        edits[0].1.lines().position(|line| line == format!("{indent}image: nginx:latest")).unwrap() + 1;
    assert_found(&edits, &format!("gitops/{backend}:{line}"), "`nginx:latest` is not pinned").await;
    // Patches: in a file, in the kustomization, in the definition.
    let merge = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: backend}\nspec:\n  template:\n    spec:\n      hostNetwork: true\n";
    let edits = [
        ("apps/kustomization.yaml", text_of("apps/kustomization.yaml") + "patches: [{path: host.yaml}]\n"),
        ("apps/host.yaml", merge.to_owned()),
    ];
    assert_at(&edits, "apps/host.yaml", "hostNetwork", "`hostNetwork` is not allowed").await;
    let json = "patches:\n  - target: {kind: Deployment, name: backend}\n    patch: |-\n      - op: test\n        path: /kind\n        value: Deployment\n      - op: add\n        path: /spec/template/spec/hostNetwork\n        value: true\n";
    assert_at(&apps_and(json), "apps/kustomization.yaml", "op: add", "`hostNetwork` is not allowed").await;
    let spec = format!(
        "spec:\n  patches:\n    - patch: |\n{}\n",
        merge.lines().map(|line| format!("        {line}")).collect::<Vec<_>>().join("\n")
    );
    let edits = [("flux/apps.yaml", text_of("flux/apps.yaml").replacen("spec:\n", &spec, 1))];
    assert_at(&edits, "flux/apps.yaml", "hostNetwork", "`hostNetwork` is not allowed").await;
    let edits =
        [("flux/apps.yaml", text_of("flux/apps.yaml").replacen("spec:\n", "spec:\n  suspend: true\n", 1))];
    assert_at(&edits, "flux/apps.yaml", "suspend", "must not be suspended").await;
    let edits = [(
        "flux/apps.yaml",
        text_of("flux/apps.yaml").replacen("spec:\n", "spec:\n  components: [../more/gone]\n", 1),
    )];
    assert_at(&edits, "flux/apps.yaml", "components", "gone").await;
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn renamed_objects_are_located() {
    for transformer in [
        "namePrefix: old-\n",
        "nameSuffix: -old\n",
        "namePrefix: old-\nnameSuffix: -v2\n",
        "namespace: seasense\n",
    ] {
        let edits = [
            apps_with("../extra"),
            ("extra/kustomization.yaml", format!("resources: [a.yaml, b.yaml]\n{transformer}")),
            ("extra/a.yaml", config_map("a: b").replace("name: extra", "name: first")),
            ("extra/b.yaml", config_map("host: ${HOSTNAM}").replace("name: extra", "name: second")),
        ];
        assert_found(&edits, "gitops/extra/b.yaml:7:9", "there is no variable `HOSTNAM`").await;
        let edits = [
            edits[0].clone(),
            edits[1].clone(),
            edits[2].clone(),
            ("extra/b.yaml", config_map("a: b").replace("name: extra", "name: second\n  labels: {a: 1}")),
        ];
        assert_found(&edits, "gitops/extra/b.yaml:5", "metadata.labels").await;
    }
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn a_fault_is_reported_once() {
    let plain = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: seasense}\nstringData:\n  a: x\n  b: y\n";
    let edits = [apps_with("s.yaml"), ("apps/s.yaml", plain.to_owned())];
    assert_eq!(problems(&edits).await.len(), 1, "{:#?}", problems(&edits).await);
    // The variable has another value in every environment.
    let edits = [apps_with("x.yaml"), ("apps/x.yaml", config_map("buoys: \"${BUOYS}\""))];
    assert_eq!(problems(&edits).await.len(), 1, "{:#?}", problems(&edits).await);
    let edits = [apps_with("x.yaml"), ("apps/x.yaml", config_map("a: ${HOSTNAM}\n  b: ${HOSTNAM}"))];
    assert_eq!(problems(&edits).await.len(), 1, "{:#?}", problems(&edits).await);
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn harmless_texts_are_accepted() {
    let mention =
        config_map("help: Write ${REGISTRY}/unknown:locked, in ${REGISTRY}/.\n  # ${REGISTRY}/NAME:locked")
            .replace("name: extra", "name: extra\n  annotations: {note: 'an image of ${REGISTRY}/'}");
    let edits = [apps_with("x.yaml"), ("apps/x.yaml", mention)];
    assert_eq!(problems(&edits).await, [""; 0]);
    let known = config_map("image: ${REGISTRY}/seasense-backend:locked");
    assert_eq!(problems(&[apps_with("x.yaml"), ("apps/x.yaml", known)]).await, [""; 0]);
    let edits = [
        (
            "apps/kustomization.yaml",
            text_of("apps/kustomization.yaml")
                + "configMapGenerator:\n  - {name: t, files: [config/t.yaml]}\n",
        ),
        ("apps/config/t.yaml", "kind: {{ .Kind }}\na: [\n".to_owned()),
    ];
    assert_eq!(problems(&edits).await, [""; 0]);
}

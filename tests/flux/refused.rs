//! What the API server refuses is a problem of the tree, at the field.

use super::edits::{apps_with, assert_found, config_map, problems, text_of};

const FILE: &str = "gitops/apps/x.yaml";

/// An object in the namespace of the apps, with its fields from line 4 on.
fn object(version: &str, kind: &str, fields: &str) -> String {
    format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x, namespace: seasense}}\n{fields}")
}

async fn assert_refused(text: &str, line: u32, expected: &str) {
    let edits = [apps_with("x.yaml"), ("apps/x.yaml", text.to_owned())];
    assert_found(&edits, &format!("{FILE}:{line}"), expected).await;
}

/// A Deployment that the API server accepts.
const DEPLOYMENT: &str = "\
spec:
  selector: {matchLabels: {app.kubernetes.io/name: x}}
  template:
    metadata: {labels: {app.kubernetes.io/name: x}}
    spec:
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: x
          image: ${REGISTRY}/seasense-backend:locked
          resources:
            requests: {cpu: 10m, memory: 16Mi}
            limits: {memory: 16Mi}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
";

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn kinds_and_versions_that_do_not_exist_are_refused() {
    let kind = |version: &str, kind: &str| object(version, kind, "");
    assert_refused(&kind("x.org/v1", "Buoy"), 2, "nothing in the tree defines this kind").await;
    assert_refused(&kind("v1", "Servce"), 2, "Kubernetes has no such kind").await;
    assert_refused(&kind("apps/v1beta1", "Deployment"), 1, "no such version").await;
    assert_refused(&kind("gateway.networking.k8s.io/v9", "HTTPRoute"), 1, "no such version").await;
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn values_of_another_type_are_refused() {
    assert_refused(&config_map("buoys: ${BUOYS}"), 7, "expected string, got").await;
    // Flux removes the quotes before it substitutes.
    assert_refused(&config_map("buoys: \"${BUOYS}\""), 7, "expected string, got").await;
    let route = "gateway.networking.k8s.io/v1";
    let labels =
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  namespace: seasense\n  labels: {a: 1}\n";
    assert_refused(labels, 6, "metadata.labels.a").await;
    let labels = labels.replace("v1\nkind: ConfigMap", &format!("{route}\nkind: HTTPRoute"));
    assert_refused(&labels, 6, "metadata").await;
    let hostnames = object(route, "HTTPRoute", "spec:\n  hostnames: buoys.example\n");
    assert_refused(&hostnames, 5, "spec.hostnames").await;
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn fields_that_do_not_exist_are_refused() {
    let route = object("gateway.networking.k8s.io/v1", "HTTPRoute", "spec:\n  ruls: []\n");
    assert_refused(&route, 5, "`spec.ruls`: there is no such field").await;
    let deployment = object("apps/v1", "Deployment", DEPLOYMENT);
    let typo = deployment.replace("allowPrivilegeEscalation", "allowPrivilegeEscalaton");
    assert_refused(&typo, 18, "containers[0].securityContext.allowPrivilegeEscalaton").await;
    let phase = text_of("flux/apps.yaml").replacen("dependsOn:", "dependOn:", 1);
    let line = phase.lines().position(|line| line.contains("dependOn:")).unwrap() + 1;
    let edits = [("flux/apps.yaml", phase)];
    assert_found(&edits, &format!("gitops/flux/apps.yaml:{line}"), "`spec.dependOn`").await;
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn values_out_of_range_are_refused() {
    let route = |rule: &str| {
        object("gateway.networking.k8s.io/v1", "HTTPRoute", &format!("spec:\n  rules:\n    - {rule}\n"))
    };
    let refused = route("{backendRefs: [{name: backend, port: 70000}]}");
    assert_refused(&refused, 6, "should be less than or equal to 65535").await;
    let refused = route("{matches: [{path: {type: PathPrefix, value: api}}]}");
    assert_refused(&refused, 6, "value must be an absolute path").await;
    let cluster = text_of("data/database/cluster.yaml");
    let line = cluster.lines().position(|line| line.starts_with("  instances:")).unwrap();
    let none = cluster.lines().nth(line).unwrap();
    let edits = [("data/database/cluster.yaml", cluster.replacen(none, "  instances: 0", 1))];
    assert_found(&edits, &format!("gitops/data/database/cluster.yaml:{}", line + 1), "spec.instances").await;
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn rules_of_kubernetes_for_its_own_kinds_apply() {
    let deployment = object("apps/v1", "Deployment", DEPLOYMENT);
    let accepted = [apps_with("x.yaml"), ("apps/x.yaml", deployment.clone())];
    assert_eq!(problems(&accepted).await, [""; 0]);
    for (from, to, line, expected) in [
        (
            "matchLabels: {app.kubernetes.io/name: x}",
            "matchLabels: {app.kubernetes.io/name: y}",
            7,
            "`selector` does not match",
        ),
        ("  selector: {matchLabels: {app.kubernetes.io/name: x}}\n", "", 4, "spec.selector"),
        ("cpu: 10m", "cpu: 10x", 15, "quantities must match"),
        (
            "memory: 16Mi}\n            limits",
            "memory: 32Mi}\n            limits",
            15,
            "must be less than or equal to memory limit",
        ),
        ("- name: x", "- name: X_y", 12, "RFC 1123"),
        ("      containers:", "      restartPolicy: Never\n      containers:", 11, "restartPolicy"),
        (
            "          image:",
            "          volumeMounts: [{name: tmp, mountPath: /tmp}]\n          image:",
            13,
            "volumeMounts[0].name",
        ),
        (
            "          image:",
            "          ports: [{containerPort: 99999}]\n          image:",
            13,
            "containerPort",
        ),
    ] {
        assert!(deployment.contains(from), "{from}");
        assert_refused(&deployment.replacen(from, to, 1), line, expected).await;
    }
    let service = object("v1", "Service", "spec:\n  selector: {a: b}\n  ports: [{port: 80}, {port: 81}]\n");
    assert_refused(&service, 6, "ports[0].name").await;
    let named = deployment.replacen("name: x, namespace", "name: X, namespace", 1);
    assert_refused(&named, 3, "metadata.name").await;
    let config = config_map(&format!("long: {}", "x".repeat(1_100_000)));
    assert_refused(&config, 1, "may not be more than 1048576 bytes").await;
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn services_that_the_api_server_completes_are_accepted() {
    for address in ["None", "10.96.7.7"] {
        let fields = format!("spec:\n  clusterIP: {address}\n  ports: [{{port: 80}}]\n");
        let edits = [apps_with("x.yaml"), ("apps/x.yaml", object("v1", "Service", &fields))];
        assert_eq!(problems(&edits).await, [""; 0]);
    }
}

#[tokio::test]
#[ignore = "needs Go and the supply's manifests"]
async fn patches_that_make_upstream_pods_unsafe_are_found() {
    let text = text_of("infrastructure/core/cert-manager/kustomization.yaml");
    let patch = "  - target: {kind: Deployment, name: cert-manager}\n    patch: |-\n      - {op: add, path: /spec/template/spec/hostNetwork, value: true}\n";
    let patched = text.replacen("\npatches:\n", &format!("\npatches:\n{patch}"), 1);
    let found = problems(&[("infrastructure/core/cert-manager/kustomization.yaml", patched)]).await;
    assert!(found.iter().any(|problem| problem.contains("Pod Security refuses the pods")), "{found:#?}");
}

//! Which states no waiting can mend; pure.

use crate::base::k8s::flux::Kustomization;

/// What a Kustomization says of itself that no waiting can mend; `None` while there is hope.
///
/// What it says of an earlier artifact, or of before it was asked to look again, does not count.
pub(super) fn terminal(found: &Kustomization, digest: &str) -> Option<String> {
    if found.ready || found.reconcile_requested || !found.attempted_at(digest) {
        return None;
    }
    let terminal = match found.reason.as_str() {
        "BuildFailed" => !is_passing_build_trouble(&found.message),
        "ReconciliationFailed" => is_refused_for_ever(&found.message),
        _ => false,
    };
    terminal.then(|| found.message.clone())
}

/// A build reads the settings from the cluster, and they may be a moment late.
fn is_passing_build_trouble(message: &str) -> bool {
    ["connection refused", "timeout", "context deadline", "substitute from 'ConfigMap", "i/o"]
        .iter()
        .any(|sign| message.contains(sign))
}

/// What the API server will say again, whenever it is asked. A webhook that is not up yet, or a kind whose definition
/// is on its way, is not of that sort.
fn is_refused_for_ever(message: &str) -> bool {
    let passing =
        ["failed calling webhook", "connection refused", "no endpoints available", "context deadline"];
    let lasting = [
        "is invalid",
        "field not declared in schema",
        "strict decoding error",
        "cannot unmarshal",
        "is immutable",
        "denied the request",
        "unknown field",
    ];
    !passing.iter().any(|sign| message.contains(sign)) && lasting.iter().any(|sign| message.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failing(reason: &str, message: &str) -> Kustomization {
        Kustomization {
            name: "apps".into(),
            reason: reason.into(),
            message: message.into(),
            attempted: "sha256:aa".into(),
            ..Kustomization::default()
        }
    }

    #[test]
    fn a_build_that_fails_fails_for_ever() {
        let build = failing("BuildFailed", "kustomize build failed: accumulating resources: invalid YAML");
        assert!(terminal(&build, "sha256:aa").is_some());
        assert_eq!(terminal(&build, "sha256:bb"), None, "it speaks of an earlier artifact");
    }

    #[test]
    fn refusals_are_told_from_parts_that_are_late() {
        let refused = "Deployment/seasense/backend dry-run failed (Invalid): spec.replicas: Invalid value: \
            Deployment.apps \"backend\" is invalid: spec.replicas: must be positive";
        assert!(terminal(&failing("ReconciliationFailed", refused), "sha256:aa").is_some());
        for late in [
            "Cluster/seasense/seasense-db dry-run failed: failed calling webhook \"x\": connect: connection refused",
            "ClusterIssuer/seasense dry-run failed: no matches for kind \"ClusterIssuer\" in version \"cert-manager.io/v1\"",
            "namespaces \"seasense\" not found",
        ] {
            assert_eq!(terminal(&failing("ReconciliationFailed", late), "sha256:aa"), None, "{late}");
        }
        assert_eq!(
            terminal(&failing("DependencyNotReady", "dependency 'data' is not ready"), "sha256:aa"),
            None
        );
    }
}

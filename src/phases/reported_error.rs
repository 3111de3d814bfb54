//! Recognises terminal errors that a Kustomization reports; pure.

use crate::base::{digest::Digest, k8s::flux::Kustomization};

/// Returns the terminal error that a Kustomization reports, if there is one.
///
/// Ignores reports about an earlier artifact, and from before a pending reconciliation request.
pub(super) fn terminal(found: &Kustomization, digest: &Digest) -> Option<String> {
    if found.ready || found.reconcile_requested || !found.attempted_at(digest) {
        return None;
    }
    let terminal = match found.reason.as_str() {
        "BuildFailed" => !is_temporary_build_error(&found.message),
        "ReconciliationFailed" => is_lasting_refusal(&found.message),
        _ => false,
    };
    terminal.then(|| found.message.clone())
}

/// A build reads the settings from the cluster, which may be applied a moment later.
fn is_temporary_build_error(message: &str) -> bool {
    ["connection refused", "timeout", "context deadline", "substitute from 'ConfigMap", "i/o"]
        .iter()
        .any(|sign| message.contains(sign))
}

/// Returns whether the API server will refuse the object again. A webhook that does not run yet and a missing
/// CRD are temporary.
fn is_lasting_refusal(message: &str) -> bool {
    let temporary =
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
    !temporary.iter().any(|sign| message.contains(sign)) && lasting.iter().any(|sign| message.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::digest;

    fn failing(reason: &str, message: &str) -> Kustomization {
        Kustomization {
            name: "apps".into(),
            reason: reason.into(),
            message: message.into(),
            attempted: Some(digest('a')),
            ..Kustomization::default()
        }
    }

    #[test]
    fn a_failed_build_is_terminal() {
        let build = failing("BuildFailed", "kustomize build failed: accumulating resources: invalid YAML");
        assert!(terminal(&build, &digest('a')).is_some());
        assert_eq!(terminal(&build, &digest('b')), None, "it reports on an earlier artifact");
    }

    #[test]
    fn refusals_are_terminal_but_missing_crds_are_not() {
        let refused = "Deployment/seasense/backend dry-run failed (Invalid): spec.replicas: Invalid value: \
            Deployment.apps \"backend\" is invalid: spec.replicas: must be positive";
        assert!(terminal(&failing("ReconciliationFailed", refused), &digest('a')).is_some());
        for late in [
            "Cluster/seasense/seasense-db dry-run failed: failed calling webhook \"x\": connect: connection refused",
            "ClusterIssuer/seasense dry-run failed: no matches for kind \"ClusterIssuer\" in version \"cert-manager.io/v1\"",
            "namespaces \"seasense\" not found",
        ] {
            assert_eq!(terminal(&failing("ReconciliationFailed", late), &digest('a')), None, "{late}");
        }
        assert_eq!(
            terminal(&failing("DependencyNotReady", "dependency 'data' is not ready"), &digest('a')),
            None
        );
    }
}

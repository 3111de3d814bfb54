//! Classifies the failures that a Kustomization reports, by Flux's own conditions and reasons; pure.

use std::collections::BTreeMap;

use super::tree::{ROOT, named};
use crate::base::{
    digest::Digest,
    k8s::{
        Outlook,
        flux::{HEALTH_CHECK_FAILED, Kustomization},
    },
};

/// A failure that a Kustomization reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Report {
    /// Whether waiting can help.
    pub outlook: Outlook,
    /// Flux's own text.
    pub text: String,
}

/// Returns the failure that a Kustomization reports about its current state.
///
/// A report from before a pending reconciliation request is outdated.
pub(super) fn report(found: &Kustomization) -> Option<Report> {
    if found.ready || found.reconcile_requested || !found.failed {
        return None;
    }
    let outlook = match found.reason.as_str() {
        _ if found.stalled => Outlook::Terminal,
        "BuildFailed" => of_build(&found.message),
        "ReconciliationFailed" => of_refusal(&found.message),
        HEALTH_CHECK_FAILED => of_health_check(&found.message),
        "ArtifactFailed" => of_artifact(&found.message),
        // Flux tries these again without anything that could be mended here.
        "DependencyNotReady" | "HealthCheckCanceled" | "Progressing" | "Suspended" => return None,
        _ => Outlook::Doubtful,
    };
    Some(Report { outlook, text: found.message.clone() })
}

/// A build of the same artifact fails again, unless it depends on what it read from the cluster: the settings and
/// the key.
fn of_build(message: &str) -> Outlook {
    let reads =
        ["substitute from '", "decryption Secret", "connection refused", "context deadline", "timeout"];
    if reads.iter().any(|sign| message.contains(sign)) { Outlook::Doubtful } else { Outlook::Terminal }
}

/// The API server's machine-readable reason decides; Flux puts it in parentheses after `dry-run failed`.
fn of_refusal(message: &str) -> Outlook {
    // Errors of a conversion to the schema, such as a text in place of a number, have no reason.
    if message.contains("failed to create typed patch object") || message.contains("is immutable") {
        return Outlook::Terminal;
    }
    match api_reason(message) {
        // Objects cannot be created in a namespace that is being removed, which ends.
        Some("Forbidden") if message.contains("being terminated") => Outlook::Doubtful,
        Some(
            "Invalid"
            | "BadRequest"
            | "Forbidden"
            | "MethodNotAllowed"
            | "NotAcceptable"
            | "RequestEntityTooLarge"
            | "UnsupportedMediaType",
        ) => Outlook::Terminal,
        // A webhook that does not answer, a kind whose definition may still come, a conflict, a namespace.
        _ => Outlook::Doubtful,
    }
}

/// The reason in `Kind/namespace/name dry-run failed (Reason): text`.
fn api_reason(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("dry-run failed (")?;
    rest.split_once(')').map(|(reason, _)| reason)
}

/// Flux ends a health check early if an object can no longer become healthy. After a timeout it checks again.
fn of_health_check(message: &str) -> Outlook {
    if message.contains("timeout waiting for") { Outlook::Waiting } else { Outlook::Terminal }
}

/// The directory of a phase is in its artifact or not; the source is judged by its own state.
fn of_artifact(message: &str) -> Outlook {
    if message.contains("kustomization path not found") { Outlook::Terminal } else { Outlook::Waiting }
}

/// The last failure that each Kustomization reported about an artifact. Flux replaces the text by `Reconciliation in
/// progress` at each retry.
#[derive(Debug, Default)]
pub(super) struct Reports(BTreeMap<String, Report>);

impl Reports {
    /// No reports yet.
    pub(super) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds the reports about `digest`, and removes those of Kustomizations that have got further since.
    pub(super) fn observe(&mut self, found: &[Kustomization], digest: &Digest) {
        self.0.retain(|name, _| named(found, name).is_some());
        let defined = named(found, ROOT).is_some_and(|root| root.applied.as_ref() == Some(digest));
        for one in found {
            // Before its first attempt, the report is about the definition, which the root applied.
            let is_about = one.attempted_at(digest) || (defined && one.current && one.name != ROOT);
            match report(one).filter(|_| is_about) {
                Some(report) => drop(self.0.insert(one.name.clone(), report)),
                None if !is_about || one.ready_at(digest) => drop(self.0.remove(&one.name)),
                None if one.checking => self.keep_health_check(&one.name),
                None => {}
            }
        }
    }

    /// While health is checked, everything before it has succeeded. Only an earlier check may have failed.
    fn keep_health_check(&mut self, name: &str) {
        self.0.retain(|other, report| other != name || report.outlook == Outlook::Waiting);
    }

    /// The report of a Kustomization.
    pub(super) fn of(&self, name: &str) -> Option<&Report> {
        self.0.get(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::digest;

    fn failing(reason: &str, message: &str) -> Kustomization {
        Kustomization {
            name: "apps".into(),
            failed: true,
            reason: reason.into(),
            message: message.into(),
            attempted: Some(digest('a')),
            ..Kustomization::default()
        }
    }

    fn outlook(reason: &str, message: &str) -> Option<Outlook> {
        report(&failing(reason, message)).map(|report| report.outlook)
    }

    #[test]
    fn a_failed_build_is_terminal_unless_it_read_the_cluster() {
        let of = |message: &str| outlook("BuildFailed", message);
        assert_eq!(
            of("kustomize build failed: accumulating resources: invalid YAML"),
            Some(Outlook::Terminal)
        );
        assert_eq!(of("var substitution failed for 'x': missing closing brace"), Some(Outlook::Terminal));
        assert_eq!(of("substitute from 'ConfigMap/late' error: not found"), Some(Outlook::Doubtful));
    }

    #[test]
    fn the_reason_of_the_api_server_decides_about_a_refusal() {
        let of = |text: &str| {
            outlook("ReconciliationFailed", &format!("Deployment/seasense/x dry-run failed{text}"))
        };
        for lasting in [
            " (Invalid): Deployment.apps \"x\" is invalid: spec.replicas: must be positive",
            " (Forbidden): admission webhook \"policy\" denied the request: no",
            " (BadRequest): strict decoding error: unknown field \"spec.x\"",
            ": failed to create typed patch object (seasense/x; apps/v1, Kind=Deployment): .spec.replicas: \
             expected numeric (int or float), got string",
        ] {
            assert_eq!(of(lasting), Some(Outlook::Terminal), "{lasting}");
        }
        for late in [
            " (InternalError): failed calling webhook \"x\": connect: connection refused",
            ": no matches for kind \"ClusterIssuer\" in version \"cert-manager.io/v1\"",
            " (Forbidden): unable to create new content in namespace x because it is being terminated",
            " (Conflict): the object has been modified",
        ] {
            assert_eq!(of(late), Some(Outlook::Doubtful), "{late}");
        }
    }

    #[test]
    fn a_stalled_kustomization_is_terminal_for_any_reason() {
        let stalled = Kustomization { stalled: true, ..failing("InvalidCELExpression", "no such key") };
        assert_eq!(report(&stalled).unwrap().outlook, Outlook::Terminal);
        assert_eq!(outlook("PruneFailed", "x"), Some(Outlook::Doubtful));
        assert_eq!(outlook("DependencyNotReady", "dependency 'data' is not ready"), None);
        let early = "failed early due to stalled resources: [Job/seasense/x status: 'Failed']";
        assert_eq!(outlook("HealthCheckFailed", early), Some(Outlook::Terminal));
        assert_eq!(outlook("HealthCheckFailed", "timeout waiting for: [x]"), Some(Outlook::Waiting));
        let path = "kustomization path not found: stat /tmp/x: no such file";
        assert_eq!(outlook("ArtifactFailed", path), Some(Outlook::Terminal));
    }

    #[test]
    fn the_text_of_a_failure_outlasts_the_next_attempt() {
        let mut reports = Reports::default();
        let (a, b) = (digest('a'), digest('b'));
        let text = |reports: &Reports| reports.of("apps").map(|report| report.text.clone());
        reports.observe(&[failing("ReconciliationFailed", "no matches for kind")], &a);
        let trying = Kustomization { failed: false, ..failing("Progressing", "Reconciliation in progress") };
        reports.observe(std::slice::from_ref(&trying), &a);
        assert_eq!(text(&reports).as_deref(), Some("no matches for kind"));
        reports.observe(&[Kustomization { checking: true, ..trying }], &a);
        assert_eq!(text(&reports), None, "its objects are applied");
        reports.observe(&[failing("BuildFailed", "bad")], &b);
        assert_eq!(text(&reports), None, "it reports on an earlier artifact");
    }
}

//! Flux objects, read into what the rest of the library asks of them.

mod entry;
mod source;

use serde_json::Value;

pub use self::{entry::Entry, source::Source};
use super::object::{self, condition, list, number, text};

/// The namespace of Flux and of its objects.
pub const NAMESPACE: &str = "flux-system";

/// A Flux Kustomization: a phase, or a part of one.
#[expect(clippy::struct_excessive_bools, reason = "they are what Flux tells of it, each by itself")]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kustomization {
    /// Its name.
    pub name: String,
    /// Whether its `Ready` condition is true for the present specification and the last request to look again.
    pub ready: bool,
    /// The reason of that condition, for example `DependencyNotReady`.
    pub reason: String,
    /// The message of that condition.
    pub message: String,
    /// The revision that was applied last and became ready.
    pub applied: String,
    /// The revision that was tried last.
    pub attempted: String,
    /// The name of its source.
    pub source: String,
    /// The names of the Kustomizations whose readiness it waits for.
    pub depends_on: Vec<String>,
    /// Whether it was asked to look again and has not done so yet: what it says is then of before.
    pub asked: bool,
    /// Whether all of the revision that was tried last is applied, and only its health is still waited for.
    pub checking: bool,
    /// Whether somebody suspended it.
    pub suspended: bool,
    /// What it has applied, and what else it checks the health of.
    pub objects: Vec<Entry>,
}

impl Kustomization {
    /// Reads one.
    pub fn read(object: &Value) -> Self {
        let ready = condition(object, "Ready");
        let field = |pointer: &str| text(object, pointer).unwrap_or_default().to_owned();
        // One with an expression of its own is waited for until that holds, not until it is ready.
        let others = list(object, "/spec/dependsOn").iter().filter(|other| other.get("readyExpr").is_none());
        let names = others.filter_map(|other| text(other, "/name"));
        Self {
            name: object::name(object).to_owned(),
            ready: ready.as_ref().is_some_and(|found| found.is_true() && is_current(object))
                && !is_asked(object),
            reason: ready.as_ref().map(|found| found.reason.to_owned()).unwrap_or_default(),
            message: ready.as_ref().map(|found| found.message.to_owned()).unwrap_or_default(),
            source: field("/spec/sourceRef/name"),
            applied: field("/status/lastAppliedRevision"),
            attempted: field("/status/lastAttemptedRevision"),
            asked: is_asked(object),
            checking: is_checking(object),
            depends_on: names.map(str::to_owned).collect(),
            suspended: object.pointer("/spec/suspend").and_then(Value::as_bool).unwrap_or(false),
            objects: objects(object),
        }
    }

    /// How the digest of its own part of the artifact begins, where it has one: its source bears that in its name.
    fn pin(&self) -> Option<&str> {
        let pin = self.source.strip_prefix(&self.name)?.strip_prefix('-')?;
        (pin.len() == PIN && pin.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(pin)
    }

    /// Whether it is ready at the artifact `digest`.
    pub fn ready_at(&self, digest: &str) -> bool {
        self.ready && carries(&self.applied, digest)
    }

    /// Whether the cluster has accepted all that the artifact `digest` holds of it, healthy or not yet.
    pub fn applied_at(&self, digest: &str) -> bool {
        self.ready_at(digest) || (self.checking && self.speaks_of(digest))
    }

    /// Whether its state speaks of the artifact `digest` and not of an earlier one.
    pub fn speaks_of(&self, digest: &str) -> bool {
        carries(&self.attempted, digest)
    }
}

/// How many hex digits of a part's digest stand in the name of its source.
pub const PIN: usize = 12;

/// Puts the digest of the whole artifact in the place of a part's digest wherever the part is the one that the artifact
/// names: the Kustomization `root` has applied the artifact, and with it the definition of every other one, whose source
/// is pinned to the part. What runs any other part keeps that one's digest, which is no artifact's.
pub fn unify(found: &mut [Kustomization], root: &str) {
    let Some(artifact) = found.iter().find(|one| one.name == root).map(|one| one.applied.clone()) else {
        return;
    };
    for one in found.iter_mut().filter(|one| one.name != root) {
        let Some(pin) = one.pin().map(|pin| format!("sha256:{pin}")) else { continue };
        let is_of_artifact =
            |revision: &str| revision.rsplit('@').next().is_some_and(|digest| digest.starts_with(&pin));
        let (applied, attempted) = (is_of_artifact(&one.applied), is_of_artifact(&one.attempted));
        if applied {
            one.applied.clone_from(&artifact);
        }
        if attempted {
            one.attempted.clone_from(&artifact);
        }
    }
}

/// Flux says what it does at this moment in a condition of its own.
fn is_checking(object: &Value) -> bool {
    condition(object, "Reconciling").is_some_and(|doing| {
        doing.is_true() && doing.message.starts_with("Running health checks for revision")
    })
}

fn objects(object: &Value) -> Vec<Entry> {
    let applied = list(object, "/status/inventory/entries").iter().filter_map(Entry::read);
    let checked = list(object, "/spec/healthChecks").iter().filter_map(Entry::read_check);
    applied.chain(checked).collect()
}

/// The annotation that asks Flux to look now; Flux acts when its value changes, and tells the last value it acted on.
pub const REQUESTED_AT: &str = "reconcile.fluxcd.io/requestedAt";

fn is_asked(object: &Value) -> bool {
    let requested = object.pointer("/metadata/annotations").and_then(|all| all.get(REQUESTED_AT)?.as_str());
    requested.is_some_and(|requested| text(object, "/status/lastHandledReconcileAt") != Some(requested))
}

/// Whether a revision, such as `latest@sha256:…` or `sha256:…`, is that of `digest`.
pub fn carries(revision: &str, digest: &str) -> bool {
    !digest.is_empty() && (revision == digest || revision.ends_with(&format!("@{digest}")))
}

fn is_current(object: &Value) -> bool {
    number(object, "/status/observedGeneration") >= number(object, "/metadata/generation")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ready_means_ready_at_this_digest_and_this_specification() {
        let object = |generation: i64| {
            json!({"metadata": {"name": "apps", "generation": generation}, "spec": {"dependsOn": [{"name": "data"}]},
            "status": {"observedGeneration": 1, "lastAppliedRevision": "sha256:aa", "lastAttemptedRevision": "sha256:aa",
                "conditions": [{"type": "Ready", "status": "True", "reason": "ReconciliationSucceeded"}]}})
        };
        let current = Kustomization::read(&object(1));
        assert!(current.ready_at("sha256:aa") && !current.ready_at("sha256:bb") && !current.ready_at(""));
        assert_eq!(current.depends_on, ["data"]);
        assert!(!Kustomization::read(&object(2)).ready);
    }

    #[test]
    fn what_was_asked_to_look_again_speaks_of_before_until_it_has() {
        let object = |handled: &str| {
            json!({"metadata": {"annotations": {REQUESTED_AT: "2"}}, "status": {"lastHandledReconcileAt": handled,
                "conditions": [{"type": "Ready", "status": "True"}]}})
        };
        assert!(Kustomization::read(&object("1")).asked && !Kustomization::read(&object("1")).ready);
        assert!(!Kustomization::read(&object("2")).asked && Kustomization::read(&object("2")).ready);
    }

    #[test]
    fn what_waits_for_health_is_applied() {
        let object = |doing: &str| {
            json!({"status": {"lastAttemptedRevision": "sha256:aa", "conditions": [{"type": "Ready", "status": "Unknown"},
                {"type": "Reconciling", "status": "True", "message": format!("{doing} for revision sha256:aa with a timeout of 5m")}]}})
        };
        let checking = Kustomization::read(&object("Running health checks"));
        assert!(checking.applied_at("sha256:aa") && !checking.ready_at("sha256:aa"));
        assert!(!checking.applied_at("sha256:bb"));
        assert!(!Kustomization::read(&object("Detecting drift")).applied_at("sha256:aa"));
    }

    #[test]
    fn a_part_counts_as_the_artifact_that_names_it() {
        let one = |name: &str, source: &str, applied: &str| Kustomization {
            name: name.into(),
            source: source.into(),
            applied: applied.into(),
            attempted: applied.into(),
            ready: true,
            ..Kustomization::default()
        };
        let mut found = [
            one("platform", "platform", "sha256:root"),
            one("apps", "apps-0123456789ab", "sha256:0123456789abcdef"),
            one("data", "data-ba9876543210", "sha256:0123456789abcdef"),
            one("old", "platform", "sha256:before"),
        ];
        unify(&mut found, "platform");
        assert!(found[1].ready_at("sha256:root") && found[1].speaks_of("sha256:root"));
        assert_eq!(found[2].applied, "sha256:0123456789abcdef", "it has not applied its present part yet");
        assert_eq!(found[3].applied, "sha256:before");
    }

    #[test]
    fn what_waits_by_an_expression_waits_for_no_readiness() {
        let object =
            json!({"spec": {"dependsOn": [{"name": "data", "readyExpr": "true"}, {"name": "operator"}]}});
        assert_eq!(Kustomization::read(&object).depends_on, ["operator"]);
    }

    #[test]
    fn revisions_carry_their_digest_with_or_without_a_tag() {
        assert!(carries("latest@sha256:aa", "sha256:aa"));
        assert!(carries("sha256:aa", "sha256:aa"));
        assert!(!carries("sha256:aab", "sha256:aa"));
    }
}

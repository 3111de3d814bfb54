//! Reads Flux objects.

mod entry;
mod source;

use serde_json::Value;

pub use self::{entry::Entry, source::Source};
use super::object::{self, condition, list, number, text};
use crate::base::digest::Digest;

/// The namespace of Flux and of its objects.
pub const NAMESPACE: &str = "flux-system";

/// The `ignore` of every artifact source. Without it Flux leaves out pictures, archives and settings of other
/// tools, although a kustomization may read them. The pattern includes every file again.
pub const IGNORE_NOTHING: &str = "!*";

/// A Flux Kustomization: a phase, or a child of one.
#[expect(clippy::struct_excessive_bools, reason = "independent properties of its status")]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kustomization {
    /// Its name.
    pub name: String,
    /// Whether its `Ready` condition is true for the current generation and the last reconcile request.
    pub ready: bool,
    /// Whether that condition is false: Flux gave up this attempt.
    pub failed: bool,
    /// The reason of that condition, for example `DependencyNotReady`.
    pub reason: String,
    /// The message of that condition.
    pub message: String,
    /// The digest that was applied last and became ready.
    pub applied: Option<Digest>,
    /// The digest that was attempted last.
    pub attempted: Option<Digest>,
    /// The name of its source.
    pub source: String,
    /// The names of the Kustomizations that must be ready before it.
    pub depends_on: Vec<String>,
    /// The names of the Kustomizations that must exist before it: the above, and those whose state an expression
    /// judges.
    pub needs: Vec<String>,
    /// The names of the Kustomizations whose health it checks.
    pub checks: Vec<String>,
    /// The names of the Kustomizations that it applied.
    pub children: Vec<String>,
    /// The directory that it applies, such as `./apps`.
    pub path: String,
    /// Whether its `Stalled` condition is true: Flux does not try again before its definition changes.
    pub stalled: bool,
    /// Whether its `Ready` condition belongs to its current definition.
    pub current: bool,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// Whether a reconcile request is pending: its status is then outdated.
    pub reconcile_requested: bool,
    /// Whether the attempted revision is applied and only its health checks are pending.
    pub checking: bool,
    /// Whether it is suspended.
    pub suspended: bool,
    /// The objects that it applied, and the objects of its health checks.
    pub objects: Vec<Entry>,
}

impl Kustomization {
    /// Reads a Kustomization.
    pub fn read(object: &Value) -> Self {
        let ready = condition(object, "Ready");
        let field = |pointer: &str| text(object, pointer).unwrap_or_default().to_owned();
        let others = list(object, "/spec/dependsOn").iter();
        let names = |other: &Value| text(other, "/name").map(str::to_owned);
        let generation = number(object, "/metadata/generation");
        Self {
            name: object::name(object).to_owned(),
            ready: ready.as_ref().is_some_and(|found| found.is_true() && is_current(object))
                && !has_pending_request(object),
            failed: ready.as_ref().is_some_and(|found| found.status == "False"),
            reason: ready.as_ref().map(|found| found.reason.to_owned()).unwrap_or_default(),
            message: ready.as_ref().map(|found| found.message.to_owned()).unwrap_or_default(),
            source: field("/spec/sourceRef/name"),
            applied: revision(object, "/status/lastAppliedRevision"),
            attempted: revision(object, "/status/lastAttemptedRevision"),
            reconcile_requested: has_pending_request(object),
            checking: is_checking(object),
            // A dependency with a `readyExpr` is not a dependency on readiness.
            depends_on: others
                .clone()
                .filter(|other| other.get("readyExpr").is_none())
                .filter_map(names)
                .collect(),
            needs: others.filter_map(names).collect(),
            checks: siblings(list(object, "/spec/healthChecks").iter().filter_map(Entry::read_check)),
            children: siblings(list(object, "/status/inventory/entries").iter().filter_map(Entry::read)),
            path: field("/spec/path"),
            stalled: condition(object, "Stalled").is_some_and(|found| found.is_true()),
            current: ready
                .as_ref()
                .is_some_and(|found| found.observed_generation.is_none_or(|observed| observed >= generation)),
            deleting: object.pointer("/metadata/deletionTimestamp").is_some(),
            suspended: object.pointer("/spec/suspend").and_then(Value::as_bool).unwrap_or(false),
            objects: objects(object),
        }
    }

    /// The first digits of the digest of its component, if it has one: the name of its source contains them.
    fn pin(&self) -> Option<&str> {
        let pin = self.source.strip_prefix(&self.name)?.strip_prefix('-')?;
        (pin.len() == PIN && pin.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(pin)
    }

    /// Whether it is ready at the artifact digest `digest`.
    pub fn ready_at(&self, digest: &Digest) -> bool {
        self.ready && self.applied.as_ref() == Some(digest)
    }

    /// Whether the cluster accepted all its objects of the artifact `digest`, healthy or not.
    pub fn applied_at(&self, digest: &Digest) -> bool {
        let is_applied = self.checking || self.reason == HEALTH_CHECK_FAILED;
        self.ready_at(digest) || (is_applied && self.attempted_at(digest))
    }

    /// Whether its status belongs to the artifact `digest` and not to an earlier one.
    pub fn attempted_at(&self, digest: &Digest) -> bool {
        self.attempted.as_ref() == Some(digest)
    }
}

/// How many hex digits of a component's digest the name of its source contains.
pub const PIN: usize = 12;

/// Replaces the digest of a component by the digest of the artifact that references it: the Kustomization
/// `root` applied the artifact and with it the definitions of the others, whose sources are pinned to their
/// components. A Kustomization that runs another component keeps the digest of that component.
pub fn resolve_components(found: &mut [Kustomization], root: &str) {
    let Some(artifact) = found.iter().find(|one| one.name == root).map(|one| one.applied.clone()) else {
        return;
    };
    for one in found.iter_mut().filter(|one| one.name != root) {
        let Some(pin) = one.pin().map(str::to_owned) else { continue };
        let is_pinned = |digest: &Digest| digest.hex().starts_with(&pin);
        let applied = one.applied.as_ref().is_some_and(is_pinned);
        let attempted = one.attempted.as_ref().is_some_and(is_pinned);
        if applied {
            one.applied.clone_from(&artifact);
        }
        if attempted {
            one.attempted.clone_from(&artifact);
        }
    }
}

/// The reason of a Kustomization that is applied and whose objects did not become healthy.
pub const HEALTH_CHECK_FAILED: &str = "HealthCheckFailed";

/// The names of the Kustomizations among `entries`.
fn siblings(entries: impl Iterator<Item = Entry>) -> Vec<String> {
    let ours = entries.filter(|entry| entry.kind == "Kustomization" && entry.namespace == NAMESPACE);
    ours.map(|entry| entry.name).collect()
}

/// Flux reports its current activity in the condition `Reconciling`.
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

/// The annotation that requests a reconciliation; Flux reconciles when its value changes, and reports the last
/// handled value.
pub const REQUESTED_AT: &str = "reconcile.fluxcd.io/requestedAt";

fn has_pending_request(object: &Value) -> bool {
    let requested = object.pointer("/metadata/annotations").and_then(|all| all.get(REQUESTED_AT)?.as_str());
    requested.is_some_and(|requested| text(object, "/status/lastHandledReconcileAt") != Some(requested))
}

/// Returns the digest of a revision such as `latest@sha256:…` or `sha256:…`; `None` if it has no valid one.
fn revision(object: &Value, pointer: &str) -> Option<Digest> {
    text(object, pointer)?.rsplit('@').next()?.parse().ok()
}

fn is_current(object: &Value) -> bool {
    number(object, "/status/observedGeneration") >= number(object, "/metadata/generation")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::digest::digest;

    #[test]
    fn ready_requires_this_digest_and_this_generation() {
        let object = |generation: i64| {
            json!({"metadata": {"name": "apps", "generation": generation}, "spec": {"dependsOn": [{"name": "data"}]},
            "status": {"observedGeneration": 1, "lastAppliedRevision": *digest('a'), "lastAttemptedRevision": *digest('a'),
                "conditions": [{"type": "Ready", "status": "True", "reason": "ReconciliationSucceeded"}]}})
        };
        let current = Kustomization::read(&object(1));
        assert!(current.ready_at(&digest('a')) && !current.ready_at(&digest('b')));
        assert_eq!(current.depends_on, ["data"]);
        assert!(!Kustomization::read(&object(2)).ready);
    }

    #[test]
    fn pending_reconcile_request_is_not_ready() {
        let object = |handled: &str| {
            json!({"metadata": {"annotations": {REQUESTED_AT: "2"}}, "status": {"lastHandledReconcileAt": handled,
                "conditions": [{"type": "Ready", "status": "True"}]}})
        };
        assert!(
            Kustomization::read(&object("1")).reconcile_requested && !Kustomization::read(&object("1")).ready
        );
        assert!(
            !Kustomization::read(&object("2")).reconcile_requested && Kustomization::read(&object("2")).ready
        );
    }

    #[test]
    fn kustomization_with_pending_health_checks_is_applied() {
        let object = |doing: &str| {
            json!({"status": {"lastAttemptedRevision": *digest('a'), "conditions": [{"type": "Ready", "status": "Unknown"},
                {"type": "Reconciling", "status": "True", "message": format!("{doing} for revision sha256:aa with a timeout of 5m")}]}})
        };
        let checking = Kustomization::read(&object("Running health checks"));
        assert!(checking.applied_at(&digest('a')) && !checking.ready_at(&digest('a')));
        assert!(!checking.applied_at(&digest('b')));
        assert!(!Kustomization::read(&object("Detecting drift")).applied_at(&digest('a')));
    }

    #[test]
    fn component_counts_as_the_artifact_that_references_it() {
        let one = |name: &str, source: &str, applied: Digest| Kustomization {
            name: name.into(),
            source: source.into(),
            applied: Some(applied.clone()),
            attempted: Some(applied),
            ready: true,
            ..Kustomization::default()
        };
        let mut found = [
            one("platform", "platform", digest('a')),
            one("apps", "apps-bbbbbbbbbbbb", digest('b')),
            one("data", "data-cccccccccccc", digest('b')),
            one("old", "platform", digest('d')),
        ];
        resolve_components(&mut found, "platform");
        assert!(found[1].ready_at(&digest('a')) && found[1].attempted_at(&digest('a')));
        assert_eq!(found[2].applied, Some(digest('b')), "its current component is not applied yet");
        assert_eq!(found[3].applied, Some(digest('d')));
    }

    #[test]
    fn dependency_with_an_expression_must_only_exist() {
        let object =
            json!({"spec": {"dependsOn": [{"name": "data", "readyExpr": "true"}, {"name": "operator"}]}});
        let read = Kustomization::read(&object);
        assert_eq!(read.depends_on, ["operator"]);
        assert_eq!(read.needs, ["data", "operator"]);
    }

    #[test]
    fn children_and_checked_kustomizations_are_separate() {
        let check = json!({"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "name": "database",
            "namespace": NAMESPACE});
        let applied =
            ["flux-system_apps_kustomize.toolkit.fluxcd.io_Kustomization", "flux-system_x__ConfigMap"];
        let object = json!({"spec": {"healthChecks": [check]},
            "status": {"inventory": {"entries": applied.map(|id| json!({"id": id, "v": "v1"}))}}});
        let read = Kustomization::read(&object);
        assert_eq!((read.checks, read.children), (vec!["database".to_owned()], vec!["apps".to_owned()]));
    }

    #[test]
    fn digest_is_found_with_and_without_a_tag() {
        let read = |text: &str| revision(&json!({ "at": text }), "/at");
        assert_eq!(read(&format!("latest@{}", digest('a'))), Some(digest('a')));
        assert_eq!(read(&digest('a')), Some(digest('a')));
        for other in ["", "main@sha1:aa", "sha256:aa", &format!("{}a", digest('a'))] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}

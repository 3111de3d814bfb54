//! Updates a cluster in which Flux runs: only the source or the settings, without a bootstrap.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    follow::{self, Follow, kustomizations},
    judge::Judge,
    objects, source,
    tree::named,
};
use serde_json::Value;
use tokio::time::Instant;

use crate::base::{
    digest::Digest,
    failure::Result,
    k8s::{
        Client,
        flux::{Kustomization, Source},
    },
    wait::{Observation, wait},
};

/// Edits are applied within seconds, so this polls more often than other waits.
const PAUSE: Duration = Duration::from_millis(150);

/// The state of Kustomizations to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitFor {
    /// The API server has accepted all their objects.
    Applied,
    /// The objects are healthy as well.
    Ready,
}

/// Points Flux at another artifact. Flux fetches it at once and reconciles the changed Kustomizations in the
/// order of their dependencies. A reconciliation request would first apply the old artifact again.
///
/// The artifact counts as unverified until [`mark_verified`]: the caller may be interrupted.
pub async fn update_source(client: &Client, registry: &str, digest: &Digest) -> Result<()> {
    client.apply(&objects::unverified_source(registry, digest)).await.map(drop)
}

/// Notes that the artifact that Flux follows is verified.
pub async fn mark_verified(client: &Client, registry: &str, digest: &Digest) -> Result<()> {
    client.apply(&objects::source(registry, digest)).await.map(drop)
}

/// Whether the artifact of this source was deployed and not verified yet.
pub fn is_unverified(source: &Value) -> bool {
    source.pointer("/metadata/annotations").is_some_and(|all| all.get(objects::UNVERIFIED).is_some())
}

/// Applies the environment's variables and its key. [`super::request_reconcile_all`] makes Flux use them.
pub async fn apply_settings(
    client: &Client,
    variables: &BTreeMap<String, String>,
    age_key: &[u8],
) -> Result<()> {
    let (variables, key) = (objects::environment(variables), objects::age_key(age_key));
    tokio::try_join!(client.apply(&variables), client.apply(&key)).map(drop)
}

/// Waits until the Kustomizations `names` have reached `extent` with the artifact. Fails as soon as the end is
/// known, like [`super::follow`].
pub async fn wait_for(
    client: &Client,
    what: Follow<'_>,
    names: &BTreeSet<String>,
    extent: WaitFor,
) -> Result<()> {
    let (begun, judge) = (Instant::now(), tokio::sync::Mutex::new(Judge::new()));
    wait(what.deadline, PAUSE, "wait for Flux to apply the change", || async {
        let (sources, found) = tokio::try_join!(follow::sources(client), kustomizations(client))?;
        let now = (&mut *judge.lock().await, begun.elapsed());
        Ok(evaluate((what.digest, &found, &sources), names, extent, now))
    })
    .await
}

fn evaluate(
    (digest, found, sources): (&Digest, &[Kustomization], &[Source]),
    names: &BTreeSet<String>,
    extent: WaitFor,
    (judge, now): (&mut Judge, Duration),
) -> Observation<()> {
    let has_reached = |name: &String| {
        named(found, name).is_some_and(|found| match extent {
            WaitFor::Applied => found.applied_at(digest),
            WaitFor::Ready => found.ready_at(digest),
        })
    };
    let Some(late) = names.iter().find(|name| !has_reached(name)) else { return Observation::Ready(()) };
    judge.reports.observe(found, digest);
    if let Some(failure) = follow::unfetchable(sources).or_else(|| judge.judge((digest, found, sources), now))
    {
        return Observation::Failed(failure);
    }
    let message = named(found, late).map_or("it does not exist yet", |found| found.message.as_str());
    Observation::Pending(source::missing(sources, digest).unwrap_or_else(|| format!("{late}: {message}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{digest::digest, failure::Kind};

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn at(name: &str, c: char) -> Kustomization {
        Kustomization {
            name: name.into(),
            ready: true,
            applied: Some(digest(c)),
            attempted: Some(digest(c)),
            ..Kustomization::default()
        }
    }

    fn look(found: &[Kustomization], expected: &[&str], extent: WaitFor) -> Observation<()> {
        let now = (&mut Judge::new(), Duration::ZERO);
        evaluate((&digest('b'), found, &[]), &names(expected), extent, now)
    }

    #[test]
    fn an_artifact_is_unverified_until_it_is_marked() {
        assert!(is_unverified(&objects::unverified_source("r", &digest('a'))));
        assert!(!is_unverified(&objects::source("r", &digest('a'))));
    }

    #[test]
    fn only_changed_kustomizations_are_waited_for() {
        let found = [at("apps", 'b'), at("data", 'a')];
        assert_eq!(look(&found, &["apps"], WaitFor::Ready), Observation::Ready(()));
        assert_eq!(look(&found, &[], WaitFor::Ready), Observation::Ready(()));
        assert!(matches!(look(&found, &["apps", "data"], WaitFor::Applied), Observation::Pending(_)));
        assert!(matches!(look(&found, &["new"], WaitFor::Applied), Observation::Pending(_)));
    }

    #[test]
    fn applied_is_reached_before_ready() {
        let checking = Kustomization { ready: false, checking: true, ..at("apps", 'b') };
        let found = [Kustomization { applied: Some(digest('a')), ..checking }];
        assert_eq!(look(&found, &["apps"], WaitFor::Applied), Observation::Ready(()));
        assert!(matches!(look(&found, &["apps"], WaitFor::Ready), Observation::Pending(_)));
    }

    #[test]
    fn a_refusal_of_the_api_server_ends_the_wait() {
        let refused = Kustomization {
            ready: false,
            failed: true,
            reason: "ReconciliationFailed".into(),
            message: "Deployment/seasense/backend dry-run failed (Invalid): it is invalid".into(),
            ..at("apps", 'b')
        };
        let Observation::Failed(failure) = look(&[refused], &["apps"], WaitFor::Applied) else {
            panic!("it still waits")
        };
        assert_eq!(failure.kind, Kind::Phase);
        assert!(failure.causes[0].contains("Deployment/seasense/backend"), "{failure:?}");
    }
}

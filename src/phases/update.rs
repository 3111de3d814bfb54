//! Updates a cluster in which Flux runs: only the source or the settings, without a bootstrap.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    follow::{self, Follow, kustomizations},
    objects, source,
    state::named,
};
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
pub async fn update_source(client: &Client, registry: &str, digest: &Digest) -> Result<()> {
    client.apply(&objects::source(registry, digest)).await.map(drop)
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

/// Waits until the Kustomizations `names` have reached `extent` with the artifact. Fails at once on a terminal
/// error.
pub async fn wait_for(
    client: &Client,
    what: Follow<'_>,
    names: &BTreeSet<String>,
    extent: WaitFor,
) -> Result<()> {
    wait(what.deadline, PAUSE, "wait for Flux to apply the change", || async {
        let (sources, found) = tokio::try_join!(follow::sources(client), kustomizations(client))?;
        Ok(evaluate(&sources, &found, what.digest, names, extent))
    })
    .await
}

fn evaluate(
    sources: &[Source],
    found: &[Kustomization],
    digest: &Digest,
    names: &BTreeSet<String>,
    extent: WaitFor,
) -> Observation<()> {
    let has_reached = |name: &String| {
        named(found, name).is_some_and(|found| match extent {
            WaitFor::Applied => found.applied_at(digest),
            WaitFor::Ready => found.ready_at(digest),
        })
    };
    let Some(late) = names.iter().find(|name| !has_reached(name)) else { return Observation::Ready(()) };
    if let Some(failure) = follow::unfetchable(sources).or_else(|| follow::reported_terminal(found, digest)) {
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
        evaluate(&[], found, &digest('b'), &names(expected), extent)
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

//! The short way for a cluster in which Flux runs: only what differs is handed over.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    follow::{self, Follow, kustomizations},
    objects, source,
    state::{is_ready, named},
};
use crate::base::{
    failure::Result,
    k8s::{
        Client,
        flux::{Kustomization, Source},
    },
    wait::{Observation, wait},
};

/// An edit is applied within seconds, so it is looked for more often than other things.
const PAUSE: Duration = Duration::from_millis(150);

/// How far Kustomizations shall get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitFor {
    /// The cluster has accepted all that they hold.
    Applied,
    /// That, and it is healthy.
    Ready,
}

/// Points Flux at another artifact. It fetches it at once, and every Kustomization whose part is another follows in the
/// order of dependencies: asking them to look would make them apply the old one once more.
pub async fn deliver(client: &Client, registry: &str, digest: &str) -> Result<()> {
    client.apply(&objects::source(registry, digest)).await.map(drop)
}

/// Hands over the environment's variables and its key; see [`super::request_reconcile_all`] for making them felt.
pub async fn apply_settings(
    client: &Client,
    variables: &BTreeMap<String, String>,
    age_key: &[u8],
) -> Result<()> {
    let (variables, key) = (objects::environment(variables), objects::age_key(age_key));
    tokio::try_join!(client.apply(&variables), client.apply(&key)).map(drop)
}

/// Waits until the Kustomizations called `names` got as far as `extent` with the artifact; fails at once when Flux says
/// that one never will.
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
    digest: &str,
    names: &BTreeSet<String>,
    extent: WaitFor,
) -> Observation<()> {
    let there = |name: &String| {
        named(found, name).is_some_and(|found| match extent {
            WaitFor::Applied => found.applied_at(digest),
            WaitFor::Ready => is_ready(found, digest),
        })
    };
    let Some(late) = names.iter().find(|name| !there(name)) else { return Observation::Ready(()) };
    if let Some(failure) = follow::unfetchable(sources).or_else(|| follow::said_hopeless(found, digest)) {
        return Observation::Failed(failure);
    }
    let message = named(found, late).map_or("it does not exist yet", |found| found.message.as_str());
    Observation::Pending(source::missing(sources, digest).unwrap_or_else(|| format!("{late}: {message}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::failure::Kind;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn at(name: &str, digest: &str) -> Kustomization {
        Kustomization {
            name: name.into(),
            ready: true,
            applied: digest.into(),
            attempted: digest.into(),
            ..Kustomization::default()
        }
    }

    fn look(found: &[Kustomization], wanted: &[&str], extent: WaitFor) -> Observation<()> {
        evaluate(&[], found, "sha256:bb", &names(wanted), extent)
    }

    #[test]
    fn only_what_changed_is_waited_for() {
        let found = [at("apps", "sha256:bb"), at("data", "sha256:aa")];
        assert_eq!(look(&found, &["apps"], WaitFor::Ready), Observation::Ready(()));
        assert_eq!(look(&found, &[], WaitFor::Ready), Observation::Ready(()));
        assert!(matches!(look(&found, &["apps", "data"], WaitFor::Applied), Observation::Pending(_)));
        assert!(matches!(look(&found, &["new"], WaitFor::Applied), Observation::Pending(_)));
    }

    #[test]
    fn applied_comes_before_ready() {
        let checking = Kustomization { ready: false, checking: true, ..at("apps", "sha256:bb") };
        let found = [Kustomization { applied: "sha256:aa".into(), ..checking }];
        assert_eq!(look(&found, &["apps"], WaitFor::Applied), Observation::Ready(()));
        assert!(matches!(look(&found, &["apps"], WaitFor::Ready), Observation::Pending(_)));
    }

    #[test]
    fn what_the_api_server_refuses_ends_the_wait_with_its_words() {
        let refused = Kustomization {
            ready: false,
            reason: "ReconciliationFailed".into(),
            message: "Deployment/seasense/backend dry-run failed (Invalid): it is invalid".into(),
            ..at("apps", "sha256:bb")
        };
        let Observation::Failed(failure) = look(&[refused], &["apps"], WaitFor::Applied) else {
            panic!("it waits on")
        };
        assert_eq!(failure.kind, Kind::Phase);
        assert!(failure.causes[0].contains("Deployment/seasense/backend"), "{failure:?}");
    }
}

//! Read access to an environment's cluster and registry.

use std::{collections::BTreeSet, path::Path};

use jiff::Timestamp;
use serde_json::Value;

use super::{artifact_copy::ArtifactCopy, ready_since::ready_since, registries, state};
use crate::{
    artifact::{self, Upstream},
    base::{
        digest::Digest,
        failure::{Context, Failure, Kind, Result},
        k8s::{Client, Selector, flux::NAMESPACE, object, resource},
    },
    config::{Environment, public_keys},
    diagnose::redact,
    images::{self, Lock, Mode},
    local::{LocalContext, cluster},
    observe::{self, EnvironmentStatus, Observer},
    phases,
    promotion::{
        readings::{Day, Readings},
        target::{CanaryState, Content, ObservedEnvironment, State},
    },
    registry::transfer::Endpoint,
    workloads,
};

/// An environment that is only read: opening and using it changes nothing.
pub struct ObservedCluster {
    pub(super) local: LocalContext,
    pub(super) environment: Environment,
    /// The registry that artifacts come from.
    pub(super) source: Endpoint,
    /// The environment's registry; `None` for a rehearsal that does not exist yet.
    pub(super) registry: Option<Endpoint>,
    /// Flux's images.
    pub(super) flux_images: BTreeSet<artifact::RepositoryDigest>,
}

impl ObservedCluster {
    /// Opens `environment`, which gets artifacts from the registry of `from`. Does not connect to the cluster.
    pub async fn open(local: &LocalContext, environment: Environment, from: &Environment) -> Result<Self> {
        let (_, flux) = flux_objects(local, &environment)?;
        Self::with_flux(local, environment, from, &flux).await
    }

    pub(super) async fn with_flux(
        local: &LocalContext,
        environment: Environment,
        from: &Environment,
        flux: &[Value],
    ) -> Result<Self> {
        Ok(Self {
            source: registries::require(local, from).await?,
            registry: registries::find(local, &environment).await?,
            flux_images: artifact::flux_images(flux, environment.variables.registry.get_ref()),
            local: local.clone(),
            environment,
        })
    }

    pub(super) fn artifact_copy<'a>(&'a self, folder: &'a Path) -> ArtifactCopy<'a> {
        let target = self.registry.as_ref();
        ArtifactCopy { source: &self.source, target, extra: &self.flux_images, folder }
    }

    /// Connects without recording the cluster's identity: reading leaves nothing behind.
    pub(super) async fn client(&self) -> Result<Client> {
        Client::connect(&cluster::handle_of(&self.local.dirs, &self.environment)?).await
    }

    /// Connects to change something. Records the identity of an attached cluster at its first use.
    pub(super) async fn writing_client(&self) -> Result<Client> {
        let handle = cluster::attach(&self.local.dirs, &self.environment).await?;
        Client::connect(&handle).await
    }

    /// Creates a temporary folder for blobs in the cache.
    pub(super) fn temporary_folder(&self) -> Result<tempfile::TempDir> {
        let cache = self.local.dirs.cache();
        let what = || format!("create a folder in `{}`", cache.display());
        std::fs::create_dir_all(cache).with_context(Kind::Tool, what)?;
        tempfile::tempdir_in(cache).with_context(Kind::Tool, what)
    }

    async fn snapshot(&self) -> EnvironmentStatus {
        let LocalContext { dirs, docker, .. } = &self.local;
        observe::status(Observer { environment: &self.environment, dirs, docker: Some(docker) }).await
    }

    /// Returns the time at which the last phase or workload became ready. Meaningful only if all of them are
    /// ready.
    async fn ready_since(&self, snapshot: &EnvironmentStatus) -> Result<Option<Timestamp>> {
        let client = self.client().await?;
        let all = Selector::all();
        let (kustomizations, deployments) = tokio::try_join!(
            client.list(&resource::KUSTOMIZATION, Some(NAMESPACE), &all),
            client.list(&resource::DEPLOYMENT, None, &all),
        )?;
        let ours = |object: &&Value| {
            let (namespace, name) = (object::namespace(object), object::name(object));
            snapshot.workloads.iter().any(|ours| ours.namespace == namespace && ours.name == name)
        };
        let phases = ready_since(&kustomizations.iter().collect::<Vec<_>>(), "Ready");
        let workloads = ready_since(&deployments.iter().filter(ours).collect::<Vec<_>>(), "Available");
        Ok(phases.zip(workloads).map(|(phases, workloads)| phases.max(workloads)))
    }
}

impl ObservedEnvironment for ObservedCluster {
    async fn inspect(&self, digest: &Digest) -> Result<Content> {
        let folder = self.temporary_folder()?;
        let copy = self.artifact_copy(folder.path());
        let content = copy.inspect(digest).await?;
        let recipients = copy.recipients(digest, self.environment.secrets().as_str()).await?;
        Ok(Content { recipients, ..content })
    }

    async fn keys(&self) -> Result<Option<BTreeSet<String>>> {
        let key = match age_key(&self.local, &self.environment)? {
            Some(key) => Some(key),
            None => self.client().await?.secret(NAMESPACE, phases::AGE_SECRET, phases::AGE_FILE).await?,
        };
        Ok(key.and_then(|key| public_keys(&key)))
    }

    async fn state(&self) -> Result<State> {
        let snapshot = self.snapshot().await;
        let mut state = state::from_snapshot(&snapshot);
        match &state.digest {
            _ if state.resources.is_empty() => {}
            _ if state.resources.iter().all(|resource| resource.ready) => {
                state.ready_since = self.ready_since(&snapshot).await?;
            }
            Some(digest) => {
                let found = phases::terminal_error(&self.client().await?, digest).await?;
                // The record outlasts the pods, so it has their last words, without secrets.
                let line = |failure: &Failure| {
                    redact::text(&phases::in_one_line(failure), &redact::Known::new(std::iter::empty()))
                };
                state.terminal = found.as_ref().map(line);
            }
            None => {}
        }
        Ok(state)
    }

    async fn canary(&self) -> Result<Option<CanaryState>> {
        let found = phases::canary_state(&self.client().await?).await?;
        Ok(found.map(|phases::CanaryState { percent, waiting_for, terminal }| CanaryState {
            percent,
            ready: waiting_for.is_empty(),
            message: waiting_for,
            terminal,
        }))
    }

    async fn readings(&self, before: Timestamp) -> Result<Readings> {
        let days = workloads::readings(&self.client().await?, &before.to_string()).await?;
        let day = |day: workloads::ReadingsOfDay| {
            ((day.buoy, day.day), Day { count: day.count, digest: day.digest })
        };
        Ok(days.into_iter().map(day).collect())
    }
}

/// Reads the age keys that a deployment gives to the cluster; `None` if the cluster keeps those that it has.
pub(super) fn age_key(local: &LocalContext, environment: &Environment) -> Result<Option<Vec<u8>>> {
    if environment.cluster.engine.is_attached() {
        environment.attached_key(&local.project)
    } else {
        environment.age_key(&local.project).map(Some)
    }
}

/// Reads this machine's image lock and the Flux objects that it pins for the registry of `environment`.
pub(super) fn flux_objects(local: &LocalContext, environment: &Environment) -> Result<(Lock, Vec<Value>)> {
    let lock = images::locked(&local.dirs, Mode::Auto)?;
    let upstream = Upstream::load(&lock, &images::manifests_folder(&local.dirs, &lock))?;
    let flux = artifact::flux_objects(&lock, &upstream, environment.variables.registry.get_ref())?;
    Ok((lock, flux))
}

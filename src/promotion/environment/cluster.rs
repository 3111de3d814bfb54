//! An environment's cluster and registry as a target of promotions.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Mutex;

use super::{artifact::ArtifactCopy, canary::Canary, found, ready, sides};
use crate::{
    artifact::{self, REPOSITORY, RepositoryDigest, Upstream, inspect},
    base::{
        failure::{Failure, Kind, Result},
        k8s::{Client, Selector, flux::NAMESPACE, object, resource},
    },
    config::{Environment, Issuer},
    images::{self, Mode},
    local::{LocalContext, buoys::probe_buoys::ProbeInput, cluster},
    observe::{self, EnvironmentStatus, Observer},
    phases::{self, BootstrapInput, Bring},
    promotion::{Content, Copied, ProbeStats, State, Target, Trial},
    registry::{daemon_reference, transfer::Endpoint},
    workloads::{self, PublicEndpoint},
};

const FLEET: &str = "seasense-fleet";

/// A cluster, whoever made it, with the registry that it takes its images from.
pub struct ClusterTarget {
    engine: LocalContext,
    environment: Environment,
    source: Endpoint,
    /// `None` for a rehearsal that is only looked at before it was made.
    registry: Option<Endpoint>,
    /// Flux's own objects, for a cluster that has none yet.
    flux: Vec<Value>,
    /// Flux's images.
    extra: BTreeSet<RepositoryDigest>,
    fleet_image: String,
    age_key: Option<Vec<u8>>,
    /// When this began: readings that were acknowledged from now on must be found again.
    since: Timestamp,
    canary: Mutex<Option<Canary>>,
}

impl ClusterTarget {
    /// The environment `environment`, which takes digests from the registry of `from`.
    ///
    /// Nothing is asked of the cluster yet. What was made on this machine tells which Flux and which buoys there are.
    pub async fn open(
        engine: &LocalContext,
        environment: Environment,
        from: &Environment,
        now: Timestamp,
    ) -> Result<Self> {
        let lock = images::locked(&engine.dirs, Mode::Auto)?;
        let upstream = Upstream::load(&lock, &images::manifests_folder(&engine.dirs, &lock))?;
        let registry = environment.variables.registry.get_ref();
        let flux = artifact::flux_objects(&lock, &upstream, registry)?;
        let fleet = lock.image(FLEET)?;
        let age_key = if environment.cluster.engine.is_attached() {
            environment.attached_key(&engine.project)?
        } else {
            Some(environment.age_key(&engine.project)?)
        };
        Ok(Self {
            source: sides::reach(engine, from).await?,
            registry: sides::standing(engine, &environment).await?,
            extra: artifact::flux_images(&flux, registry),
            fleet_image: daemon_reference(&fleet.repository, &fleet.digest),
            flux,
            age_key,
            since: now,
            canary: Mutex::default(),
            engine: engine.clone(),
            environment,
        })
    }

    fn shelves<'a>(&'a self, folder: &'a std::path::Path) -> ArtifactCopy<'a> {
        ArtifactCopy { source: &self.source, target: self.registry.as_ref(), extra: &self.extra, folder }
    }

    fn registry(&self) -> Result<&Endpoint> {
        self.registry.as_ref().ok_or_else(|| sides::absent(&self.environment))
    }

    async fn client(&self) -> Result<Client> {
        let handle = cluster::attach(&self.engine.dirs, &self.environment).await?;
        Client::connect(&handle).await
    }

    async fn snapshot(&self) -> EnvironmentStatus {
        let engine = &self.engine;
        let docker = Some(&engine.docker);
        observe::status(Observer { environment: &self.environment, dirs: &engine.dirs, docker }).await
    }

    /// Since when everything has been ready; asked only when it is.
    async fn ready_since(&self, seen: &EnvironmentStatus) -> Result<Option<Timestamp>> {
        let client = self.client().await?;
        let all = Selector::all();
        let (kustomizations, deployments) = tokio::try_join!(
            client.list(&resource::KUSTOMIZATION, Some(NAMESPACE), &all),
            client.list(&resource::DEPLOYMENT, None, &all),
        )?;
        let ours = |object: &&Value| {
            let (namespace, name) = (object::namespace(object), object::name(object));
            seen.workloads.iter().any(|ours| ours.namespace == namespace && ours.name == name)
        };
        let phases = ready::since(&kustomizations.iter().collect::<Vec<_>>(), "Ready");
        let workloads = ready::since(&deployments.iter().filter(ours).collect::<Vec<_>>(), "Available");
        Ok(phases.zip(workloads).map(|(phases, workloads)| phases.max(workloads)))
    }

    /// Sets the buoys to sea, or finds those that sail already.
    async fn set_out(&self) -> Result<Canary> {
        let client = self.client().await?;
        let (authority, key) =
            tokio::try_join!(workloads::authority(&client), workloads::enrolment_key(&client))?;
        if authority.is_none() && self.environment.variables.issuer == Issuer::SelfSigned {
            return Err(Failure::new(Kind::Workload, "the gateway's authority does not exist yet"));
        }
        let public = PublicEndpoint::of_environment(&self.environment, authority.as_deref())?;
        let key = key.ok_or_else(|| {
            Failure::new(Kind::Workload, "Secret seasense/fleet-enrolment does not exist yet")
        })?;
        let environment = &self.environment;
        let ca = authority.as_deref().filter(|_| environment.variables.issuer == Issuer::SelfSigned);
        let input =
            ProbeInput { environment, image: &self.fleet_image, key: &key, ca, now: Timestamp::now() };
        let ledger = crate::local::buoys::probe_buoys::start(&self.engine, &input).await?;
        Ok(Canary::start(public, ledger, self.since))
    }
}

impl Target for ClusterTarget {
    async fn inspect(&self, digest: &str) -> Result<Content> {
        let folder = scratch(&self.engine)?;
        self.shelves(folder.path()).inspect(digest).await
    }

    async fn copy(&self, digest: &str) -> Result<Copied> {
        let folder = scratch(&self.engine)?;
        let shelves = self.shelves(folder.path());
        let known = shelves.read(digest).await?;
        let name = self.environment.secrets();
        if !known.references.secrets.contains(name) {
            return Err(Failure::new(Kind::Promotion, format!("the artifact has no secrets for `{name}`"))
                .because(format!("`gitops/secrets/{name}` holds none: no buoy could prove itself there"))
                .hint("docs/secrets.md tells how a set is made"));
        }
        shelves.copy(self.registry()?, &known, &self.engine.events).await
    }

    async fn hand_over(&self, digest: &str) -> Result<()> {
        let client = self.client().await?;
        let input = BootstrapInput {
            flux: &self.flux,
            variables: &self.environment.to_variables(),
            age_key: &[],
            registry: self.environment.variables.registry.get_ref(),
            digest,
            made_here: !self.environment.cluster.engine.is_attached(),
        };
        let what = Bring { input, age_key: self.age_key.as_deref() };
        let now = Timestamp::now().to_string();
        phases::bring(&client, what, &now, &self.engine.events).await.map(drop)
    }

    async fn state(&self) -> Result<State> {
        let seen = self.snapshot().await;
        let mut state = found::state(&seen);
        match &state.digest {
            _ if state.parts.is_empty() => {}
            _ if state.parts.iter().all(|part| part.ready) => {
                state.ready_since = self.ready_since(&seen).await?;
            }
            Some(digest) => {
                let found = phases::terminal_error(&self.client().await?, digest).await?;
                // Without the last words of what crashed: a record has one line for it.
                state.terminal = found.map(|failure| match failure.causes.first() {
                    Some(cause) => format!("{}: {cause}", failure.message),
                    None => failure.message,
                });
            }
            None => {}
        }
        Ok(state)
    }

    async fn canary(&self) -> Result<ProbeStats> {
        let mut canary = self.canary.lock().await;
        if canary.is_none() {
            *canary = Some(self.set_out().await?);
        }
        match canary.as_mut() {
            Some(canary) => canary.figures(Timestamp::now()).await,
            None => Err(Failure::new(Kind::Internal, "the canary is not at sea")),
        }
    }

    async fn share(&self, digest: &str, percent: u8) -> Result<()> {
        let head = inspect::metadata(&self.registry()?.manifest(REPOSITORY, &digest.parse()?).await?)?;
        let part = head.canary().ok_or_else(|| {
            Failure::new(
                Kind::Promotion,
                format!("the artifact {digest} holds nothing that could be tried out"),
            )
        })?;
        let registry = self.environment.variables.registry.get_ref();
        let now = Timestamp::now().to_string();
        phases::try_out(&self.client().await?, (registry, part), percent, &now).await
    }

    async fn trial(&self) -> Result<Option<Trial>> {
        let found = phases::trial(&self.client().await?).await?;
        Ok(found.map(|phases::Trial { percent, late, terminal }| Trial {
            percent,
            ready: late.is_empty(),
            message: late,
            terminal,
        }))
    }

    async fn tried(&self) -> Result<ProbeStats> {
        match self.canary.lock().await.as_mut() {
            Some(canary) => Ok(canary.own()),
            None => Err(Failure::new(Kind::Internal, "the canary is not at sea")),
        }
    }

    async fn withdraw(&self) -> Result<bool> {
        phases::take_away(&self.client().await?, &Timestamp::now().to_string()).await
    }

    async fn finish(&self) -> Result<()> {
        self.canary.lock().await.take();
        crate::local::buoys::probe_buoys::stop(&self.engine.docker, &self.environment).await
    }
}

fn scratch(engine: &LocalContext) -> Result<tempfile::TempDir> {
    use crate::base::failure::Context;
    let what = || format!("make a folder in `{}`", engine.dirs.cache().display());
    std::fs::create_dir_all(engine.dirs.cache()).with_context(Kind::Tool, what)?;
    tempfile::tempdir_in(engine.dirs.cache()).with_context(Kind::Tool, what)
}

//! Write access to an environment's cluster and registry.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Mutex;

use super::{
    observed::{ObservedCluster, age_key, flux_objects},
    primary::Primary,
    probe_buoys::ProbeBuoys,
    registries,
};
use crate::{
    artifact::{self, REPOSITORY},
    base::{
        digest::Digest,
        failure::{Failure, Kind, Result},
    },
    config::{Environment, Issuer},
    local::{LocalContext, buoys::probe_buoys, cluster},
    phases::{self, BootstrapInput, DeployInput},
    promotion::{
        probe_stats::ProbeStats,
        readings::Readings,
        target::{CanaryState, Content, Copied, ObservedEnvironment, State, Target},
        trial::{self, Plan, Trial},
    },
    registry::{daemon_reference, transfer::Endpoint},
    workloads::{self, PublicEndpoint},
};

/// The image of the buoys in the image lock.
const FLEET: &str = "seasense-fleet";

/// An environment that a promotion changes.
pub struct ClusterTarget {
    observed: ObservedCluster,
    /// Flux's own objects, for a cluster without Flux.
    flux: Vec<Value>,
    fleet_image: String,
    /// The age key of the environment's secrets; `None` if the cluster keeps the one that it has.
    age_key: Option<Vec<u8>>,
    /// Acknowledged readings that were observed at or after this time must be stored.
    opened: Timestamp,
    probes: Mutex<Option<ProbeBuoys>>,
}

impl ClusterTarget {
    /// Opens `environment`, which gets artifacts from the registry of `from`. Does not connect to the cluster.
    ///
    /// This machine's image lock determines the versions of Flux and of the probe buoys.
    pub async fn open(
        local: &LocalContext,
        environment: Environment,
        from: &Environment,
        now: Timestamp,
    ) -> Result<Self> {
        let (lock, flux) = flux_objects(local, &environment)?;
        let fleet = lock.image(FLEET)?;
        let age_key = age_key(local, &environment)?;
        Ok(Self {
            fleet_image: daemon_reference(&fleet.repository, &fleet.digest),
            observed: ObservedCluster::with_flux(local, environment, from, &flux).await?,
            flux,
            age_key,
            opened: now,
            probes: Mutex::default(),
        })
    }

    fn environment(&self) -> &Environment {
        &self.observed.environment
    }

    fn registry(&self) -> Result<&Endpoint> {
        self.observed.registry.as_ref().ok_or_else(|| registries::absent(self.environment()))
    }

    /// Starts the probe buoys, which replaces earlier ones, and the HTTP probe.
    async fn new_probes(&self) -> Result<ProbeBuoys> {
        let (environment, local) = (self.environment(), &self.observed.local);
        let client = self.observed.writing_client().await?;
        let (authority, key) =
            tokio::try_join!(workloads::authority(&client), workloads::enrolment_key(&client))?;
        let self_signed = environment.variables.issuer == Issuer::SelfSigned;
        if authority.is_none() && self_signed {
            return Err(Failure::new(Kind::Workload, "the gateway's CA certificate does not exist yet"));
        }
        let public = PublicEndpoint::of_environment(environment, authority.as_deref())?;
        let key = key.ok_or_else(|| {
            Failure::new(Kind::Workload, "Secret seasense/fleet-enrolment does not exist yet")
        })?;
        let ca = authority.as_deref().filter(|_| self_signed);
        if let Some(ca) = ca
            && !environment.cluster.engine.is_attached()
        {
            // `status` names this file; only `dev` wrote it, so a rehearsal had none.
            cluster::write_authority(&local.dirs, &environment.cluster_name(), ca)?;
        }
        let (image, now) = (self.fleet_image.as_str(), Timestamp::now());
        let input = probe_buoys::ProbeInput { environment, image, key: &key, ca, now };
        let acknowledgements = probe_buoys::start(local, &input).await?;
        Ok(ProbeBuoys::start(public, acknowledgements, self.opened))
    }
}

impl ObservedEnvironment for ClusterTarget {
    async fn inspect(&self, digest: &Digest) -> Result<Content> {
        self.observed.inspect(digest).await
    }

    async fn state(&self) -> Result<State> {
        self.observed.state().await
    }

    async fn canary(&self) -> Result<Option<CanaryState>> {
        self.observed.canary().await
    }

    async fn keys(&self) -> Result<Option<BTreeSet<String>>> {
        self.observed.keys().await
    }

    async fn readings(&self, before: Timestamp) -> Result<Readings> {
        self.observed.readings(before).await
    }
}

impl Target for ClusterTarget {
    async fn copy(&self, digest: &Digest) -> Result<Copied> {
        let folder = self.observed.temporary_folder()?;
        let copy = self.observed.artifact_copy(folder.path());
        let artifact = copy.read(digest).await?;
        let name = self.environment().secrets();
        if !artifact.references.secrets.contains(name.as_str()) {
            return Err(Failure::new(Kind::Promotion, format!("the artifact has no secrets for `{name}`"))
                .because(format!("`gitops/secrets/{name}` is empty: buoys could not authenticate there"))
                .hint("create them as described in docs/secrets.md"));
        }
        copy.copy(self.registry()?, &artifact, &self.observed.local.events).await
    }

    async fn deploy(&self, digest: &Digest) -> Result<()> {
        let client = self.observed.writing_client().await?;
        let environment = self.environment();
        let input = BootstrapInput {
            flux: &self.flux,
            variables: &environment.to_variables(),
            age_key: &[],
            registry: environment.variables.registry.get_ref(),
            digest,
            is_local: !environment.cluster.engine.is_attached(),
        };
        let input = DeployInput { input, age_key: self.age_key.as_deref() };
        let now = Timestamp::now().to_string();
        phases::deploy(&client, input, &now, &self.observed.local.events).await
    }

    async fn set_canary_weight(&self, digest: &Digest, percent: u8) -> Result<()> {
        let head = artifact::inspect::metadata(&self.registry()?.manifest(REPOSITORY, digest).await?)?;
        let component = head.canary().ok_or_else(|| {
            Failure::new(Kind::Promotion, format!("the artifact {digest} does not support a canary"))
        })?;
        let registry = self.environment().variables.registry.get_ref();
        let now = Timestamp::now().to_string();
        phases::apply_canary(&self.observed.writing_client().await?, (registry, component), percent, &now)
            .await
    }

    async fn remove_canary(&self) -> Result<bool> {
        phases::remove_canary(&self.observed.writing_client().await?, &Timestamp::now().to_string()).await
    }

    async fn start_probes(&self) -> Result<()> {
        let mut probes = self.probes.lock().await;
        if probes.is_none() {
            *probes = Some(self.new_probes().await?);
        }
        Ok(())
    }

    async fn probe_stats(&self, since: Timestamp) -> Result<ProbeStats> {
        match self.probes.lock().await.as_mut() {
            Some(probes) => probes.stats(since, Timestamp::now()).await,
            None => Err(not_started()),
        }
    }

    async fn start_canary_probe(&self) -> Result<()> {
        self.probes.lock().await.as_mut().ok_or_else(not_started).map(ProbeBuoys::start_canary_probe)
    }

    async fn canary_stats(&self, since: Timestamp) -> Result<ProbeStats> {
        let probes = self.probes.lock().await;
        let stats = probes.as_ref().and_then(|probes| probes.canary_stats(since, Timestamp::now()));
        stats.ok_or_else(not_started)
    }

    async fn try_migrations(&self, plan: &Plan) -> Result<Trial> {
        trial::run(&Primary(self.observed.writing_client().await?), plan).await
    }

    async fn stop_probes(&self) -> Result<()> {
        self.probes.lock().await.take();
        probe_buoys::stop(&self.observed.local.docker, self.environment()).await
    }
}

fn not_started() -> Failure {
    Failure::new(Kind::Internal, "the probes are not started")
}

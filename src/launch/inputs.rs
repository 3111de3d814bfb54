//! The inputs of a run: the tree and the age key of the checkout, the images and the packed artifact.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    artifact::{self, ApiValidation, CheckInput, FluxBuild, Packed, Provenance, Rendered, Tree, Upstream},
    base::{
        event::Step,
        failure::{Failure, Kind, Result},
    },
    config::{Environment, HostDirs, Project},
    images::{self, Lock, Mode, Platforms, SupplyContext},
    local::{LocalContext, cluster::ClusterSource},
    phases::BootstrapInput,
    registry::{Registry, RegistryClient},
};

/// How images are obtained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SupplyOptions {
    /// The supply to use.
    pub mode: Mode,
    /// The number of concurrent builds.
    pub jobs: usize,
}

impl SupplyOptions {
    /// The context of the supply for `environment`. Asks the daemon for its platform.
    pub async fn context(self, local: &LocalContext, environment: &Environment) -> Result<SupplyContext> {
        Ok(SupplyContext {
            project: local.project.clone(),
            dirs: local.dirs.clone(),
            docker: local.docker.clone(),
            events: std::sync::Arc::clone(&local.events),
            registry_port: *environment.ports.registry.get_ref(),
            jobs: self.jobs,
            platforms: Platforms::of(&local.docker).await?,
            refresh: false,
        })
    }
}

/// The inputs from the checkout, validated before anything is changed.
pub struct Inputs {
    check: CheckInput,
    age_key: Vec<u8>,
    /// `None` until the program is built: a first run checks the tree right before it builds images.
    flux_build: Option<FluxBuild>,
    /// `None` until the program may be built.
    validation: Option<ApiValidation>,
}

/// The complete input for the creation of a cluster.
pub struct Platform {
    /// The environment.
    pub environment: Environment,
    /// The tree that was packed.
    pub tree: Tree,
    /// The packed artifact.
    pub packed: Packed,
    /// The files of the artifact.
    pub rendered: Rendered,
    /// Builds the manifests.
    pub flux_build: FluxBuild,
    /// Judges what was built.
    pub validation: Option<ApiValidation>,
    /// The supply lock.
    pub lock: Lock,
    /// Flux's own objects.
    pub flux: Vec<Value>,
    /// The environment's variables.
    pub variables: BTreeMap<String, String>,
    /// The age key that decrypts the environment's secrets.
    pub age_key: Vec<u8>,
    /// The local registry.
    pub registry: Registry,
    /// The inputs of kind.
    pub source: ClusterSource,
    /// The reference of the fleet's image in the container daemon.
    pub fleet_image: String,
    /// The reference of the reaper's image in the container daemon.
    pub reaper_image: String,
}

/// Reads and checks the tree, so that a broken manifest fails before images are built or anything is written.
pub async fn read(project: &Project, dirs: &HostDirs, environment: &Environment) -> Result<Inputs> {
    let tree = Tree::read(project).await?;
    let age_key = environment.age_key(project)?;
    let check = CheckInput::read(project, dirs, tree)?;
    let flux_build = FluxBuild::find(project, dirs)?;
    let validation = ApiValidation::find(project, dirs)?;
    match &flux_build {
        Some(flux_build) => require_valid(&check, flux_build, validation.as_ref()).await?,
        None => check.require_known_images()?,
    }
    Ok(Inputs { check, age_key, flux_build, validation })
}

async fn require_valid(
    check: &CheckInput,
    flux_build: &FluxBuild,
    validation: Option<&ApiValidation>,
) -> Result<()> {
    artifact::combined(artifact::check(check, flux_build, validation).await?).map_or(Ok(()), Err)
}

/// Ensures the images, renders the tree and packs it.
pub async fn prepare(
    local: &LocalContext,
    environment: &Environment,
    inputs: Inputs,
    supply: SupplyOptions,
) -> Result<Platform> {
    let context = supply.context(local, environment).await?;
    // Before the images, which take minutes on a first run.
    let inputs = checked(local, inputs).await?;
    let supplied = images::ensure(&context, supply.mode, &images::Scope::All).await?;
    assemble(local, environment, inputs, supplied).await
}

/// Like [`prepare`], from what the last supply left: for a plan, which changes nothing.
pub async fn prepare_plan(
    local: &LocalContext,
    environment: &Environment,
    inputs: Inputs,
    supply: SupplyOptions,
) -> Result<Platform> {
    let supplied = images::planned(&supply.context(local, environment).await?, supply.mode)?;
    assemble(local, environment, inputs, supplied).await
}

/// Builds the programs that check the tree, if the tree is not checked yet, and checks it.
async fn checked(local: &LocalContext, mut inputs: Inputs) -> Result<Inputs> {
    let LocalContext { project, dirs, events, .. } = local;
    let is_checked = inputs.flux_build.is_some() && inputs.validation.is_some();
    let validation = inputs.validation.get_or_insert_with(|| ApiValidation::on_demand(project, dirs, events));
    if !is_checked {
        let flux_build = FluxBuild::prepare(project, dirs, events).await?;
        require_valid(&inputs.check, &flux_build, Some(validation)).await?;
        inputs.flux_build = Some(flux_build);
    }
    Ok(inputs)
}

async fn assemble(
    local: &LocalContext,
    environment: &Environment,
    Inputs { check, age_key, flux_build, validation }: Inputs,
    (lock, registry): (Lock, Registry),
) -> Result<Platform> {
    let flux_build = flux_build.ok_or_else(|| {
        Failure::new(Kind::Tool, "the program that builds manifests does not exist yet")
            .hint("run `seasense render --check`, which builds it")
    })?;
    let step = Step::start(&local.events, "artifact.pack", "Pack the platform artifact");
    let upstream = Upstream::load(&lock, &images::manifests_folder(&local.dirs, &lock))?;
    // The supply may have rendered the upstream manifests only now.
    let check = check.with_upstream(upstream)?;
    if check.is_changed() {
        require_valid(&check, &flux_build, validation.as_ref()).await?;
    }
    let (tree, upstream) = (check.tree(), check.upstream());
    let rendered = artifact::render(tree, &lock, upstream, &flux_build).await?;
    let packed = artifact::pack(&rendered, &Provenance::read(&local.project).await?)?;
    step.done(packed.digest.clone());
    let source = ClusterSource::new(&lock, &registry.inside)?;
    Ok(Platform {
        flux: artifact::flux_objects(&lock, upstream, environment.variables.registry.get_ref())?,
        variables: environment.to_variables(),
        tree: check.tree().clone(),
        age_key,
        fleet_image: lock.image("seasense-fleet")?.daemon_reference(),
        reaper_image: lock.image("seasense-reaper")?.daemon_reference(),
        environment: environment.clone(),
        packed,
        rendered,
        flux_build,
        validation,
        lock,
        registry,
        source,
    })
}

impl Platform {
    /// Uses the platform for the same environment on another port.
    pub fn set_environment(&mut self, environment: Environment) {
        self.variables = environment.to_variables();
        self.environment = environment;
    }

    /// The input with which Flux follows the artifact.
    pub fn bootstrap_input(&self) -> BootstrapInput<'_> {
        BootstrapInput {
            flux: &self.flux,
            variables: &self.variables,
            age_key: &self.age_key,
            registry: &self.registry.inside,
            digest: &self.packed.digest,
            is_local: true,
        }
    }

    /// Pushes the artifact to the local registry.
    pub async fn push(&self) -> Result<()> {
        artifact::push(&self.packed, &self.registry.host, artifact::REPOSITORY).await.map(drop)
    }

    /// Whether the local registry has the root of the artifact and every component.
    pub async fn is_pushed(&self) -> Result<bool> {
        let registry = RegistryClient::new(&self.registry.host)?;
        let components = self.packed.components.values().map(|component| &component.manifest.digest);
        for digest in std::iter::once(&self.packed.digest).chain(components) {
            if !registry.has(artifact::REPOSITORY, digest).await {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

//! What the cluster will run: the tree, the images, one artifact.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::images::Supply;
use crate::{
    artifact::{self, Packed, Provenance, Rendered, Tree, Upstream},
    base::{event::Step, failure::Result},
    config::{Environment, Project},
    images::{self, Lock},
    local::{LocalContext, cluster::ClusterSource},
    registry::Registry,
};

/// What a run takes from the checkout, checked before anything is touched.
pub struct Inputs {
    tree: Tree,
    age_key: Vec<u8>,
}

/// Everything the cluster is made from.
pub struct Platform<'a> {
    pub environment: &'a Environment,
    pub packed: Packed,
    pub rendered: Rendered,
    pub lock: Lock,
    pub flux: Vec<Value>,
    pub variables: BTreeMap<String, String>,
    pub age_key: Vec<u8>,
    pub registry: Registry,
    pub source: ClusterSource,
    pub fleet_image: String,
    pub reaper_image: String,
}

/// Reads and checks the tree: a broken manifest is told before images are built or anything is pushed.
pub async fn inputs(project: &Project, environment: &Environment) -> Result<Inputs> {
    let tree = Tree::read(project).await?;
    artifact::validate(&tree)?;
    Ok(Inputs { tree, age_key: environment.age_key(project)? })
}

/// Makes sure of the images, renders the tree and packs it.
pub async fn platform<'a>(
    engine: &LocalContext,
    environment: &'a Environment,
    inputs: Inputs,
    args: &Supply,
) -> Result<Platform<'a>> {
    let context = args.context(engine, environment);
    let (lock, registry) = images::ensure(&context, args.mode(), &images::Scope::All).await?;
    let step = Step::start(&engine.events, "artifact.pack", "Pack the platform into one artifact");
    let upstream = Upstream::load(&lock, &images::manifests_folder(&engine.dirs, &lock))?;
    let rendered = artifact::render(&inputs.tree, &lock, &upstream)?;
    let packed = artifact::pack(&rendered, &Provenance::read(&engine.project).await?)?;
    step.done(packed.digest.clone());
    let source = cluster_source(&lock, &registry)?;
    Ok(Platform {
        flux: artifact::flux_objects(&lock, &upstream, environment.variables.registry.get_ref())?,
        variables: environment.to_variables(),
        age_key: inputs.age_key,
        fleet_image: registry.host_reference(lock.image("seasense-fleet")?),
        reaper_image: registry.host_reference(lock.image("seasense-reaper")?),
        environment,
        packed,
        rendered,
        lock,
        registry,
        source,
    })
}

fn cluster_source(lock: &Lock, registry: &Registry) -> Result<ClusterSource> {
    Ok(ClusterSource {
        kind: lock.tool("kind")?.path.clone(),
        node_image: registry.host_reference(lock.image("node")?),
        built: lock.supply == images::Origin::Build,
        registry: registry.inside.clone(),
    })
}

//! After the infrastructure stands: Flux is brought in where it is absent, and told the environment's digest.
//!
//! The same call ten times gives the same result: it is what a promotion does, without moving the digest.

use serde::Deserialize;

use crate::{
    artifact::{self, Upstream},
    cli::Context,
    config::{Environment, read_toml},
    engine,
    event::Event,
    failure::Result,
    infra::InfraContext,
    k8s::Client,
    phases::{self, BootstrapInput, Bring},
    supply::{self, Mode},
};

/// The part of the environment's lock file that Flux is told.
#[derive(Deserialize)]
struct Locked {
    artifact: Artifact,
}

#[derive(Deserialize)]
struct Artifact {
    digest: String,
}

/// Hands the cluster over to Flux, where a digest was promoted to the environment.
pub(super) async fn run(context: &Context<'_>, infra: &InfraContext) -> Result<()> {
    let name = &infra.wanted.environment;
    let file = format!("envs/{name}.lock.toml");
    if !infra.project.root().join(&file).is_file() {
        let text =
            format!("no digest was promoted to `{name}` yet: `seasense promote {name}` brings the first one");
        context.ui.events().emit(Event::Notice { text });
        return Ok(());
    }
    let locked: Locked = read_toml(&infra.project, &file)?;
    let environment = Environment::load(&infra.project, name)?;
    let handle = engine::attach(&infra.places, &environment).await?;
    let client = Client::connect(&handle).await?;
    let lock = supply::locked(&infra.places, Mode::Auto)?;
    let upstream = Upstream::load(&lock, &supply::manifests_folder(&infra.places, &lock))?;
    let registry = environment.variables.registry.get_ref();
    let flux = artifact::flux_objects(&lock, &upstream, registry)?;
    let input = BootstrapInput {
        flux: &flux,
        variables: &environment.to_variables(),
        age_key: &[],
        registry,
        digest: &locked.artifact.digest,
        made_here: false,
    };
    let key = environment.attached_key(&infra.project)?;
    let bring = Bring { input, age_key: key.as_deref() };
    let now = jiff::Timestamp::now().to_string();
    phases::bring(&client, bring, &now, context.ui.events()).await.map(drop)
}

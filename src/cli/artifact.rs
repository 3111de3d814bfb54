//! `seasense artifact publish`: the artifact and its images where other environments can get them, under a version.

use std::{collections::BTreeMap, process::ExitCode};

use serde::Serialize;

use super::{Context, images::Supply, json::Json};
use crate::{
    artifact::{self, Provenance, Tree, Upstream, whole::REPOSITORY},
    base::{
        event::Step,
        failure::{Context as _, Failure, Kind, Result},
    },
    images::{self, Scope},
    registry::{
        Place,
        transfer::{Side, Transfer},
    },
};

/// What Flux's images are named below while they are looked up.
const REGISTRY: &str = "registry";

/// Arguments of `seasense artifact`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Make the images, pack the tree, and copy both by digest to a registry, under the version that Git's tags give
    Publish(Publish),
}

#[derive(Debug, clap::Args)]
struct Publish {
    #[command(flatten)]
    supply: Supply,
    /// Where it goes, for example `rg.fr-par.scw.cloud/seasense` [default: the local registry]
    #[arg(long, value_name = "HOST/NAMESPACE")]
    to: Option<String>,
    #[command(flatten)]
    json: Json,
}

#[derive(Debug, Serialize)]
struct Published {
    version: u8,
    artifact: String,
    release: String,
    registry: String,
    commit: String,
    images: BTreeMap<String, String>,
}

/// Publishes.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let Action::Publish(args) = args.action;
    let project = context.project()?;
    let to = args.to.as_deref().map(Place::parse).transpose()?;
    let provenance = Provenance::read(&project).await?;
    let commit = committed(&provenance)?;
    let version = artifact::version(&project).await?;
    let tree = Tree::read(&project).await?;
    artifact::validate(&tree)?;

    let environment = context.environment(&project)?;
    let engine = context.engine(&project).await?;
    let supply = args.supply.context(&engine, &environment);
    let (lock, local) = images::ensure(&supply, args.supply.mode(), &Scope::All).await?;
    let step = Step::start(&engine.events, "artifact.pack", "Pack the platform into one artifact");
    let upstream = Upstream::load(&lock, &images::manifests_folder(&engine.dirs, &lock))?;
    let rendered = artifact::render(&tree, &lock, &upstream)?;
    let packed = artifact::pack(&rendered, &provenance)?;
    step.done(packed.digest.clone());
    artifact::push(&packed, &local.host, REPOSITORY).await?;

    let (source, target) =
        (Side::new(&local.host)?, Side::new(&to.map_or_else(|| local.host.clone(), |to| to.to_string()))?);
    let folder = tempfile::tempdir_in(engine.dirs.cache())
        .context(Kind::Tool, "make a folder for what is on its way")?;
    let transfer = Transfer { source: &source, target: &target, folder: folder.path().to_owned() };
    // Nothing is pulled by this name: only what stands behind it counts.
    let flux = artifact::flux_images(&artifact::flux_objects(&lock, &upstream, REGISTRY)?, REGISTRY);
    let images = artifact::publish(&transfer, &packed.digest, &flux, &version, &engine.events).await?;
    let published = Published {
        version: 1,
        artifact: packed.digest,
        release: version.to_string(),
        registry: target.name(),
        commit: commit.to_owned(),
        images,
    };
    args.json.print(context, &published, || text(&published))?;
    Ok(ExitCode::SUCCESS)
}

/// The commit that a tree without changes of its own is at: what nobody can see in Git is not published.
fn committed(provenance: &Provenance) -> Result<&str> {
    match &provenance.commit {
        Some(commit) if !provenance.dirty => Ok(commit),
        Some(_) => Err(Failure::new(Kind::Promotion, "what is not committed is not published")
            .because("files that the platform is made of differ from the last commit")
            .hint("commit them; `git status` lists them")),
        None => Err(Failure::new(Kind::Promotion, "what is not in Git is not published")
            .hint("commit it first: a version is that of a commit")),
    }
}

fn text(published: &Published) -> String {
    format!(
        "{}  {}/platform:{}\n{} images, commit {}\n",
        published.artifact,
        published.registry,
        published.release,
        published.images.len(),
        published.commit.get(..12).unwrap_or(&published.commit)
    )
}

#[cfg(test)]
#[allow(clippy::duplicate_mod, reason = "one checker serves the tests of several crates and modules")]
#[path = "../../tests/schemas/check.rs"]
mod schema;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_committed_is_published() {
        let clean = Provenance { commit: Some("1".repeat(40)), ..Provenance::default() };
        assert_eq!(committed(&clean).unwrap(), "1".repeat(40));
        let dirty = Provenance { dirty: true, ..clean };
        for refused in [dirty, Provenance::default()] {
            assert_eq!(committed(&refused).unwrap_err().kind, Kind::Promotion);
        }
    }

    #[test]
    fn people_and_programs_learn_the_digest_and_the_version() {
        let published = Published {
            version: 1,
            artifact: "sha256:aa".into(),
            release: "1.2.3".into(),
            registry: "rg.example/seasense".into(),
            commit: "1".repeat(40),
            images: [("envoy".to_owned(), "sha256:bb".to_owned())].into(),
        };
        insta::assert_snapshot!(text(&published), @r"
        sha256:aa  rg.example/seasense/platform:1.2.3
        1 images, commit 111111111111
        ");
        schema::assert_allowed("published", &serde_json::to_value(&published).unwrap());
    }
}

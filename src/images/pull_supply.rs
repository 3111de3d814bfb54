//! Supply `pull`: copies official images and builds those that only this project has.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{
    Lock, LockedImage, LockedTool, Origin, Scope, SupplyContext, build_supply, context::lock_file,
    pull::Copier, push,
};
use crate::{
    base::{
        event::Step,
        failure::{Context, Failure, Kind, Result},
        oci,
        tool::locate,
    },
    config::{
        Infra,
        infra::{ImageRecipe, Pull},
    },
    registry::{ImageRef, Registry, RegistryClient, daemon_reference},
};

/// The image of the registry itself.
const REGISTRY_IMAGE: &str = "registry";

/// Copies official images, builds the others, and writes the lock.
pub(super) async fn ensure(context: &SupplyContext, infra: Infra, what: &Scope) -> Result<(Lock, Registry)> {
    let registry = start_registry(context, &infra).await?;
    let file = lock_file(&context.dirs, Origin::Pull);
    let wanted = what.images(&infra)?;
    let mut lock = initial_lock(Lock::read(&file)?, &infra, what);
    let chosen = |pull: Pull| -> BTreeMap<String, ImageRecipe> {
        let recipes =
            infra.recipes.image.iter().filter(|(name, image)| image.pull == pull && wanted.contains(*name));
        recipes.map(|(name, image)| (name.clone(), image.clone())).collect()
    };
    let (official, own) = (chosen(Pull::Official), chosen(Pull::Build));
    copy_all(context, &infra, &registry, &official, &file, &mut lock).await?;
    let builder = build_supply::make(context, &infra, &own.keys().cloned().collect(), false).await?;
    for (name, recipe) in &own {
        lock.images.insert(name.clone(), push::lock_image(&builder, name, recipe)?);
    }
    push::push_all(&builder, &lock, &registry, &context.events()).await?;
    load_for_daemon(context, &builder, &registry, &lock, &official, &own).await?;
    if *what == Scope::All {
        tools(context, &infra, &mut lock).await?;
        lock.manifests = build_supply::manifests(context, &infra, &lock).await?;
    }
    lock.write(&file)?;
    Ok((lock, registry))
}

/// The lock to continue with: recorded images keep their digests, images that are no longer in the recipes are
/// removed.
fn initial_lock(before: Option<Lock>, infra: &Infra, what: &Scope) -> Lock {
    let mut lock = before.unwrap_or_else(|| Lock::new(Origin::Pull, key(infra)));
    if *what == Scope::All {
        let recipe = |name: &String| infra.recipes.image.get(name);
        lock.key = key(infra);
        lock.images.retain(|name, _| recipe(name).is_some_and(|recipe| recipe.pull != Pull::Skip));
        lock.tools.retain(|name, _| infra.recipes.tool.get(name).is_some_and(|tool| !tool.on_demand));
    }
    lock
}

/// The key of the lock. A pulled image changes only with its official name.
fn key(infra: &Infra) -> String {
    let names: BTreeMap<&String, &Option<String>> =
        infra.recipes.image.iter().map(|(name, image)| (name, &image.official)).collect();
    oci::sha256_hex(format!("{names:?}").as_bytes())
}

/// Starts the registry from its official image, which the daemon pulls because there is no local registry yet.
async fn start_registry(context: &SupplyContext, infra: &Infra) -> Result<Registry> {
    let recipe = infra.recipes.image.get(REGISTRY_IMAGE);
    let official = recipe.and_then(|recipe| recipe.official.as_deref()).ok_or_else(|| {
        Failure::new(
            Kind::Environment,
            format!("`infra/images.toml` has no official image `{REGISTRY_IMAGE}`"),
        )
    })?;
    let name = ImageRef::parse(official)?.mirrored(&infra.versions.mirrors).to_string();
    if context.docker.image_id(&name).await?.is_none() {
        let step = Step::start(&context.events(), "supply.registry", "Pull the registry's image");
        context.docker.pull_image(&name).await?;
        step.done(name.clone());
    }
    context.start_registry(&name, Origin::Pull).await
}

/// Copies missing images. Each image is recorded in the lock `file` at once, so that an interrupted run
/// continues from there with the same digests.
async fn copy_all(
    context: &SupplyContext,
    infra: &Infra,
    registry: &Registry,
    images: &BTreeMap<String, ImageRecipe>,
    file: &Path,
    lock: &mut Lock,
) -> Result<()> {
    let folder = context.folder(Origin::Pull).join("blobs");
    clear(&folder).with_context(Kind::Tool, || format!("cannot create `{}`", folder.display()))?;
    let copier = Copier { target: RegistryClient::new(&registry.host)?, folder };
    let step = Step::start(&context.events(), "supply.pull", "Copy official images to the local registry");
    let (total, mut new) = (images.len(), 0);
    for (done, (name, recipe)) in images.iter().enumerate() {
        step.progress(done as u64, Some(total as u64), name);
        let Some(official) = &recipe.official else { continue };
        let known = lock.images.get(name).filter(|image| image.official.as_ref() == Some(official));
        if let Some(image) = known
            && copier.target.has(name, &image.digest).await
        {
            continue;
        }
        let image = copy_one(&copier, infra, name, official, known).await?;
        lock.images.insert(name.clone(), image);
        lock.write(file)?;
        new += 1;
    }
    match new {
        0 => step.unchanged(format!("all {total} are up to date")),
        _ => step.done(format!("{new} copied, {} were up to date", total - new)),
    }
    Ok(())
}

/// Creates an empty directory. Partial blobs of an interrupted run are removed.
fn clear(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => std::fs::create_dir_all(folder),
    }
}

/// Copies one image. A digest in an earlier lock is requested again, so that a moved tag changes nothing.
async fn copy_one(
    copier: &Copier,
    infra: &Infra,
    name: &str,
    official: &str,
    known: Option<&LockedImage>,
) -> Result<LockedImage> {
    let upstream = ImageRef::parse(official)?.mirrored(&infra.versions.mirrors);
    let pinned = known.map(|image| &image.digest);
    let result = copier.copy(&upstream, pinned, name, &push::tags(Some(official))).await?;
    let provenance = [
        ("supply", "official image".to_owned()),
        ("from", upstream.to_string()),
        ("listed", result.listed.to_string()),
    ];
    Ok(LockedImage {
        official: Some(official.to_owned()),
        repository: name.to_owned(),
        digest: result.digest,
        size: result.size,
        provenance: provenance.map(|(fact, value)| (fact.to_owned(), value)).into(),
    })
}

/// Loads images into the daemon: copied ones from the local registry by digest, built ones from the cache.
async fn load_for_daemon(
    context: &SupplyContext,
    builder: &Arc<super::build::Builder>,
    registry: &Registry,
    lock: &Lock,
    official: &BTreeMap<String, ImageRecipe>,
    own: &BTreeMap<String, ImageRecipe>,
) -> Result<()> {
    for name in official.iter().filter(|(_, recipe)| recipe.daemon).map(|(name, _)| name) {
        let image = lock.image(name)?;
        let reference = daemon_reference(name, &image.digest);
        if context.docker.image_id(&reference).await?.is_none() {
            let by_digest = ImageRef::by_digest(&registry.host, name, image.digest.clone()).to_string();
            context.docker.pull_image(&by_digest).await?;
            if let Some((repository, tag)) = reference.rsplit_once(':') {
                context.docker.tag(&by_digest, repository, tag).await?;
            }
        }
    }
    for name in own.iter().filter(|(_, recipe)| recipe.daemon).map(|(name, _)| name) {
        push::load(&context.docker, builder, name, &context.events()).await?;
    }
    Ok(())
}

/// Records the programs for this machine. Installed ones are used; the others are built.
async fn tools(context: &SupplyContext, infra: &Infra, lock: &mut Lock) -> Result<()> {
    let mut missing = Vec::new();
    for (name, _) in infra.recipes.tool.iter().filter(|(_, tool)| !tool.on_demand) {
        match locate(name) {
            Ok(path) => {
                let version = "as installed".to_owned();
                lock.tools.insert(name.clone(), LockedTool { sha256: hash(&path)?, path, version });
            }
            Err(_) => missing.push(name.clone()),
        }
    }
    if !missing.is_empty() {
        let mut infra = infra.clone();
        infra.recipes.tool.retain(|name, _| missing.contains(name));
        let builder = build_supply::make(context, &infra, &std::collections::BTreeSet::new(), true).await?;
        for (name, tool) in &infra.recipes.tool {
            lock.tools.insert(name.clone(), build_supply::lock_tool(&builder, tool)?);
        }
    }
    Ok(())
}

fn hash(path: &Path) -> Result<String> {
    oci::sha256_file(path).with_context(Kind::Tool, || format!("cannot read `{}`", path.display()))
}

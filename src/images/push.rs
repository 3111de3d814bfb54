//! Pushes packed images to the local registry and loads some of them into this machine's daemon.

use std::{path::Path, sync::Arc};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    Lock, LockedImage,
    build::{Builder, Packed},
};
use crate::{
    base::{
        digest::Digest,
        docker::Docker,
        event::{Events, Step},
        failure::{Context, Failure, Kind, Result},
        oci,
    },
    config::infra::ImageRecipe,
    registry::{Registry, RegistryClient, daemon_reference, media_type::OCI_MANIFEST},
};

/// The number of concurrent pushes; the disk is the limit.
const PUSHES: usize = 3;
/// The tag that always points to the image in the lock.
const LOCKED: &str = "locked";

/// The lock entry of the packed image `name`.
pub(super) fn lock_image(builder: &Builder, name: &str, recipe: &ImageRecipe) -> Result<LockedImage> {
    let packed = packed(builder, name)?;
    let id = format!("image.{name}");
    let provenance = builder.store.provenance(&id, builder.key(&id));
    Ok(LockedImage {
        official: recipe.official.clone(),
        repository: name.to_owned(),
        digest: packed.digest.clone(),
        size: packed.size(),
        provenance: provenance.with_context(Kind::Tool, || format!("cannot read the result of `{id}`"))?,
    })
}

fn packed(builder: &Builder, name: &str) -> Result<Packed> {
    let id = format!("image.{name}");
    Packed::read(&builder.output(&id))
        .with_context(Kind::Tool, || format!("cannot read the result of `{id}`"))
}

/// Loads the image `name` into the daemon, unless it has it. Returns its name in the daemon.
pub(super) async fn load(docker: &Docker, builder: &Builder, name: &str, events: &Events) -> Result<String> {
    let packed = packed(builder, name)?;
    let layers = packed.layers.iter().map(|layer| builder.store.locate(layer)).collect();
    load_packed(docker, builder.dirs.cache(), name, packed, layers, events).await
}

/// Loads an image with the given `layers`. The archive is written to `cache` temporarily.
pub(super) async fn load_packed(
    docker: &Docker,
    cache: &Path,
    name: &str,
    packed: Packed,
    layers: Vec<oci::Layer>,
    events: &Events,
) -> Result<String> {
    let reference = daemon_reference(name, &packed.digest);
    if docker.image_id(&reference).await?.is_some() {
        return Ok(reference);
    }
    let step =
        Step::start(events, format!("supply.load.{name}"), format!("Load image {name} into the daemon"));
    let what = || format!("cannot write the archive of image `{name}`");
    let folder = tempfile::tempdir_in(cache).with_context(Kind::Tool, what)?;
    let archive = folder.path().join("image.tar");
    let (target, tagged) = (archive.clone(), reference.clone());
    let written = tokio::task::spawn_blocking(move || {
        oci::write_archive(&tagged, packed.config.as_bytes(), &layers, &target)
    });
    written
        .await
        .map_err(|error| Failure::new(Kind::Internal, what()).caused_by(&error))?
        .with_context(Kind::Tool, what)?;
    docker.load_image(&archive).await?;
    step.done(reference.clone());
    Ok(reference)
}

/// Pushes every packed image of `lock` that the registry lacks. Returns the number of pushed images.
pub(super) async fn push_all(
    builder: &Arc<Builder>,
    lock: &Lock,
    registry: &Registry,
    events: &Events,
) -> Result<usize> {
    let client = Arc::new(RegistryClient::new(&registry.host)?);
    let names: Vec<&String> =
        lock.images.keys().filter(|name| builder.keys.contains_key(&format!("image.{name}"))).collect();
    let step = Step::start(events, "supply.push", "Push images to the local registry");
    let total = names.len();
    let mut sent = 0;
    let mut done = 0;
    let mut pushes = stream::iter(names.into_iter().map(|name| {
        let (builder, client, image) = (Arc::clone(builder), Arc::clone(&client), lock.images[name].clone());
        async move { push(&builder, &client, name, &image).await.map(|new| (name.clone(), new)) }
    }))
    .buffer_unordered(PUSHES);
    while let Some((name, new)) = pushes.try_next().await? {
        done += 1;
        sent += usize::from(new);
        step.progress(done, Some(total as u64), name);
    }
    match sent {
        0 => step.unchanged(format!("all {total} are up to date")),
        _ => step.done(format!("{sent} pushed, {} were up to date", total - sent)),
    }
    Ok(sent)
}

/// Pushes one image with its tags. Returns whether anything was sent.
async fn push(builder: &Builder, client: &RegistryClient, name: &str, image: &LockedImage) -> Result<bool> {
    let tags = tags(image.official.as_deref());
    let mut current = true;
    for tag in &tags {
        current &= client.digest_of(name, tag).await.as_ref() == Some(&image.digest);
    }
    if current {
        return Ok(false);
    }
    let packed = packed(builder, name)?;
    for layer in &packed.layers {
        let layer = builder.store.locate(layer);
        client.push_file(name, &layer.digest, Path::new(&layer.path)).await?;
    }
    let config = packed.config.as_bytes();
    client.push_bytes(name, &Digest::of(config), config).await?;
    for tag in tags {
        client.push_manifest(name, &tag, OCI_MANIFEST, packed.manifest.as_bytes()).await?;
    }
    Ok(true)
}

/// The tags of an image. The node refers to its own images by their upstream tag; everything else uses digests.
pub(super) fn tags(official: Option<&str>) -> Vec<String> {
    let official = official.and_then(|name| name.rsplit_once(':')).map(|(_, tag)| tag.to_owned());
    std::iter::once(LOCKED.to_owned()).chain(official).collect()
}

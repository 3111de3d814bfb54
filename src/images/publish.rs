//! Brings packed images where they are needed: into the local registry, and some into the daemon of this machine.

use std::{path::Path, sync::Arc};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    Lock, LockedImage,
    build::{Packed, Workshop},
    oci,
};
use crate::registry::{Registry, RegistryClient, daemon_reference};
use crate::{
    base::{
        docker::Docker,
        event::{Events, Step},
        failure::{Context, Failure, Kind, Result},
    },
    config::infra::ImageRecipe,
};

/// How many images are pushed at once; the disk is the limit.
const PUSHES: usize = 3;
/// The tag that always points to what the lock names.
const LOCKED: &str = "locked";
/// The media type of what is pushed.
pub(super) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// The packed image called `name` as the lock names it.
pub(super) fn lock_image(shop: &Workshop, name: &str, recipe: &ImageRecipe) -> Result<LockedImage> {
    let packed = packed(shop, name)?;
    let id = format!("image.{name}");
    let provenance = shop.store.provenance(&id, shop.key(&id));
    Ok(LockedImage {
        official: recipe.official.clone(),
        repository: name.to_owned(),
        digest: packed.digest.clone(),
        size: packed.size(),
        provenance: provenance.with_context(Kind::Tool, || format!("read the result of `{id}`"))?,
    })
}

fn packed(shop: &Workshop, name: &str) -> Result<Packed> {
    let id = format!("image.{name}");
    Packed::read(&shop.output(&id)).with_context(Kind::Tool, || format!("read the result of `{id}`"))
}

/// Loads the image called `name` into the daemon, unless it is there; gives the name it has in it.
pub(super) async fn load(docker: &Docker, shop: &Workshop, name: &str, events: &Events) -> Result<String> {
    let packed = packed(shop, name)?;
    let layers = packed.layers.iter().map(|layer| shop.store.locate(layer)).collect();
    load_packed(docker, shop.dirs.cache(), name, packed, layers, events).await
}

/// The same for an image whose `layers` are anywhere; the archive is written below `cache` on its way.
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
    let what = || format!("write the archive of image `{name}`");
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

/// Pushes every image of `lock` that `shop` has packed and the registry lacks; gives how many had to be sent.
pub(super) async fn push_all(
    shop: &Arc<Workshop>,
    lock: &Lock,
    registry: &Registry,
    events: &Events,
) -> Result<usize> {
    let client = Arc::new(RegistryClient::new(&registry.host)?);
    let names: Vec<&String> =
        lock.images.keys().filter(|name| shop.keys.contains_key(&format!("image.{name}"))).collect();
    let step = Step::start(events, "supply.push", "Push images to the local registry");
    let total = names.len();
    let mut sent = 0;
    let mut done = 0;
    let mut pushes = stream::iter(names.into_iter().map(|name| {
        let (shop, client, image) = (Arc::clone(shop), Arc::clone(&client), lock.images[name].clone());
        async move { push(&shop, &client, name, &image).await.map(|new| (name.clone(), new)) }
    }))
    .buffer_unordered(PUSHES);
    while let Some((name, new)) = pushes.try_next().await? {
        done += 1;
        sent += usize::from(new);
        step.progress(done, Some(total as u64), name);
    }
    match sent {
        0 => step.unchanged(format!("all {total} are there")),
        _ => step.done(format!("{sent} pushed, {} were there", total - sent)),
    }
    Ok(sent)
}

/// Pushes one image under its tags; gives whether any of it had to be sent.
async fn push(shop: &Workshop, client: &RegistryClient, name: &str, image: &LockedImage) -> Result<bool> {
    let tags = tags(image);
    let mut current = true;
    for tag in &tags {
        current &= client.digest_of(name, tag).await.as_deref() == Some(&image.digest);
    }
    if current {
        return Ok(false);
    }
    let packed = packed(shop, name)?;
    for layer in &packed.layers {
        let layer = shop.store.locate(layer);
        client.push_file(name, &layer.digest, Path::new(&layer.path)).await?;
    }
    let config = packed.config.as_bytes();
    client.push_bytes(name, &format!("sha256:{}", oci::sha256_hex(config)), config).await?;
    for tag in tags {
        client.push_manifest(name, &tag, OCI_MANIFEST, packed.manifest.as_bytes()).await?;
    }
    Ok(true)
}

/// The node asks for its own parts by upstream's tag, everything else by digest.
pub(super) fn tags(image: &LockedImage) -> Vec<String> {
    let official =
        image.official.as_deref().and_then(|name| name.rsplit_once(':')).map(|(_, tag)| tag.to_owned());
    std::iter::once(LOCKED.to_owned()).chain(official).collect()
}

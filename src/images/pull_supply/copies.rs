//! Copies the images that the local registry does not have as they are pinned.

use std::{collections::BTreeMap, path::Path};

use super::Run;
use crate::{
    base::{
        event::Step,
        failure::{Context, Kind, Result},
    },
    config::infra::{ImagePin, ImageRecipe},
    images::{
        Lock, LockedImage, Origin,
        pull::{Copier, Reachability},
        push,
    },
    registry::{ReadError, Registry, RegistryClient},
};

/// The fact with the digest of the index that an image comes from.
const LISTED: &str = "listed";

impl Run<'_> {
    /// Copies missing images. Each image is recorded in the lock `file` at once, so that an interrupted run continues
    /// from there. An image that cannot be pulled is left to be built.
    pub(super) async fn copy_all(
        &mut self,
        registry: &Registry,
        images: &BTreeMap<String, ImageRecipe>,
        file: &Path,
        lock: &mut Lock,
    ) -> Result<()> {
        let folder = self.context.folder(Origin::Pull).join("blobs");
        clear(&folder).with_context(Kind::Tool, || format!("cannot create `{}`", folder.display()))?;
        let (target, platform) = (RegistryClient::new(&registry.host)?, self.context.platforms.images);
        let copier = Copier { target, folder, platform };
        let events = self.context.events();
        let step = Step::start(&events, "supply.pull", "Copy official images to the local registry");
        let missing = self.missing(&copier, images, lock).await?;
        let reach =
            Reachability::check(missing.iter().map(|name| &images[name]), &self.infra.versions).await?;
        let (total, present) = (images.len(), images.len() - missing.len());
        let (mut new, mut built) = (0, 0);
        for (done, name) in missing.iter().enumerate() {
            step.progress((present + done) as u64, Some(total as u64), name);
            match self.copy_one(&copier, name, &reach).await? {
                Ok(image) => {
                    lock.images.insert(name.clone(), image);
                    lock.write(file)?;
                    new += 1;
                }
                Err((registry, reason)) => {
                    self.fallbacks.add(name, &registry, &reason, &events);
                    built += 1;
                }
            }
        }
        match (new, built) {
            (0, 0) => step.unchanged(format!("all {total} are up to date")),
            (_, 0) => step.done(format!("{new} copied, {present} were up to date")),
            _ => step.done(format!("{new} copied, {present} were up to date, {built} have to be built")),
        }
        Ok(())
    }

    /// The images that the registry does not have as they are pinned. Kept builds are recorded as fallbacks.
    async fn missing(
        &mut self,
        copier: &Copier,
        images: &BTreeMap<String, ImageRecipe>,
        lock: &Lock,
    ) -> Result<Vec<String>> {
        let mut missing = Vec::new();
        for name in images.keys() {
            let pin = self.pins.image(name)?;
            if self.fallbacks.contains(name) {
                continue;
            }
            match lock.images.get(name) {
                Some(image) if is_pinned(image, pin) && copier.target.has(name, &image.digest).await => {}
                _ if self.keeps(name, lock) => self.fallbacks.keep(name),
                _ => missing.push(name.clone()),
            }
        }
        Ok(missing)
    }

    /// Copies one image. The inner error has the registry and the reason why it has to be built.
    async fn copy_one(
        &self,
        copier: &Copier,
        name: &str,
        reach: &Reachability,
    ) -> Result<Result<LockedImage, (String, String)>> {
        let pin = self.pins.image(name)?;
        let official = pin.official.get_ref();
        let (upstream, registry) = self.upstream(official)?;
        if let Some(problem) = reach.problem(&registry) {
            return Ok(Err((registry, problem.to_owned())));
        }
        let image = match copier.copy(&upstream, pin, name, &push::tags(Some(official))).await {
            Ok(image) => image,
            Err(ReadError::Unavailable(failure)) => return Ok(Err((registry, failure.with_causes()))),
            Err(ReadError::Refused(failure)) => return Err(failure),
        };
        Ok(Ok(LockedImage {
            official: Some(official.clone()),
            repository: name.to_owned(),
            digest: image.digest,
            size: image.size,
            provenance: LockedImage::copied([
                ("from", upstream.to_string()),
                (LISTED, pin.index.to_string()),
            ]),
        }))
    }
}

/// Whether the image is the copy that `pin` identifies.
fn is_pinned(image: &LockedImage, pin: &ImagePin) -> bool {
    image.is_official()
        && image.official.as_ref() == Some(pin.official.get_ref())
        && image.provenance.get(LISTED).is_some_and(|listed| listed == &*pin.index)
}

/// Creates an empty directory. Partial blobs of an interrupted run are removed.
fn clear(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => std::fs::create_dir_all(folder),
    }
}

//! Supply `pull`: copies official images by their pins, and builds those that only this project has or that cannot be
//! pulled.

mod copies;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Lock, Origin, Scope, SupplyContext,
    build::Builder,
    build_supply,
    context::{Mode, lock_file},
    pull::{Fallbacks, Reachability, tools},
    push,
};
use crate::{
    base::{
        event::Step,
        failure::{Failure, Kind, Result},
        oci,
    },
    config::{
        Infra,
        infra::{ImageRecipe, Pins, Pull},
    },
    registry::{ImageRef, Registry, daemon_reference},
};

/// The image of the registry itself.
const REGISTRY_IMAGE: &str = "registry";

/// One run of the supply.
struct Run<'a> {
    context: &'a SupplyContext,
    infra: &'a Infra,
    pins: Pins,
    /// Whether builds of an earlier run stay, although their images might be pulled by now.
    keeps_builds: bool,
    fallbacks: Fallbacks,
}

/// Copies official images, builds the others, and writes the lock.
///
/// With mode `Auto`, images that an earlier run had to build are not pulled.
pub(super) async fn ensure(
    context: &SupplyContext,
    infra: Infra,
    mode: Mode,
    what: &Scope,
) -> Result<(Lock, Registry)> {
    let pins = Pins::load_for(&context.project, &infra)?;
    let (keeps_builds, fallbacks) = (mode == Mode::Auto, Fallbacks::default());
    let mut run = Run { context, infra: &infra, pins, keeps_builds, fallbacks };
    let wanted = what.images(&infra)?;
    let file = lock_file(&context.dirs, Origin::Pull);
    let mut lock = run.initial_lock(Lock::read(&file)?, what);
    let registry = run.start_registry(&lock).await?;
    let official = run.recipes(&wanted, ImageRecipe::is_copied);
    run.copy_all(&registry, &official, &file, &mut lock).await?;
    let builds = run.fallbacks.images(&infra);
    let own = run.recipes(&wanted, |image| image.pull == Pull::Build);
    let own: BTreeSet<String> = own.into_keys().chain(builds.intersection(&wanted).cloned()).collect();
    let builder = build_supply::make(context, &infra, &own, false).await;
    let builder = builder.map_err(|failure| run.fallbacks.explain(failure))?;
    for name in &own {
        lock.images.insert(name.clone(), push::lock_image(&builder, name, &infra.recipes.image[name])?);
    }
    if *what == Scope::All {
        lock.images.retain(|name, _| own.contains(name) || official.contains_key(name));
    }
    push::push_all(&builder, &lock, &registry, &context.events()).await?;
    run.load_for_daemon(&builder, &registry, &lock, &wanted).await?;
    if *what == Scope::All {
        tools(context, &infra, &run.pins, &mut lock).await?;
        lock.manifests = build_supply::manifests(context, &infra, &lock).await?;
    }
    lock.write(&file)?;
    Ok((lock, registry))
}

impl Run<'_> {
    /// The recipes of `wanted` that `choose` selects.
    fn recipes(
        &self,
        wanted: &BTreeSet<String>,
        choose: impl Fn(&ImageRecipe) -> bool,
    ) -> BTreeMap<String, ImageRecipe> {
        let all = self.infra.recipes.image.iter();
        let chosen = all.filter(|(name, image)| choose(image) && wanted.contains(*name));
        chosen.map(|(name, image)| (name.clone(), image.clone())).collect()
    }

    /// The lock to continue with. An image that another platform needs, or that is no longer in the recipes, is
    /// removed.
    fn initial_lock(&self, before: Option<Lock>, what: &Scope) -> Lock {
        let platform = self.context.platforms.images;
        let before = before.filter(|lock| lock.platform == platform);
        let mut lock = before.unwrap_or_else(|| Lock::new(Origin::Pull, platform, self.key()));
        if *what == Scope::All {
            lock.key = self.key();
            lock.images.retain(|name, _| self.infra.recipes.image.contains_key(name));
            let recorded =
                |name: &String| self.infra.recipes.tool.get(name).is_some_and(|tool| !tool.on_demand);
            lock.tools.retain(|name, _| recorded(name));
        }
        lock
    }

    /// The key of the lock. A pulled image changes only with its pin.
    fn key(&self) -> String {
        let pins = self.pins.image.iter().map(|(name, pin)| format!("{name}={}", pin.index));
        let pins = pins.collect::<Vec<_>>().join(" ") + &self.context.platforms.images.key_suffix();
        oci::sha256_hex(pins.as_bytes())
    }

    /// The pinned image in the registry that serves it, and the registry's own name.
    fn upstream(&self, official: &str) -> Result<(ImageRef, String)> {
        let named = ImageRef::parse(official)?;
        let registry = named.host.clone();
        Ok((named.mirrored(&self.infra.versions.mirrors), registry))
    }

    /// Starts the registry from its official image, which the daemon pulls by digest because there is no local registry
    /// yet; from a build if it cannot be pulled.
    async fn start_registry(&mut self, lock: &Lock) -> Result<Registry> {
        let (context, infra) = (self.context, self.infra);
        let recipe = infra.recipes.image.get(REGISTRY_IMAGE).ok_or_else(|| {
            let text = format!("`infra/images.toml` has no image `{REGISTRY_IMAGE}`");
            Failure::new(Kind::Environment, text)
        })?;
        let pin = self.pins.image(REGISTRY_IMAGE)?;
        let (at, registry) = self.upstream(pin.official.get_ref())?;
        let name = ImageRef::by_digest(&at.host, &at.repository, pin.index.clone()).to_string();
        if context.docker.image_id(&name).await?.is_some() {
            return context.start_registry(&name, Origin::Pull).await;
        }
        if self.keeps(REGISTRY_IMAGE, lock) {
            self.fallbacks.keep(REGISTRY_IMAGE);
        } else {
            let reach = Reachability::check([recipe], &infra.versions).await?;
            let problem = match reach.problem(&registry) {
                Some(problem) => problem.to_owned(),
                None => match self.pull_registry(&name).await {
                    Ok(()) => return context.start_registry(&name, Origin::Pull).await,
                    Err(failure) => failure.with_causes(),
                },
            };
            self.fallbacks.add(REGISTRY_IMAGE, &registry, &problem, &context.events());
        }
        let builder = build_supply::make(context, infra, &[REGISTRY_IMAGE.to_owned()].into(), false).await;
        let builder = builder.map_err(|failure| self.fallbacks.explain(failure))?;
        let image = push::load(&context.docker, &builder, REGISTRY_IMAGE, &context.events()).await?;
        // The official image writes as another user, so its volume is not used.
        context.start_registry(&image, Origin::Build).await
    }

    /// Lets the daemon pull the registry's image by digest.
    async fn pull_registry(&self, name: &str) -> Result<()> {
        let step = Step::start(&self.context.events(), "supply.registry", "Pull the registry's image");
        self.context.docker.pull_image(name).await?;
        step.done(name);
        Ok(())
    }

    /// Whether the build that an earlier run made of `name` stays.
    fn keeps(&self, name: &str, lock: &Lock) -> bool {
        let official = self.infra.recipes.image.get(name).and_then(|recipe| recipe.official.as_ref());
        let built = lock.images.get(name).filter(|image| !image.is_official());
        self.keeps_builds && built.is_some_and(|image| image.official.as_ref() == official)
    }

    /// Loads images into the daemon: copied ones from the local registry by digest, built ones from the cache.
    async fn load_for_daemon(
        &self,
        builder: &Arc<Builder>,
        registry: &Registry,
        lock: &Lock,
        wanted: &BTreeSet<String>,
    ) -> Result<()> {
        let docker = &self.context.docker;
        for name in self.recipes(wanted, |image| image.daemon && image.pull != Pull::Skip).keys() {
            let image = lock.image(name)?;
            if !image.is_official() {
                push::load(docker, builder, name, &self.context.events()).await?;
                continue;
            }
            let reference = daemon_reference(name, &image.digest);
            if docker.image_id(&reference).await?.is_none() {
                let by_digest = ImageRef::by_digest(&registry.host, name, image.digest.clone()).to_string();
                docker.pull_image(&by_digest).await?;
                if let Some((repository, tag)) = reference.rsplit_once(':') {
                    docker.tag(&by_digest, repository, tag).await?;
                }
            }
        }
        Ok(())
    }
}

//! Rebuilds the images of our own workloads within seconds, for `dev --watch`.
//!
//! The results are stored separately from those of the supply lock: the next regular run of the supply builds
//! the lock's own images with the release profile.

mod cargo;
mod compile_dir;
mod compiler_errors;
mod page;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use self::compile_dir::CompileDir;
use super::{
    LockedImage, Origin, Provenance, SupplyContext,
    build::{Builder, Packed, pack_image},
    job, push,
    store::Store,
};
use crate::{
    base::{
        digest::Digest,
        failure::{Context, Failure, Kind, Result},
    },
    config::{
        Infra,
        infra::{FileEntry, ImageRecipe},
    },
    registry::{Registry, RegistryClient, media_type::OCI_MANIFEST},
};

/// Builds the workloads of one checkout, reusing the compiled state of earlier builds.
pub struct IncrementalBuilder {
    context: SupplyContext,
    registry: Registry,
    dir: CompileDir,
}

impl IncrementalBuilder {
    /// Opens a builder with exclusive use of its directory. Images are pushed to `registry`.
    pub fn open(context: SupplyContext, registry: Registry) -> Result<Self> {
        let dir = CompileDir::acquire(context.dirs.cache(), context.project.root())?;
        Ok(Self { context, registry, dir })
    }

    /// Compiles the dependencies of the programs of `images`, so that the first edit need not wait for them.
    pub async fn warm(&self, images: &[&str]) -> Result<()> {
        let infra = Infra::load(&self.context.project)?;
        let programs = programs(&recipes(&infra, images)?);
        cargo::build(self, &infra, &programs).await.map(drop)
    }

    /// Builds `images` from the current sources and pushes them. Returns them by name, as in a lock.
    ///
    /// Fails with the first compiler error and its location. Earlier results stay unchanged.
    pub async fn rebuild(&self, images: &[&str]) -> Result<BTreeMap<String, LockedImage>> {
        let infra = Infra::load(&self.context.project)?;
        let recipes = recipes(&infra, images)?;
        let builder = self.builder(&infra, images)?;
        let mut made = BTreeMap::new();
        let programs: BTreeSet<&str> = programs(&recipes);
        if !programs.is_empty() {
            made.extend(cargo::build(self, &infra, &programs).await?);
        }
        for (name, build) in &infra.recipes.npm {
            let id = format!("npm.{name}");
            if recipes.values().any(|recipe| builds(recipe).any(|used| used == id)) {
                made.insert(id, page::build(self, build).await?);
            }
        }
        let mut done = BTreeMap::new();
        for (name, recipe) in recipes {
            done.insert(name.to_owned(), self.make(&builder, name, recipe, &made).await?);
        }
        Ok(done)
    }

    /// Loads `image`, which [`Self::rebuild`] built, into this machine's daemon. Returns its name in the
    /// daemon.
    pub async fn load(&self, name: &str, image: &LockedImage) -> Result<String> {
        let packed = self.packed(name)?;
        if packed.digest != image.digest {
            return Err(Failure::new(Kind::Internal, format!("image `{name}` is not the last build")));
        }
        let layers = packed.layers.iter().map(|layer| self.store().locate(layer)).collect();
        let (docker, events) = (&self.context.docker, self.context.events());
        push::load_packed(docker, self.context.dirs.cache(), name, packed, layers, &events).await
    }

    /// Packs one image: shared layers come from the store, its own layer is written.
    async fn make(
        &self,
        builder: &Builder,
        name: &str,
        recipe: &ImageRecipe,
        made: &BTreeMap<String, PathBuf>,
    ) -> Result<LockedImage> {
        let out = self.image_folder(name);
        let what = || format!("cannot pack image `{name}`");
        std::fs::create_dir_all(&out).with_context(Kind::Tool, what)?;
        let (builder, recipe, made) = (builder.clone(), recipe.on(builder.platforms.images), made.clone());
        let (id, target) = (format!("image.{name}"), out);
        let packing = move || {
            let output = |build: &str| made.get(build).cloned().unwrap_or_else(|| builder.output(build));
            pack_image(&builder, &id, &recipe, &target, &output)
        };
        let packed = tokio::task::spawn_blocking(packing).await;
        let packed = packed.map_err(|error| Failure::new(Kind::Internal, what()).caused_by(&error))?;
        let packed = packed.with_context(Kind::Tool, what)?;
        self.push(name, &packed).await?;
        Ok(LockedImage {
            official: None,
            repository: name.to_owned(),
            size: packed.size(),
            digest: packed.digest,
            provenance: Provenance::from([(
                "supply".to_owned(),
                "this package, during `dev --watch`".to_owned(),
            )]),
        })
    }

    /// Pushes by digest only: a tag in the registry always refers to the image in the lock.
    async fn push(&self, name: &str, packed: &Packed) -> Result<()> {
        let client = RegistryClient::new(&self.registry.host)?;
        if client.has(name, &packed.digest).await {
            return Ok(());
        }
        for layer in packed.layers.iter().map(|layer| self.store().locate(layer)) {
            client.push_file(name, &layer.digest, &layer.path).await?;
        }
        let config = packed.config.as_bytes();
        client.push_bytes(name, &Digest::of(config), config).await?;
        client.push_manifest(name, &packed.digest, OCI_MANIFEST, packed.manifest.as_bytes()).await
    }

    fn packed(&self, name: &str) -> Result<Packed> {
        Packed::read(&self.image_folder(name))
            .with_context(Kind::Tool, || format!("cannot read image `{name}`"))
    }

    fn image_folder(&self, name: &str) -> PathBuf {
        self.path("images").join(name)
    }

    /// The builds of the last supply: everything in the images that an edit of a workload does not change.
    fn builder(&self, infra: &Infra, images: &[&str]) -> Result<Builder> {
        let names = images.iter().map(|name| (*name).to_owned()).collect();
        let platforms = self.context.platforms;
        let jobs = job::jobs(infra, &names, false, platforms)?;
        let store = self.store();
        let refreshes =
            store.refreshes().with_context(Kind::Tool, || "cannot read the refreshed roots".to_owned())?;
        Ok(Builder {
            project: self.context.project.clone(),
            dirs: self.context.dirs.clone(),
            infra: infra.clone(),
            store,
            platforms,
            keys: job::keys(&self.context.project, infra, (&jobs, platforms), &refreshes)?,
        })
    }

    fn store(&self) -> Store {
        Store::new(self.context.folder(Origin::Build).join("jobs"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn root(&self) -> &Path {
        self.context.project.root()
    }
}

fn recipes<'a>(infra: &'a Infra, images: &[&'a str]) -> Result<BTreeMap<&'a str, &'a ImageRecipe>> {
    let recipe = |name: &&'a str| {
        infra.recipes.image.get(*name).map(|recipe| (*name, recipe)).ok_or_else(|| {
            Failure::new(
                Kind::Environment,
                format!("`infra/images.toml` does not contain the image `{name}`"),
            )
        })
    };
    images.iter().map(recipe).collect()
}

fn builds(recipe: &ImageRecipe) -> impl Iterator<Item = &str> {
    recipe.files.iter().filter_map(|file| Some(file.build.as_ref()?.get_ref().as_str()))
}

/// Returns the programs that the images take from Cargo builds of this package.
fn programs<'a>(recipes: &BTreeMap<&str, &'a ImageRecipe>) -> BTreeSet<&'a str> {
    let ours =
        |file: &&FileEntry| file.build.as_ref().is_some_and(|build| build.get_ref().starts_with("cargo."));
    let files = recipes.values().flat_map(|recipe| recipe.files.iter());
    files.filter(ours).map(|file| file.path.as_str()).collect()
}

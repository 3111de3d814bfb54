//! Makes the images of our own workloads anew within seconds, while a person works on them.
//!
//! What is compiled stays beside the builds of the lock and never in it: the next plain run of the supply makes the
//! lock's own images, with the release profile.

mod cargo;
mod diagnose;
mod page;
mod place;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use self::place::Place;
use super::{
    LockedImage, Origin, Provenance, SupplyContext,
    build::{Packed, Workshop, pack_image},
    job, oci, publish,
    store::Store,
};
use crate::registry::{Registry, RegistryClient};
use crate::{
    base::failure::{Context, Failure, Kind, Result},
    config::{
        Infra,
        infra::{FileEntry, ImageRecipe},
    },
};

/// Where the workloads of one checkout are compiled, with everything still warm from the last time.
pub struct Workbench {
    context: SupplyContext,
    registry: Registry,
    place: Place,
}

impl Workbench {
    /// A workbench that nobody else uses; what it makes goes to `registry`.
    pub fn open(context: SupplyContext, registry: Registry) -> Result<Self> {
        let place = Place::take(context.dirs.cache(), context.project.root())?;
        Ok(Self { context, registry, place })
    }

    /// Compiles all that the programs of `images` depend on, so that the first edit need not wait for it.
    pub async fn warm(&self, images: &[&str]) -> Result<()> {
        let infra = Infra::load(&self.context.project)?;
        let programs = programs(&recipes(&infra, images)?);
        cargo::build(self, &infra, &programs).await.map(drop)
    }

    /// Makes `images` anew from the sources as they are, and pushes them; gives them by name, as a lock would.
    ///
    /// Fails with the first place that a compiler names. What was made before stays where it is.
    pub async fn rebuild(&self, images: &[&str]) -> Result<BTreeMap<String, LockedImage>> {
        let infra = Infra::load(&self.context.project)?;
        let recipes = recipes(&infra, images)?;
        let shop = self.shop(&infra, images)?;
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
            done.insert(name.to_owned(), self.make(&shop, name, recipe, &made).await?);
        }
        Ok(done)
    }

    /// Loads `image`, which was made here, into the daemon of this machine; gives the name it has in it.
    pub async fn load(&self, name: &str, image: &LockedImage) -> Result<String> {
        let packed = self.packed(name)?;
        if packed.digest != image.digest {
            return Err(Failure::new(Kind::Internal, format!("image `{name}` is not the one made last")));
        }
        let layers = packed.layers.iter().map(|layer| self.store().locate(layer)).collect();
        let (docker, events) = (&self.context.docker, self.context.events());
        publish::load_packed(docker, self.context.dirs.cache(), name, packed, layers, &events).await
    }

    /// Packs one image: every layer that stays is taken from the store, the one of its own is written anew.
    async fn make(
        &self,
        shop: &Workshop,
        name: &str,
        recipe: &ImageRecipe,
        made: &BTreeMap<String, PathBuf>,
    ) -> Result<LockedImage> {
        let out = self.image_folder(name);
        let what = || format!("pack image `{name}`");
        std::fs::create_dir_all(&out).with_context(Kind::Tool, what)?;
        let (shop, recipe, made) = (shop.clone(), recipe.clone(), made.clone());
        let (id, target) = (format!("image.{name}"), out);
        let packing = move || {
            let output = |build: &str| made.get(build).cloned().unwrap_or_else(|| shop.output(build));
            pack_image(&shop, &id, &recipe, &target, &output)
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
                "this package, while it was edited".to_owned(),
            )]),
        })
    }

    /// By digest only: a tag of the registry always stands for what a lock names.
    async fn push(&self, name: &str, packed: &Packed) -> Result<()> {
        let client = RegistryClient::new(&self.registry.host)?;
        if client.has(name, &packed.digest).await {
            return Ok(());
        }
        for layer in packed.layers.iter().map(|layer| self.store().locate(layer)) {
            client.push_file(name, &layer.digest, &layer.path).await?;
        }
        let config = packed.config.as_bytes();
        client.push_bytes(name, &format!("sha256:{}", oci::sha256_hex(config)), config).await?;
        client.push_manifest(name, &packed.digest, publish::OCI_MANIFEST, packed.manifest.as_bytes()).await
    }

    fn packed(&self, name: &str) -> Result<Packed> {
        Packed::read(&self.image_folder(name)).with_context(Kind::Tool, || format!("read image `{name}`"))
    }

    fn image_folder(&self, name: &str) -> PathBuf {
        self.path("images").join(name)
    }

    /// The builds of the last supply: what the images stand on that no edit of a workload changes.
    fn shop(&self, infra: &Infra, images: &[&str]) -> Result<Workshop> {
        let names = images.iter().map(|name| (*name).to_owned()).collect();
        let jobs = job::jobs(infra, &names, false);
        let store = self.store();
        let ages = store.ages().with_context(Kind::Tool, || "read how old the roots are".to_owned())?;
        Ok(Workshop {
            project: self.context.project.clone(),
            dirs: self.context.dirs.clone(),
            infra: infra.clone(),
            store,
            keys: job::keys(&self.context.project, infra, &jobs, &ages)?,
        })
    }

    fn store(&self) -> Store {
        Store::new(self.context.folder(Origin::Build).join("jobs"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.folder().join(name)
    }

    fn root(&self) -> &Path {
        self.context.project.root()
    }
}

fn recipes<'a>(infra: &'a Infra, images: &[&'a str]) -> Result<BTreeMap<&'a str, &'a ImageRecipe>> {
    let recipe = |name: &&'a str| {
        infra.recipes.image.get(*name).map(|recipe| (*name, recipe)).ok_or_else(|| {
            Failure::new(Kind::Environment, format!("`infra/images.toml` has no image `{name}`"))
        })
    };
    images.iter().map(recipe).collect()
}

fn builds(recipe: &ImageRecipe) -> impl Iterator<Item = &str> {
    recipe.files.iter().filter_map(|file| Some(file.build.as_ref()?.get_ref().as_str()))
}

/// The programs that the images take out of a build of this package.
fn programs<'a>(recipes: &BTreeMap<&str, &'a ImageRecipe>) -> BTreeSet<&'a str> {
    let ours =
        |file: &&FileEntry| file.build.as_ref().is_some_and(|build| build.get_ref().starts_with("cargo."));
    let files = recipes.values().flat_map(|recipe| recipe.files.iter());
    files.filter(ours).map(|file| file.path.as_str()).collect()
}

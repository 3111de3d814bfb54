//! Makes upstream's manifests from the same Go modules that the images are built from, or fetches the released file.

mod fetch;
mod key;
mod make;
mod module;
mod normal;
mod recipe;

use std::{collections::BTreeMap, path::PathBuf};

use sha2::{Digest, Sha256};

use super::{LockedManifest, Origin, Provenance};
use crate::{
    base::{
        atomic_file,
        event::{Events, Step},
        failure::{Context, Kind, Result},
    },
    config::{Project, read_toml},
};

pub use fetch::fetch;
use recipe::{Parts, Recipe, Recipes};

/// Where the recipes lie below the project's root.
const FOLDER: &str = "infra/manifests";

/// One part of `infra/versions.toml`, as far as manifests need it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Part {
    /// Its Go module, for example `github.com/envoyproxy/gateway`.
    pub module: String,
    /// Its version, without a `v` in front.
    pub version: String,
}

/// What manifests are made with.
#[derive(Debug, Clone)]
pub struct Workshop<'a> {
    /// The project, for the recipes.
    pub project: &'a Project,
    /// The folder that gets the manifests; what lies there already is not made again.
    pub folder: PathBuf,
    /// The parts with a Go module, by name. `kubernetes` says for which version charts are rendered.
    pub parts: &'a BTreeMap<String, Part>,
    /// The Go command.
    pub go: PathBuf,
    /// Helm.
    pub helm: PathBuf,
    /// kubectl.
    pub kubectl: PathBuf,
    /// `Pull` takes the published file where a recipe knows one; all else is made.
    pub origin: Origin,
}

/// Makes every manifest of `infra/manifests/recipes.toml` that is not there yet.
///
/// The same recipes, versions and modules give the same bytes. Fails with kind `Environment` on a recipe that is wrong
/// and with kind `Tool` where a module, a file or a program does not answer as it must.
pub async fn make_all(shop: &Workshop<'_>, events: &Events) -> Result<BTreeMap<String, LockedManifest>> {
    let recipes: Recipes = read_toml(shop.project, &format!("{FOLDER}/recipes.toml"))?;
    let step = Step::start(events, "supply.manifests", "Make upstream's manifests");
    let total = recipes.manifest.len();
    let mut made = 0;
    let mut locked = BTreeMap::new();
    for (done, recipe) in recipes.manifest.iter().enumerate() {
        step.progress(done as u64, Some(total as u64), recipe.name());
        let (manifest, new) = one(shop, recipe).await?;
        made += usize::from(new);
        locked.insert(recipe.name().to_owned(), manifest);
    }
    match made {
        0 => step.unchanged(format!("all {total} are there")),
        _ => step.done(format!("{made} made, {} were there", total - made)),
    }
    Ok(locked)
}

/// One manifest, and whether it had to be made.
async fn one(shop: &Workshop<'_>, recipe: &Recipe) -> Result<(LockedManifest, bool)> {
    let parts = recipe.parts(shop.parts)?;
    let key = key::of(shop, recipe, &parts)?;
    let file = format!("{}-{}.yaml", recipe.name(), &key[..16]);
    let path = shop.folder.join(&file);
    let (text, new) = match std::fs::read(&path) {
        Ok(text) => (text, false),
        Err(_) => (make_one(shop, recipe, &parts).await?.into_bytes(), true),
    };
    if new {
        write(&path, &text)?;
    }
    let manifest = LockedManifest {
        file,
        sha256: hex::encode(Sha256::digest(&text)),
        provenance: origin(shop, recipe, &parts),
    };
    Ok((manifest, new))
}

/// Where a manifest comes from.
fn origin(shop: &Workshop<'_>, recipe: &Recipe, parts: &Parts<'_>) -> Provenance {
    if let Some(published) = recipe.published(shop.origin, parts) {
        return Provenance::from([("url".to_owned(), published.url)]);
    }
    let mut provenance: Provenance = parts
        .iter()
        .map(|(name, part)| ((*name).to_owned(), format!("{}@v{}", part.module, part.version)))
        .collect();
    provenance.insert("made-by".to_owned(), recipe.method().to_owned());
    provenance
}

async fn make_one(shop: &Workshop<'_>, recipe: &Recipe, parts: &Parts<'_>) -> Result<String> {
    let raw = match recipe.published(shop.origin, parts) {
        Some(published) => String::from_utf8(fetch(&published.url, &published.sha256).await?)
            .with_context(Kind::Tool, || format!("read `{}`", published.url))?,
        None => make::raw(shop, recipe, parts).await?,
    };
    normal::normalise(recipe.name(), &raw, recipe.strips_descriptions())
}

/// Writes `text` so that the file is there whole or not at all.
fn write(path: &std::path::Path, text: &[u8]) -> Result<()> {
    atomic_file::write_private(path, text).with_context(Kind::Tool, || format!("write `{}`", path.display()))
}

#[cfg(test)]
mod tests;

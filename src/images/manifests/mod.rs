//! Renders the upstream manifests from the Go modules of the images, or fetches the published file.

mod fetch;
mod go_module;
mod key;
mod normalize;
mod recipe;
mod render;

use std::{collections::BTreeMap, path::PathBuf};

use sha2::{Digest, Sha256};

use super::{LockedManifest, Origin, Provenance};
use crate::{
    base::{
        event::{Events, Step},
        failure::{Context, Kind, Result},
    },
    config::{Project, read_toml},
};

pub use fetch::fetch;
use recipe::{Modules, Recipe, Recipes};

/// The directory of the recipes, relative to the project's root.
const FOLDER: &str = "infra/manifests";

/// The Go module of one entry of `infra/versions.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GoModule {
    /// The module path, for example `github.com/envoyproxy/gateway`.
    pub path: String,
    /// The version, without a leading `v`.
    pub version: String,
}

/// The inputs for rendering manifests.
#[derive(Debug, Clone)]
pub struct ManifestBuilder<'a> {
    /// The project with the recipes.
    pub project: &'a Project,
    /// The directory of the manifests. Existing ones are not rendered again.
    pub folder: PathBuf,
    /// The Go modules, by the name of their entry. `kubernetes` determines the version for which charts are
    /// rendered.
    pub modules: &'a BTreeMap<String, GoModule>,
    /// The Go command.
    pub go: PathBuf,
    /// Helm.
    pub helm: PathBuf,
    /// kubectl.
    pub kubectl: PathBuf,
    /// `Pull` uses the published file if a recipe has one; everything else is rendered.
    pub origin: Origin,
}

/// Renders the missing manifests of `infra/manifests/recipes.toml`.
///
/// The same recipes, versions and modules produce the same content. Fails with kind `Environment` on an invalid
/// recipe and with kind `Tool` if a module, a file or a program fails.
pub async fn render_all(
    builder: &ManifestBuilder<'_>,
    events: &Events,
) -> Result<BTreeMap<String, LockedManifest>> {
    let recipes: Recipes = read_toml(builder.project, &format!("{FOLDER}/recipes.toml"))?;
    let step = Step::start(events, "supply.manifests", "Render the upstream manifests");
    let total = recipes.manifest.len();
    let mut rendered = 0;
    let mut locked = BTreeMap::new();
    for (done, recipe) in recipes.manifest.iter().enumerate() {
        step.progress(done as u64, Some(total as u64), recipe.name());
        let (manifest, new) = one(builder, recipe).await?;
        rendered += usize::from(new);
        locked.insert(recipe.name().to_owned(), manifest);
    }
    match rendered {
        0 => step.unchanged(format!("all {total} are up to date")),
        _ => step.done(format!("{rendered} rendered, {} were up to date", total - rendered)),
    }
    Ok(locked)
}

/// Returns one manifest, and whether this run rendered it.
async fn one(builder: &ManifestBuilder<'_>, recipe: &Recipe) -> Result<(LockedManifest, bool)> {
    let modules = recipe.modules(builder.modules)?;
    let key = key::of(builder, recipe, &modules)?;
    let file = format!("{}-{}.yaml", recipe.name(), &key[..16]);
    let path = builder.folder.join(&file);
    let (text, new) = match std::fs::read(&path) {
        Ok(text) => (text, false),
        Err(_) => (render_one(builder, recipe, &modules).await?.into_bytes(), true),
    };
    if new {
        write(&path, &text)?;
    }
    let manifest = LockedManifest {
        file,
        sha256: hex::encode(Sha256::digest(&text)),
        provenance: origin(builder, recipe, &modules),
    };
    Ok((manifest, new))
}

/// The provenance of a manifest.
fn origin(builder: &ManifestBuilder<'_>, recipe: &Recipe, modules: &Modules<'_>) -> Provenance {
    if let Some(published) = recipe.published(builder.origin, modules) {
        return Provenance::from([("url".to_owned(), published.url)]);
    }
    let mut provenance: Provenance = modules
        .iter()
        .map(|(name, module)| ((*name).to_owned(), format!("{}@v{}", module.path, module.version)))
        .collect();
    provenance.insert("made-by".to_owned(), recipe.method().to_owned());
    provenance
}

async fn render_one(builder: &ManifestBuilder<'_>, recipe: &Recipe, modules: &Modules<'_>) -> Result<String> {
    let raw = match recipe.published(builder.origin, modules) {
        Some(published) => String::from_utf8(fetch(&published.url, &published.sha256).await?)
            .with_context(Kind::Tool, || format!("cannot read `{}`", published.url))?,
        None => render::render(builder, recipe, modules).await?,
    };
    normalize::normalize(recipe.name(), &raw, recipe.strips_descriptions())
}

/// Writes `text` atomically.
fn write(path: &std::path::Path, text: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        std::io::Write::write_all(&mut file, text)?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(Kind::Tool, || format!("cannot write `{}`", path.display()))
}

#[cfg(test)]
mod tests;

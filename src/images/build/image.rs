//! Packs an image from the results of other jobs: a shared base layer, and one layer with everything else.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Builder, blocking, facts, root};
use crate::{
    base::{
        digest::Digest,
        docker::labels,
        failure::{Context, Kind, Result},
        oci::{self, Layer, Node, Process, Source, Tree},
    },
    config::infra::{FileEntry, ImageRecipe},
    images::{Provenance, store::Store},
};

const DESCRIPTION: &str = "image.json";
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A packed image in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packed {
    /// The digest of the manifest.
    pub digest: Digest,
    /// The configuration: exactly the bytes that its digest covers.
    pub config: String,
    /// The manifest: exactly the bytes that its digest covers.
    pub manifest: String,
    /// The layers, lowest first.
    pub layers: Vec<Layer>,
}

impl Packed {
    /// Reads the result of an image job in `folder`.
    pub fn read(folder: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&fs::read(folder.join(DESCRIPTION))?)?)
    }

    fn write(&self, folder: &Path) -> io::Result<()> {
        fs::write(folder.join(DESCRIPTION), serde_json::to_vec_pretty(self)?)
    }

    /// The size of the compressed layers in bytes.
    pub fn size(&self) -> u64 {
        self.layers.iter().map(|layer| layer.size).sum()
    }
}

/// Writes the image's own layer and its description to `out`.
pub(super) async fn run(builder: &Builder, id: &str, recipe: &ImageRecipe, out: &Path) -> Result<Provenance> {
    let (builder, id, recipe, out) = (builder.clone(), id.to_owned(), recipe.clone(), out.to_owned());
    let what = format!("cannot pack `{id}`");
    let provenance = provenance(&builder, &recipe)?;
    blocking(&what, move || {
        let packed = pack(&builder, &id, &recipe, &out, &|build| builder.output(build))?;
        // The cache can be moved, so paths are relative to the store.
        let relative = |layer: &Layer| {
            let own = layer.path.starts_with(&out);
            if own { Store::relative(layer, &id, builder.key(&id)) } else { layer.clone() }
        };
        let layers = packed.layers.iter().map(relative).collect();
        Packed { layers, ..packed }.write(&out)
    })
    .await?;
    Ok(provenance)
}

/// Collects the provenance of the builds that the image consists of.
fn provenance(builder: &Builder, recipe: &ImageRecipe) -> Result<Provenance> {
    let mut all = facts([]);
    let builds = recipe.files.iter().filter_map(|file| file.build.as_ref()).chain(&recipe.base);
    for build in builds.map(toml::Spanned::get_ref) {
        let noted = builder.store.provenance(build, builder.key(build));
        for (fact, value) in
            noted.with_context(Kind::Tool, || format!("cannot read the result of `{build}`"))?
        {
            all.insert(format!("{build}.{fact}"), value);
        }
    }
    Ok(all)
}

/// Packs an image: writes its own layer and its description to `out`. `output` returns the directory of a
/// build's result.
pub fn pack(
    builder: &Builder,
    id: &str,
    recipe: &ImageRecipe,
    out: &Path,
    output: &dyn Fn(&str) -> PathBuf,
) -> io::Result<Packed> {
    let mut layers = Vec::new();
    if let Some(base) = &recipe.base {
        let description = fs::read(builder.output(base.get_ref()).join(root::LAYER))?;
        layers.push(serde_json::from_slice(&description)?);
    }
    let tree = tree(builder, recipe, output)?;
    if !tree.is_empty() {
        layers.push(oci::pack(&tree, &out.join("layer.tar.zst"))?);
    }
    let (config, manifest) = oci::assemble(&process(id, recipe), builder.platforms.images, &layers)?;
    let packed = Packed {
        digest: Digest::of(&manifest),
        config: String::from_utf8_lossy(&config).into_owned(),
        manifest: String::from_utf8_lossy(&manifest).into_owned(),
        layers,
    };
    packed.write(out)?;
    Ok(packed)
}

fn process(id: &str, recipe: &ImageRecipe) -> Process {
    let mut env = recipe.env.clone();
    env.entry("PATH".to_owned()).or_insert_with(|| PATH.to_owned());
    let title = id.strip_prefix("image.").unwrap_or(id);
    Process {
        user: recipe.user.clone(),
        env: env.into_iter().map(|(name, value)| format!("{name}={value}")).collect(),
        entrypoint: recipe.entrypoint.clone(),
        cmd: recipe.command.clone(),
        working_dir: Some(recipe.working_folder.clone().unwrap_or_else(|| "/".to_owned())),
        labels: [(labels::OWNER, labels::SEASENSE), ("org.opencontainers.image.title", title)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        stop_signal: recipe.stop_signal.clone(),
    }
}

fn tree(builder: &Builder, recipe: &ImageRecipe, output: &dyn Fn(&str) -> PathBuf) -> io::Result<Tree> {
    let mut tree = Tree::new();
    for folder in &recipe.folders {
        let mode = octal(folder.mode.as_deref()).unwrap_or(0o755);
        tree.insert(&folder.at, Node::Folder { mode, owner: owner(folder.owner.as_deref()) });
    }
    for file in &recipe.files {
        let source = source(builder, file, output);
        if file.edits.is_empty() {
            tree.copy(&source, &file.to, octal(file.mode.as_deref()), owner(file.owner.as_deref()))?;
        } else {
            let mode = octal(file.mode.as_deref()).unwrap_or(0o644);
            let source = Source::Bytes(edited(&source, file)?);
            tree.insert(&file.to, Node::File { source, mode, owner: owner(file.owner.as_deref()) });
        }
    }
    for text in &recipe.texts {
        let mode = octal(text.mode.as_deref()).unwrap_or(0o644);
        let source = Source::Bytes(text.text.clone().into_bytes());
        tree.insert(&text.to, Node::File { source, mode, owner: (0, 0) });
    }
    for link in &recipe.links {
        tree.insert(&link.at, Node::Link { target: link.to.clone() });
    }
    Ok(tree)
}

fn source(builder: &Builder, file: &FileEntry, output: &dyn Fn(&str) -> PathBuf) -> PathBuf {
    match &file.build {
        Some(build) => output(build.get_ref()).join(&file.path),
        None => builder.project.root().join(&file.path),
    }
}

/// Returns the file with its texts replaced. A text that does not occur exactly once means that upstream
/// changed the file.
fn edited(path: &Path, file: &FileEntry) -> io::Result<Vec<u8>> {
    let mut text = fs::read_to_string(path)?;
    for edit in &file.edits {
        let found = text.matches(&edit.from).count();
        if found != 1 {
            let message = format!("`{}` contains `{}` {found} times instead of once", file.path, edit.from);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        text = text.replace(&edit.from, &edit.to);
    }
    Ok(text.into_bytes())
}

/// Modes and owners were validated when the recipes were read.
fn octal(mode: Option<&str>) -> Option<u32> {
    u32::from_str_radix(mode?, 8).ok()
}

fn owner(owner: Option<&str>) -> (u32, u32) {
    let parse = |text: &str| text.parse().unwrap_or_default();
    owner.and_then(|owner| owner.split_once(':')).map_or((0, 0), |(user, group)| (parse(user), parse(group)))
}

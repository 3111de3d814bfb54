//! The key of a manifest: a hash of everything that determines its content.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::{
    FOLDER, ManifestBuilder,
    recipe::{Modules, Recipe, module},
};
use crate::base::failure::{Context, Kind, Result};

/// Incremented when a change of this program changes the output for the same inputs.
const FORMAT: &str = "1";

/// The key of `recipe`, 64 hex digits.
pub(super) fn of(builder: &ManifestBuilder<'_>, recipe: &Recipe, modules: &Modules<'_>) -> Result<String> {
    let mut hash = Sha256::new();
    let mut add = |text: &[u8]| {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    };
    add(FORMAT.as_bytes());
    add(builder.origin.name().as_bytes());
    add(format!("{recipe:?}").as_bytes());
    for (name, module) in modules {
        add(format!("{name} {}@{}", module.path, module.version).as_bytes());
    }
    for file in own_files(builder.project.root(), recipe)? {
        let content = std::fs::read(builder.project.root().join(FOLDER).join(&file))
            .with_context(Kind::Environment, || format!("cannot read `{FOLDER}/{file}`"))?;
        add(file.as_bytes());
        add(&content);
    }
    // Helm renders for a Kubernetes version, and the versions of Helm and kubectl may change the output.
    for tool in ["kubernetes", "helm"] {
        if let Ok(module) = module(builder.modules, tool) {
            add(format!("{tool} {}", module.version).as_bytes());
        }
    }
    Ok(hex::encode(hash.finalize()))
}

/// The project's files that `recipe` uses, relative to the directory of the recipes, in a fixed order.
fn own_files(root: &Path, recipe: &Recipe) -> Result<Vec<String>> {
    match recipe {
        Recipe::Helm(chart) => Ok(chart
            .values
            .iter()
            .filter(|values| !values.starts_with(super::render::MODULE))
            .cloned()
            .collect()),
        Recipe::Kustomize(overlay) => {
            let folder = root.join(FOLDER).join(&overlay.folder);
            let read = || -> std::io::Result<Vec<String>> {
                let entries = std::fs::read_dir(&folder)?;
                let mut files: Vec<String> = entries
                    .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
                    .collect::<Result<_, _>>()?;
                files.sort();
                Ok(files.into_iter().map(|file| format!("{}/{file}", overlay.folder)).collect())
            };
            read().with_context(Kind::Environment, || format!("cannot read `{FOLDER}/{}`", overlay.folder))
        }
        Recipe::File(_) => Ok(Vec::new()),
    }
}

//! The key of a manifest: a hash of everything that decides its bytes.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::{
    FOLDER, Workshop,
    recipe::{Parts, Recipe, part},
};
use crate::base::failure::{Context, Kind, Result};

/// Changes whenever the same inputs give other bytes because this program works differently.
const FORMAT: &str = "1";

/// The key of `recipe`, 64 hex digits.
pub(super) fn of(shop: &Workshop<'_>, recipe: &Recipe, parts: &Parts<'_>) -> Result<String> {
    let mut hash = Sha256::new();
    let mut add = |text: &[u8]| {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    };
    add(FORMAT.as_bytes());
    add(shop.origin.name().as_bytes());
    add(format!("{recipe:?}").as_bytes());
    for (name, part) in parts {
        add(format!("{name} {}@{}", part.module, part.version).as_bytes());
    }
    for file in own_files(shop.project.root(), recipe)? {
        let content = std::fs::read(shop.project.root().join(FOLDER).join(&file))
            .with_context(Kind::Environment, || format!("read `{FOLDER}/{file}`"))?;
        add(file.as_bytes());
        add(&content);
    }
    // Helm asks which Kubernetes it renders for, and its own version may change what it writes; so may kubectl's.
    for tool in ["kubernetes", "helm"] {
        if let Ok(part) = part(shop.parts, tool) {
            add(format!("{tool} {}", part.version).as_bytes());
        }
    }
    Ok(hex::encode(hash.finalize()))
}

/// The project's files that `recipe` uses, relative to the recipes' folder, in a fixed order.
fn own_files(root: &Path, recipe: &Recipe) -> Result<Vec<String>> {
    match recipe {
        Recipe::Helm(chart) => Ok(chart
            .values
            .iter()
            .filter(|values| !values.starts_with(super::make::MODULE))
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
            read().with_context(Kind::Environment, || format!("read `{FOLDER}/{}`", overlay.folder))
        }
        Recipe::File(_) => Ok(Vec::new()),
    }
}

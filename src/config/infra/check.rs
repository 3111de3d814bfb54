//! Validates the rules that a parser cannot check: names must exist, owners must be numeric, modes must be
//! octal.

use std::collections::BTreeSet;

use toml::Spanned;

use super::{ImageRecipe, Recipes, Versions};
use crate::{
    base::failure::{Failure, Result},
    config::{nearest, settings_file::SettingsFile},
};

/// Rejects references to missing items.
pub(super) fn check(recipes: &Recipes, versions: &Versions, document: &SettingsFile) -> Result<()> {
    let builds: BTreeSet<String> = recipes.build_names().into_iter().collect();
    for wheel in recipes.wheel.values() {
        known("part", &wheel.part, versions.parts.keys(), document)?;
    }
    for program in recipes.c.values() {
        known("build", &program.build, builds.iter().filter(|name| !name.starts_with("c.")), document)?;
    }
    for tool in recipes.tool.values() {
        known("build", &tool.build, builds.iter(), document)?;
    }
    for (name, image) in &recipes.image {
        for build in image.files.iter().filter_map(|file| file.build.as_ref()) {
            known("build", build, builds.iter(), document)?;
        }
        if let Some(base) = &image.base {
            known("build", base, builds.iter().filter(|name| name.starts_with("root.")), document)?;
        }
        check_image(name, image, document)?;
    }
    Ok(())
}

fn check_image(name: &str, image: &ImageRecipe, document: &SettingsFile) -> Result<()> {
    let refuse = |message: String| {
        let table = document.text().find(&format!("[image.{name}]")).unwrap_or_default();
        Err(document.invalid_at(table, message))
    };
    if image.is_copied() && image.official.is_none() {
        return refuse(format!(
            "image `{name}` has no official name, so it needs `pull = \"build\"` or `\"skip\"`"
        ));
    }
    let numeric = |owner: &str| owner.split(':').all(|id| id.parse::<u32>().is_ok());
    if !image.user.is_empty() && !numeric(&image.user) {
        return refuse(format!("the user of image `{name}` must be numeric, not `{}`", image.user));
    }
    let owners =
        image.files.iter().map(|file| &file.owner).chain(image.folders.iter().map(|folder| &folder.owner));
    for owner in owners.flatten() {
        if !numeric(owner) || !owner.contains(':') {
            return refuse(format!("an owner in image `{name}` must be `uid:gid`, not `{owner}`"));
        }
    }
    let modes =
        image.files.iter().map(|file| &file.mode).chain(image.folders.iter().map(|folder| &folder.mode));
    for mode in modes.chain(image.texts.iter().map(|text| &text.mode)).flatten() {
        if u32::from_str_radix(mode, 8).is_err() {
            return refuse(format!("a mode in image `{name}` must be octal, not `{mode}`"));
        }
    }
    Ok(())
}

fn known<'a>(
    what: &str,
    name: &Spanned<String>,
    names: impl Iterator<Item = &'a String> + Clone,
    document: &SettingsFile,
) -> Result<(), Failure> {
    if names.clone().any(|known| known == name.get_ref()) {
        return Ok(());
    }
    let failure = document.invalid(name, format!("there is no {what} `{}`", name.get_ref()));
    Err(match nearest(name.get_ref(), names.map(String::as_str)) {
        Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
        None => failure,
    })
}

//! The parts of the platform: reads and validates `infra/versions.toml` and `infra/images.toml`.

mod builds;
mod check;
mod expand;
mod go_modules;
mod image;
mod pins;
mod versions;

use std::{collections::BTreeMap, path::PathBuf};

pub use builds::{CargoBuild, CompilerBuild, Export, GoBuild, NpmBuild, RootBuild, Tool, WheelBuild};
pub use image::{Edit, FileEntry, FolderEntry, ImageRecipe, LinkEntry, Pull, TextEntry};
pub use pins::{ImagePin, PINS, Pins, ProgramPin};
use serde::Deserialize;
pub use versions::{Part, Versions};

use super::{Project, settings_file::SettingsFile};
use crate::base::failure::Result;

/// Every external part, its build, and the images.
#[derive(Debug, Clone, PartialEq)]
pub struct Infra {
    /// The parts and their versions.
    pub versions: Versions,
    /// The builds and the images.
    pub recipes: Recipes,
}

/// `infra/images.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Recipes {
    /// Builds of Go modules, by name.
    #[serde(default)]
    pub go: BTreeMap<String, GoBuild>,
    /// Root file systems of Debian packages, by name.
    #[serde(default)]
    pub root: BTreeMap<String, RootBuild>,
    /// Programs from wheels of `PyPI`, by name.
    #[serde(default)]
    pub wheel: BTreeMap<String, WheelBuild>,
    /// Programs of one C file, by name.
    #[serde(default)]
    pub c: BTreeMap<String, CompilerBuild>,
    /// Programs of this package, by name.
    #[serde(default)]
    pub cargo: BTreeMap<String, CargoBuild>,
    /// Pages built by npm, by name.
    #[serde(default)]
    pub npm: BTreeMap<String, NpmBuild>,
    /// Programs that run on this machine, by name.
    #[serde(default)]
    pub tool: BTreeMap<String, Tool>,
    /// The images, by name.
    #[serde(default)]
    pub image: BTreeMap<String, ImageRecipe>,
}

impl Infra {
    /// Reads and validates both files of the project.
    ///
    /// Fails with kind `Environment` and the line and column of the invalid value.
    pub fn load(project: &Project) -> Result<Self> {
        let versions: Versions =
            SettingsFile::open(project, PathBuf::from("infra/versions.toml"))?.parse()?;
        let document = SettingsFile::open(project, PathBuf::from("infra/images.toml"))?;
        let document = expand::expand(document, &versions)?;
        let recipes: Recipes = document.parse()?;
        check::check(&recipes, &versions, &document)?;
        let infra = Self { versions, recipes };
        infra.check_go_modules(project)?;
        Ok(infra)
    }
}

impl Recipes {
    /// The names of all builds, as `kind.name`.
    pub fn build_names(&self) -> Vec<String> {
        let named = |kind: &str, names: Vec<&String>| -> Vec<String> {
            names.into_iter().map(|name| format!("{kind}.{name}")).collect()
        };
        [
            named("go", self.go.keys().collect()),
            named("root", self.root.keys().collect()),
            named("wheel", self.wheel.keys().collect()),
            named("c", self.c.keys().collect()),
            named("cargo", self.cargo.keys().collect()),
            named("npm", self.npm.keys().collect()),
        ]
        .concat()
    }
}

#[cfg(test)]
mod tests;

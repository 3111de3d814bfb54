//! The digests of official images and of released programs: reads and validates `infra/pins.toml`.

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::Infra;
use crate::{
    base::{
        digest::Digest,
        failure::{Failure, Kind, Result},
        platform::{Architecture, Platform},
    },
    config::{Project, nearest, settings_file::SettingsFile},
};

/// The file, relative to the project's root.
pub const PINS: &str = "infra/pins.toml";
const IMAGES: &str = "infra/images.toml";
const HINT: &str = "run `seasense images pin`, which writes the pins from the registries";

/// `infra/pins.toml`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pins {
    /// The official images, by their names in `infra/images.toml`.
    #[serde(default)]
    pub image: BTreeMap<String, ImagePin>,
    /// The released programs, by their names in `infra/images.toml`.
    #[serde(default)]
    pub program: BTreeMap<String, ProgramPin>,
}

/// The digests of one official image.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImagePin {
    /// The official name with the tag that had these digests.
    pub official: Spanned<String>,
    /// The digest of the index.
    pub index: Digest,
    /// The digests of manifests in the index. One that is not listed is taken from the index.
    #[serde(default)]
    pub manifests: BTreeMap<Architecture, Digest>,
}

/// The released files of one program.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramPin {
    /// Its version, with the leading `v`.
    pub version: Spanned<String>,
    /// The address of the file, with `{version}`, `{os}` and `{arch}`.
    pub url: String,
    /// The program in the file, if the file is a gzipped archive.
    pub member: Option<String>,
    /// The digest of the file for each platform.
    pub digests: BTreeMap<Platform, Digest>,
}

impl ProgramPin {
    /// The address of the file for `platform`.
    pub fn url_for(&self, platform: Platform) -> String {
        platform.fill(&self.url).replace("{version}", self.version.get_ref())
    }
}

impl Pins {
    /// Reads the file. Versions are not compared with the recipes.
    ///
    /// Fails with kind `Environment` and the location of the invalid value.
    pub fn load(project: &Project) -> Result<Self> {
        open(project)?.parse()
    }

    /// Reads the file and requires that it pins exactly the versions of `infra`.
    pub fn load_for(project: &Project, infra: &Infra) -> Result<Self> {
        let document = open(project)?;
        let pins: Self = document.parse()?;
        pins.require_known(infra, &document)?;
        pins.require_versions(infra, &document)?;
        let mut official = infra.recipes.image.iter().filter(|(_, image)| image.is_copied());
        if let Some((name, _)) = official.find(|(name, _)| !pins.image.contains_key(*name)) {
            let recipes = SettingsFile::open(project, PathBuf::from(IMAGES))?;
            let message = format!("the official image `{name}` has no pin in `{PINS}`");
            return Err(recipes.invalid_at(table(&recipes, "image", name), message).hint(HINT));
        }
        Ok(pins)
    }

    /// Returns the pin of the image `name`.
    pub fn image(&self, name: &str) -> Result<&ImagePin> {
        self.image.get(name).ok_or_else(|| {
            Failure::new(Kind::Environment, format!("the official image `{name}` has no pin in `{PINS}`"))
                .hint(HINT)
        })
    }

    /// Refuses pins of images that no run copies, and of programs that no run needs.
    fn require_known(&self, infra: &Infra, document: &SettingsFile) -> Result<()> {
        let images: Vec<&str> = infra
            .recipes
            .image
            .iter()
            .filter(|(_, image)| image.is_copied())
            .map(|(name, _)| &**name)
            .collect();
        let programs: Vec<&str> = infra.recipes.tool.keys().map(String::as_str).collect();
        let pinned = self.image.keys().map(|name| ("image", name, &images));
        for (kind, name, known) in pinned.chain(self.program.keys().map(|name| ("program", name, &programs)))
        {
            if known.contains(&name.as_str()) {
                continue;
            }
            let message = format!("`{IMAGES}` has no {kind} `{name}` that is pulled");
            let failure = document.invalid_at(table(document, kind, name), message);
            return Err(match nearest(name, known.iter().copied()) {
                Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
                None => failure.hint(HINT),
            });
        }
        Ok(())
    }

    /// Refuses pins of other versions than the recipes'.
    fn require_versions(&self, infra: &Infra, document: &SettingsFile) -> Result<()> {
        let other = |at: &Spanned<String>, wanted: &str| {
            let message = format!("the pin is for `{}`, and `{IMAGES}` asks for `{wanted}`", at.get_ref());
            document.invalid(at, message).hint(HINT)
        };
        for (name, pin) in &self.image {
            let wanted = infra.recipes.image[name].official.as_deref().unwrap_or_default();
            if pin.official.get_ref() != wanted {
                return Err(other(&pin.official, wanted));
            }
        }
        for (name, pin) in &self.program {
            let wanted = &infra.recipes.tool[name].version;
            if pin.version.get_ref() != wanted {
                return Err(other(&pin.version, wanted));
            }
        }
        Ok(())
    }

    /// The text of the file, in a stable order and without comments.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (name, pin) in &self.image {
            let ImagePin { official, index, manifests } = pin;
            let official = official.get_ref();
            let _ = writeln!(text, "[image.{name}]\nofficial = \"{official}\"\nindex = \"{index}\"\n");
            if !manifests.is_empty() {
                let _ = writeln!(text, "[image.{name}.manifests]");
                for (of, digest) in manifests {
                    let _ = writeln!(text, "{of} = \"{digest}\"");
                }
                text.push('\n');
            }
        }
        for (name, pin) in &self.program {
            let version = pin.version.get_ref();
            let _ = writeln!(text, "[program.{name}]\nversion = \"{version}\"\nurl = \"{}\"", pin.url);
            if let Some(member) = &pin.member {
                let _ = writeln!(text, "member = \"{member}\"");
            }
            let _ = writeln!(text, "\n[program.{name}.digests]");
            for (of, digest) in &pin.digests {
                let _ = writeln!(text, "\"{of}\" = \"{digest}\"");
            }
            text.push('\n');
        }
        text.trim_end().to_owned() + "\n"
    }
}

fn open(project: &Project) -> Result<SettingsFile> {
    SettingsFile::open(project, PathBuf::from(PINS))
}

/// The offset of the table `[KIND.NAME]`.
fn table(document: &SettingsFile, kind: &str, name: &str) -> usize {
    document.text().find(&format!("[{kind}.{name}]")).unwrap_or_default()
}

#[cfg(test)]
#[path = "pins_tests.rs"]
mod tests;

//! The recipe of an image: its content and how it runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::builds::plain;
use crate::base::platform::Platform;

/// One image. Fields that are not serialised do not change its content, so its key does not depend on them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImageRecipe {
    /// The upstream name with its tag; absent for images of this project.
    #[serde(skip_serializing)]
    pub official: Option<String>,
    /// Whether supply `pull` copies the official image or builds it like supply `build`.
    #[serde(default, skip_serializing)]
    pub pull: Pull,
    /// The root build that is its base; absent for an image with only its own files.
    #[serde(default, serialize_with = "plain_option")]
    pub base: Option<Spanned<String>>,
    /// Files from builds and from the project.
    #[serde(default)]
    pub files: Vec<FileEntry>,
    /// Small files with inline text.
    #[serde(default)]
    pub texts: Vec<TextEntry>,
    /// Symbolic links.
    #[serde(default)]
    pub links: Vec<LinkEntry>,
    /// Directories.
    #[serde(default)]
    pub folders: Vec<FolderEntry>,
    /// `uid` or `uid:gid`, numeric.
    #[serde(default)]
    pub user: String,
    /// The command of the container.
    #[serde(default)]
    pub entrypoint: Vec<String>,
    /// The default arguments.
    #[serde(default)]
    pub command: Vec<String>,
    /// Environment variables; `PATH` is set unless it is named here.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The working directory.
    pub working_folder: Option<String>,
    /// The signal that stops it.
    pub stop_signal: Option<String>,
    /// Whether the local Docker daemon needs the image too.
    #[serde(default, skip_serializing)]
    pub daemon: bool,
    /// The estimated duration of packing in seconds; it weights the progress.
    #[serde(default = "one", skip_serializing)]
    pub seconds: u32,
}

impl ImageRecipe {
    /// Whether supply `pull` copies the official image.
    pub fn is_copied(&self) -> bool {
        self.pull == Pull::Official
    }

    /// The recipe for `platform`: `{arch}` in paths becomes its architecture.
    #[must_use]
    pub fn on(&self, platform: Platform) -> Self {
        let mut recipe = self.clone();
        for file in &mut recipe.files {
            (file.path, file.to) = (platform.fill(&file.path), platform.fill(&file.to));
        }
        for link in &mut recipe.links {
            (link.at, link.to) = (platform.fill(&link.at), platform.fill(&link.to));
        }
        recipe
    }
}

/// How supply `pull` handles an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pull {
    /// Copies the official image.
    #[default]
    Official,
    /// Builds the image: no suitable official image exists.
    Build,
    /// Omits the image: the official node image contains it or an equivalent. It is built with a built node.
    Skip,
}

/// A file, or a directory with its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileEntry {
    /// The build that produces it, as `kind.name`; absent for a file of the project.
    #[serde(default, serialize_with = "plain_option")]
    pub build: Option<Spanned<String>>,
    /// Its path in the build's output or in the project.
    pub path: String,
    /// Its absolute path in the image.
    pub to: String,
    /// Its permissions in octal; by default 0755 for executables and 0644 for other files.
    pub mode: Option<String>,
    /// `uid:gid`; by default root.
    pub owner: Option<String>,
    /// Replacements in a file of another project; each text must occur exactly once.
    #[serde(default)]
    pub edits: Vec<Edit>,
}

/// A replacement of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Edit {
    /// The text in the file.
    pub from: String,
    /// The text that replaces it.
    pub to: String,
}

/// A small file with inline text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TextEntry {
    /// Its absolute path in the image.
    pub to: String,
    /// Its content.
    pub text: String,
    /// Its permissions in octal; by default 0644.
    pub mode: Option<String>,
}

/// A symbolic link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LinkEntry {
    /// The absolute path of the link in the image.
    pub at: String,
    /// Its target.
    pub to: String,
}

/// A directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FolderEntry {
    /// Its absolute path in the image.
    pub at: String,
    /// Its permissions in octal; by default 0755.
    pub mode: Option<String>,
    /// `uid:gid`; by default root.
    pub owner: Option<String>,
}

fn one() -> u32 {
    1
}

#[expect(clippy::ref_option, reason = "serde passes fields by reference")]
fn plain_option<S: serde::Serializer>(
    value: &Option<Spanned<String>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => plain(value, serializer),
        None => serializer.serialize_none(),
    }
}

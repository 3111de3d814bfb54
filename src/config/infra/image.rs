//! How an image is described: what it is made of and how it runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::builds::plain;

/// One image. What is not serialised does not change its content, so its key does not depend on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImageRecipe {
    /// What upstream calls it, with its tag; absent for images that only this project has.
    #[serde(skip_serializing)]
    pub official: Option<String>,
    /// Whether supply `pull` copies the official image or makes it like supply `build`.
    #[serde(default, skip_serializing)]
    pub pull: Pull,
    /// The root build that it stands on; absent for an image that holds nothing but its own files.
    #[serde(default, serialize_with = "plain_option")]
    pub base: Option<Spanned<String>>,
    /// Files out of builds and out of the project.
    #[serde(default)]
    pub files: Vec<FileEntry>,
    /// Small files given here.
    #[serde(default)]
    pub texts: Vec<TextEntry>,
    /// Symbolic links.
    #[serde(default)]
    pub links: Vec<LinkEntry>,
    /// Folders.
    #[serde(default)]
    pub folders: Vec<FolderEntry>,
    /// `uid` or `uid:gid`, numeric.
    #[serde(default)]
    pub user: String,
    /// What runs.
    #[serde(default)]
    pub entrypoint: Vec<String>,
    /// Default arguments.
    #[serde(default)]
    pub command: Vec<String>,
    /// Variables of the environment; `PATH` is set unless it is named here.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The folder it starts in.
    pub working_folder: Option<String>,
    /// The signal that asks it to end.
    pub stop_signal: Option<String>,
    /// Whether the Docker daemon of this machine needs it too.
    #[serde(default, skip_serializing)]
    pub daemon: bool,
    /// How long packing takes; the weight in the progress.
    #[serde(default = "one", skip_serializing)]
    pub seconds: u32,
}

/// What supply `pull` does with an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pull {
    /// It copies the official image.
    #[default]
    Official,
    /// It builds the image: there is no official one that would do.
    Build,
    /// It leaves the image out: another official image contains it.
    Skip,
}

/// A file, or a folder with all it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileEntry {
    /// The build that made it, as `kind.name`; absent for a file of the project.
    #[serde(default, serialize_with = "plain_option")]
    pub build: Option<Spanned<String>>,
    /// Its path in the build's output or in the project.
    pub path: String,
    /// Its absolute path in the image.
    pub to: String,
    /// Its permissions in octal; by default 0755 for what may be executed and 0644 for the rest.
    pub mode: Option<String>,
    /// `uid:gid`; root by default.
    pub owner: Option<String>,
    /// Texts to replace in a file of another project; each must be there exactly once.
    #[serde(default)]
    pub edits: Vec<Edit>,
}

/// A text to replace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Edit {
    /// What stands there.
    pub from: String,
    /// What shall stand there.
    pub to: String,
}

/// A small file given as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TextEntry {
    /// Its absolute path in the image.
    pub to: String,
    /// What it holds.
    pub text: String,
    /// Its permissions in octal; 0644 by default.
    pub mode: Option<String>,
}

/// A symbolic link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LinkEntry {
    /// Its absolute path in the image.
    pub at: String,
    /// What it points to.
    pub to: String,
}

/// A folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FolderEntry {
    /// Its absolute path in the image.
    pub at: String,
    /// Its permissions in octal; 0755 by default.
    pub mode: Option<String>,
    /// `uid:gid`; root by default.
    pub owner: Option<String>,
}

fn one() -> u32 {
    1
}

#[expect(clippy::ref_option, reason = "serde hands fields over by reference")]
fn plain_option<S: serde::Serializer>(
    value: &Option<Spanned<String>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => plain(value, serializer),
        None => serializer.serialize_none(),
    }
}

//! How each kind of build is described. Every build ends in a folder of files that images are made of.

use serde::{Deserialize, Serialize};
use toml::Spanned;

/// Programs of a Go module, built in one run so that they share compiled packages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GoBuild {
    /// The folder it is built in, relative to the project; holds `go.mod`.
    pub folder: String,
    /// Further folders and files that it depends on, relative to the project.
    #[serde(default)]
    pub inputs: Vec<String>,
    /// What to build: package paths, or `tool` for the module's tools.
    pub packages: Vec<String>,
    /// Whether the Go workspace above the folder applies.
    #[serde(default)]
    pub workspace: bool,
    /// Values set at link time, as `importpath.name=value`.
    #[serde(default)]
    pub variables: Vec<String>,
    /// Folders of modules that are copied beside the programs.
    #[serde(default)]
    pub exports: Vec<Export>,
    /// How long it takes on two cores with every cache empty; the weight in the progress.
    #[serde(skip_serializing)]
    pub seconds: u32,
}

/// A folder of a Go module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Export {
    /// The module's path.
    pub module: String,
    /// The folder in it.
    pub path: String,
    /// The name it gets in the build's output.
    pub to: String,
}

/// A root file system of Debian packages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RootBuild {
    /// Debian's code name, for example `bookworm`.
    pub suite: String,
    /// How much of Debian is there to begin with, in the words of mmdebstrap: `minbase`, `custom`, `extract`.
    #[serde(default = "minbase")]
    pub variant: String,
    /// The packages.
    pub packages: Vec<String>,
    /// Scripts of the project that run before the packages are configured; they get the root as their argument.
    #[serde(default)]
    pub before: Vec<String>,
    /// Scripts of the project that run at the end; they get the root as their argument.
    #[serde(default)]
    pub after: Vec<String>,
    /// What is left out of it: patterns of paths, for example `/usr/share/man/*`.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// How long it takes; the weight in the progress.
    #[serde(skip_serializing)]
    pub seconds: u32,
}

fn minbase() -> String {
    "minbase".to_owned()
}

/// A program out of a wheel of `PyPI`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WheelBuild {
    /// The part that names the package, its version and its hash.
    #[serde(serialize_with = "plain")]
    pub part: Spanned<String>,
    /// The file in the wheel.
    pub member: String,
    /// The name it gets in the build's output.
    pub to: String,
    /// How long it takes; the weight in the progress.
    #[serde(skip_serializing)]
    pub seconds: u32,
}

/// A static program of one C file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CompilerBuild {
    /// The build that provides the file, as `kind.name`.
    #[serde(serialize_with = "plain")]
    pub build: Spanned<String>,
    /// The file, in that build's output.
    pub source: String,
    /// Further flags for the compiler.
    #[serde(default)]
    pub flags: Vec<String>,
    /// The program's name in the build's output.
    pub to: String,
    /// How long it takes; the weight in the progress.
    #[serde(skip_serializing)]
    pub seconds: u32,
}

/// Static programs of this package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CargoBuild {
    /// The programs.
    pub programs: Vec<String>,
    /// Features they need.
    pub features: Vec<String>,
    /// Files and folders that they depend on, relative to the project; of `Cargo.toml` and `Cargo.lock` counts what these
    /// features need.
    pub inputs: Vec<String>,
    /// How long it takes; the weight in the progress.
    #[serde(skip_serializing)]
    pub seconds: u32,
}

/// A page built by npm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NpmBuild {
    /// The folder with `package.json` and its lock, relative to the project.
    pub folder: String,
    /// The folder below it in which the build leaves its result.
    pub output: String,
    /// How long it takes; the weight in the progress.
    #[serde(skip_serializing)]
    pub seconds: u32,
}

/// A program that runs on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tool {
    /// The build that makes it, as `kind.name`.
    #[serde(serialize_with = "plain")]
    pub build: Spanned<String>,
    /// Its path in the build's output.
    pub path: String,
    /// Its version.
    pub version: String,
    /// Whether it is made only when a command asks for it, and so never by a run of the platform.
    #[serde(default)]
    pub on_demand: bool,
}

/// A key must depend on what is written, not on where it is written.
pub(super) fn plain<S: serde::Serializer>(value: &Spanned<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.get_ref())
}

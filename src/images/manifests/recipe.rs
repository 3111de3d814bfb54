//! The recipes of `infra/manifests/recipes.toml`, as they are written there.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Part;
use crate::{
    base::failure::{Failure, Kind, Result},
    images::Origin,
};

/// The parts that a recipe uses, by name.
pub(super) type Parts<'a> = BTreeMap<&'a str, &'a Part>;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recipes {
    pub manifest: Vec<Recipe>,
}

/// How one manifest is made.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub(super) enum Recipe {
    Helm(Chart),
    Kustomize(Overlay),
    File(Copied),
}

/// A chart of a module, rendered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Chart {
    pub name: String,
    #[serde(default)]
    pub strip_descriptions: bool,
    pub published: Option<Published>,
    pub part: String,
    /// The chart's folder in the module.
    #[serde(rename = "chart")]
    pub folder: String,
    /// What Helm calls the installation.
    pub release: String,
    pub namespace: String,
    /// Files relative to the recipes, or `module:` and a file of the chart's folder.
    pub values: Vec<String>,
}

/// Folders of modules beside an overlay of ours.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Overlay {
    pub name: String,
    #[serde(default)]
    pub strip_descriptions: bool,
    /// Its folder beside the recipes.
    #[serde(rename = "overlay")]
    pub folder: String,
    pub source: Vec<Source>,
}

/// A folder of a module.
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

/// The same file as upstream publishes it, where its hash is known.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Published {
    pub url: String,
    pub sha256: String,
}

impl Recipe {
    /// The name that the lock gives the manifest.
    pub fn name(&self) -> &str {
        match self {
            Self::Helm(Chart { name, .. })
            | Self::Kustomize(Overlay { name, .. })
            | Self::File(Copied { name, .. }) => name,
        }
    }

    /// What makes it.
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Helm(_) => "helm template",
            Self::Kustomize(_) => "kubectl kustomize",
            Self::File(_) => "copy",
        }
    }

    /// Whether the schemas lose their documentation.
    pub const fn strips_descriptions(&self) -> bool {
        match self {
            Self::Helm(Chart { strip_descriptions, .. })
            | Self::Kustomize(Overlay { strip_descriptions, .. })
            | Self::File(Copied { strip_descriptions, .. }) => *strip_descriptions,
        }
    }

    /// The published file, with the version filled in, if supply `origin` may take it.
    pub fn published(&self, origin: Origin, parts: &Parts<'_>) -> Option<Published> {
        let (part, published) = match self {
            Self::Helm(Chart { part, published, .. }) | Self::File(Copied { part, published, .. }) => {
                (parts[part.as_str()], published.as_ref()?)
            }
            Self::Kustomize(_) => return None,
        };
        let url = fill(&published.url, part);
        (origin == Origin::Pull).then(|| Published { url, sha256: published.sha256.clone() })
    }

    /// The parts it uses, of all `known` ones.
    pub fn parts<'a>(&'a self, known: &'a BTreeMap<String, Part>) -> Result<Parts<'a>> {
        let names: Vec<&str> = match self {
            Self::Helm(chart) => vec![&chart.part],
            Self::Kustomize(overlay) => overlay.source.iter().map(|source| source.part.as_str()).collect(),
            Self::File(copied) => vec![&copied.part],
        };
        names.into_iter().map(|name| part(known, name).map(|part| (name, part))).collect()
    }
}

/// The part called `name`.
pub(super) fn part<'a>(known: &'a BTreeMap<String, Part>, name: &str) -> Result<&'a Part> {
    known.get(name).ok_or_else(|| {
        let failure = Failure::new(
            Kind::Environment,
            format!("a manifest needs the part `{name}`, which has no Go module in `infra/versions.toml`"),
        );
        match crate::config::nearest(name, known.keys().map(String::as_str)) {
            Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
            None => failure,
        }
    })
}

/// Writes the version of `part` wherever `text` says `{version}`.
pub(super) fn fill(text: &str, part: &Part) -> String {
    text.replace("{version}", &part.version)
}

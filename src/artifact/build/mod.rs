//! Builds Flux Kustomizations with `flux-build`, a program built from the Go packages of kustomize-controller.

mod cache;
mod run;
mod trace;
mod walk;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use serde_json::{Value, json};

use cache::BuildCache;
pub(super) use cache::hash;
use trace::{Dependencies, Trace};
pub use walk::{Walk, WalkInput};

use super::program::OnDemand;
use crate::{
    base::{
        event::Events,
        failure::{Context, Failure, Kind, Result},
    },
    config::{HostDirs, Project},
    images,
};

/// File contents by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The name of the Kustomization that applies the phases, and of its source. It is in no artifact.
pub const ROOT: &str = "platform";

/// The program `flux-build` with its cache.
#[derive(Debug, Clone)]
pub struct FluxBuild {
    program: OnDemand,
    cache: BuildCache,
}

/// A Kustomization to build.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted<'a> {
    /// The Flux object, complete with its `sourceRef`.
    pub definition: Value,
    /// The data of the ConfigMap `environment`. `None`: variables are not substituted.
    pub variables: Option<&'a BTreeMap<String, String>>,
}

/// The result of a build.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Built {
    /// The objects that Flux applies.
    pub objects: Vec<Value>,
    /// The files of the source that kustomize reads.
    pub files: BTreeSet<String>,
}

/// Why Flux cannot build a Kustomization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError {
    /// The name of the Kustomization.
    pub name: String,
    /// Flux's text, with the paths of the tree.
    pub message: String,
    /// The files that were read before the error.
    pub files: BTreeSet<String>,
}

/// A build or Flux's error.
pub type Outcome = std::result::Result<Built, BuildError>;

impl FluxBuild {
    /// The name of the program in `infra/images.toml`.
    pub const PROGRAM: &str = "flux-build";

    /// Creates a builder that runs `program` and caches its builds in the cache of `dirs`.
    pub fn new(program: PathBuf, dirs: &HostDirs) -> Self {
        Self { program: OnDemand::At(program), cache: cache(dirs) }
    }

    /// Returns the program of `project`, which is built when it is used first and is not in the supply's cache.
    pub fn on_demand(project: &Project, dirs: &HostDirs, events: &Events) -> Self {
        Self { program: OnDemand::of(Self::PROGRAM, project, dirs, events), cache: cache(dirs) }
    }

    /// Returns the program of `project` if it is in the supply's cache.
    pub fn find(project: &Project, dirs: &HostDirs) -> Result<Option<Self>> {
        let program = images::find_program(project, dirs, Self::PROGRAM)?;
        Ok(program.map(|program| Self::new(program, dirs)))
    }

    /// Returns the program of `project`. Builds it if it is not in the supply's cache.
    pub async fn prepare(project: &Project, dirs: &HostDirs, events: &Events) -> Result<Self> {
        let flux = Self::on_demand(project, dirs, events);
        flux.program.path().await?;
        Ok(flux)
    }

    /// Builds every Kustomization of `wanted` from the files of `sources`, by the names of the Flux sources.
    /// Returns the outcomes in the same order. A build whose inputs did not change comes from the cache.
    ///
    /// Fails with kind `Tool` if the program fails; an error in the files is an outcome.
    pub async fn build(
        &self,
        sources: &BTreeMap<&str, &Files>,
        wanted: &[Wanted<'_>],
    ) -> Result<Vec<Outcome>> {
        let program = self.program.path().await?;
        let none = Files::new();
        let mut outcomes: Vec<Option<Outcome>> = Vec::new();
        let mut missing = Vec::new();
        for (at, wanted) in wanted.iter().enumerate() {
            let source = sources.get(source_name(&wanted.definition)).copied().unwrap_or(&none);
            let found = self.cache.get(program, source, wanted);
            if found.is_none() {
                missing.push(at);
            }
            outcomes.push(found.map(Ok));
        }
        let asked: Vec<&Wanted<'_>> = missing.iter().map(|at| &wanted[*at]).collect();
        for (at, (outcome, dependencies)) in missing.iter().zip(run::run(program, sources, &asked).await?) {
            let wanted = &wanted[*at];
            if let (Ok(built), Some(source)) = (&outcome, sources.get(source_name(&wanted.definition)))
                && !built.objects.iter().any(is_plain_secret)
            {
                let trace = Trace::of(source, wanted, &dependencies);
                let stored = self.cache.put(program, wanted, &trace, built);
                stored.context(Kind::Tool, "write the build to the cache")?;
            }
            outcomes[*at] = Some(outcome);
        }
        let complete: Option<Vec<Outcome>> = outcomes.into_iter().collect();
        complete.ok_or_else(|| Failure::new(Kind::Tool, "flux-build returned too few builds"))
    }
}

/// The cache of builds in the cache of `dirs`.
fn cache(dirs: &HostDirs) -> BuildCache {
    BuildCache::at(dirs.cache().join("built"))
}

/// The name of the source of a Kustomization.
fn source_name(definition: &Value) -> &str {
    definition["spec"]["sourceRef"]["name"].as_str().unwrap_or_default()
}

/// Returns the root Kustomization, which seasense applies to a cluster itself.
pub fn root_kustomization() -> Value {
    json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
        "metadata": {"name": ROOT, "namespace": "flux-system"},
        "spec": {
            "path": "./flux", "sourceRef": {"kind": "OCIRepository", "name": ROOT},
            "postBuild": {"substituteFrom": [{"kind": "ConfigMap", "name": "environment"}]},
        },
    })
}

/// Whether `object` is a Flux Kustomization.
pub fn is_flux_kustomization(object: &Value) -> bool {
    let group = object["apiVersion"].as_str().and_then(|version| version.split('/').next());
    group == Some("kustomize.toolkit.fluxcd.io") && object["kind"] == "Kustomization"
}

/// Whether `object` may contain a secret value in plain text. Nothing about such objects is cached.
pub(super) fn is_plain_secret(object: &Value) -> bool {
    object["kind"] == "Secret" && object.get("sops").is_none()
}

impl BuildError {
    /// The error as a failure of kind `Environment`, without a location.
    pub fn into_failure(self) -> Failure {
        Failure::new(Kind::Environment, format!("Flux cannot build the phase `{}`", self.name))
            .because(self.message)
    }
}

#[cfg(test)]
mod tests;

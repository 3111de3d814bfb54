//! What a check needs besides the tree.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::Value;

use super::super::{
    Tree, Upstream,
    flux::flux_objects,
    render::pinned_files,
    rules::{Readers, recipients},
};
use crate::{
    base::{
        failure::{Context, Kind, Result},
        yaml,
    },
    config::{EnvFile, EnvName, HostDirs, Infra, Project, public_keys},
    images::{self, Lock, Mode},
};

/// The file that lists the keys that can decrypt the secrets of each environment.
pub const SOPS_RULES: &str = ".sops.yaml";

/// The tree and everything that its check needs.
#[derive(Debug, Clone)]
pub struct CheckInput {
    pub(super) tree: Tree,
    /// The images that the tree may use.
    pub(super) lock: Lock,
    pub(super) upstream: Upstream,
    /// Whether the upstream manifests are there. Without them, Kustomizations that read them are not checked.
    pub(super) complete: bool,
    /// The variables of each environment.
    pub(super) environments: Vec<(EnvName, BTreeMap<String, String>)>,
    /// The content of `.sops.yaml`.
    sops: Value,
    /// The public keys of the environments whose age key is in the checkout.
    held: BTreeMap<EnvName, BTreeSet<String>>,
    /// Whether the upstream manifests were replaced after reading.
    changed: bool,
    /// What a cluster contains before it applies the tree: Flux's own objects.
    pub(super) flux: Vec<Value>,
}

impl CheckInput {
    /// Reads the input for `tree` from `project`, with the upstream manifests of the last supply, if there is
    /// one.
    pub fn read(project: &Project, dirs: &HostDirs, tree: Tree) -> Result<Self> {
        let lock = Lock::unresolved(&Infra::load(project)?);
        let supplied = images::locked(dirs, Mode::Auto)
            .and_then(|lock| Upstream::load(&lock, &images::manifests_folder(dirs, &lock)));
        let complete = supplied.is_ok();
        let upstream = supplied.unwrap_or_default();
        let flux = if complete { flux_objects(&lock, &upstream, "${REGISTRY}")? } else { Vec::new() };
        let environments = EnvFile::load_all(project)?;
        let key = |name: &EnvName| std::fs::read(project.root().join(format!("envs/{name}.agekey"))).ok();
        let held =
            environments.iter().filter_map(|file| Some((file.name.clone(), public_keys(&key(&file.name)?)?)));
        let held = held.collect();
        Ok(Self {
            tree,
            lock,
            upstream,
            complete,
            changed: false,
            environments: environments.into_iter().map(|file| (file.name, file.variables)).collect(),
            sops: sops(project)?,
            held,
            flux,
        })
    }

    /// Who must be able to decrypt the secrets of an environment.
    pub(super) fn readers(&self, environment: &EnvName) -> Readers {
        let listed = recipients(&self.sops, environment);
        Readers { listed, held: self.held.get(environment).cloned() }
    }

    /// Whether every Kustomization can be checked. Without a supply, those of upstream manifests cannot.
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// Refuses unknown images, which needs no build.
    pub fn require_known_images(&self) -> Result<()> {
        pinned_files(&self.tree, &self.lock, &self.upstream).map(drop)
    }

    /// Uses these upstream manifests.
    pub fn with_upstream(mut self, upstream: Upstream) -> Result<Self> {
        self.changed = upstream != self.upstream;
        self.flux = flux_objects(&self.lock, &upstream, "${REGISTRY}")?;
        self.complete = true;
        self.upstream = upstream;
        Ok(self)
    }

    /// Whether the upstream manifests differ from those that were read first.
    pub const fn is_changed(&self) -> bool {
        self.changed
    }

    /// The tree.
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The upstream manifests.
    pub const fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    /// Leaves out the other environments.
    #[must_use]
    pub fn only(mut self, environment: &EnvName) -> Self {
        self.environments.retain(|(name, _)| name == environment);
        self
    }
}

fn sops(project: &Project) -> Result<Value> {
    let file = project.root().join(SOPS_RULES);
    if !file.exists() {
        return Ok(Value::Null);
    }
    let text =
        std::fs::read_to_string(&file).with_context(Kind::Environment, || format!("read `{SOPS_RULES}`"))?;
    let documents = yaml::parse(Path::new(SOPS_RULES), &text)?;
    Ok(documents.into_iter().next().map(|document| document.value).unwrap_or_default())
}

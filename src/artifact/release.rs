//! Publishes a release: packs the committed tree, pushes it to the local registry, and copies it to the target
//! registry.

use std::collections::BTreeMap;

use semver::Version;

use super::{
    ApiValidation, CheckInput, FluxBuild, Provenance, REPOSITORY, Tree, Upstream, check, combined,
    flux_images, flux_objects, pack, publish, push, render, version,
};
use crate::{
    base::{
        digest::Digest,
        event::{Events, Step},
        failure::{Context, Failure, Kind, Result},
    },
    config::{HostDirs, Project},
    images::{self, Lock},
    registry::{
        Registry, RegistryPath,
        transfer::{Endpoint, Transfer},
    },
};

/// A placeholder for the registry of Flux's images, of which only repositories and digests are used.
const REGISTRY: &str = "registry";

/// A committed tree that can be published.
pub struct Release {
    input: CheckInput,
    flux: FluxBuild,
    provenance: Provenance,
    commit: String,
    version: Version,
}

/// A published release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The digest of the artifact.
    pub artifact: Digest,
    /// The version, which is the tag of the artifact and of its images.
    pub version: Version,
    /// The target registry: host and namespace.
    pub registry: String,
    /// The commit that the artifact was packed from.
    pub commit: String,
    /// The digests of its images by repository.
    pub images: BTreeMap<String, Digest>,
}

impl Release {
    /// Reads and checks the tree of `project`. Fails with kind `Promotion` if it has uncommitted changes.
    pub async fn prepare(project: &Project, dirs: &HostDirs, events: &Events) -> Result<Self> {
        let provenance = Provenance::read(project).await?;
        let commit = committed(&provenance)?.to_owned();
        let version = version(project).await?;
        let input = CheckInput::read(project, dirs, Tree::read(project).await?)?;
        let flux = FluxBuild::prepare(project, dirs, events).await?;
        let validation = ApiValidation::on_demand(project, dirs, events);
        if let Some(failure) = combined(check(&input, &flux, Some(&validation)).await?) {
            return Err(failure);
        }
        Ok(Self { input, flux, provenance, commit, version })
    }

    /// Packs the tree with the images of `lock`, pushes it to the `local` registry, and copies both to
    /// `target`; without a target they are tagged in the local registry.
    pub async fn publish(
        self,
        lock: &Lock,
        local: &Registry,
        target: Option<&RegistryPath>,
        dirs: &HostDirs,
        events: &Events,
    ) -> Result<Published> {
        let step = Step::start(events, "artifact.pack", "Pack the platform into one artifact");
        let upstream = Upstream::load(lock, &images::manifests_folder(dirs, lock))?;
        let packed = pack(&render(self.input.tree(), lock, &upstream, &self.flux).await?, &self.provenance)?;
        step.done(packed.digest.clone());
        push(&packed, &local.host, REPOSITORY).await?;

        let source = Endpoint::new(&local.host)?;
        let target = Endpoint::new(&target.map_or_else(|| local.host.clone(), ToString::to_string))?;
        let folder = tempfile::tempdir_in(dirs.cache())
            .context(Kind::Tool, "cannot create a directory for blobs in transit")?;
        let transfer = Transfer { source: &source, target: &target, folder: folder.path().to_owned() };
        let flux = flux_images(&flux_objects(lock, &upstream, REGISTRY)?, REGISTRY);
        let images = publish(&transfer, &packed.digest, &flux, &self.version, events).await?;
        Ok(Published {
            artifact: packed.digest,
            version: self.version,
            registry: target.name(),
            commit: self.commit,
            images,
        })
    }
}

/// Returns the commit of a tree without edits. Only committed content is published, because it must be visible
/// in Git.
fn committed(provenance: &Provenance) -> Result<&str> {
    match &provenance.commit {
        Some(commit) if !provenance.dirty => Ok(commit),
        Some(_) => Err(Failure::new(Kind::Promotion, "cannot publish uncommitted changes")
            .because("files that the platform is built from differ from the last commit")
            .hint("commit them; `git status` lists them")),
        None => Err(Failure::new(Kind::Promotion, "cannot publish a tree that is not in Git")
            .hint("commit it first: the version is derived from the commit")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uncommitted_changes_are_refused() {
        let clean = Provenance { commit: Some("1".repeat(40)), ..Provenance::default() };
        assert_eq!(committed(&clean).unwrap(), "1".repeat(40));
        let dirty = Provenance { dirty: true, ..clean };
        for refused in [dirty, Provenance::default()] {
            assert_eq!(committed(&refused).unwrap_err().kind, Kind::Promotion);
        }
    }
}

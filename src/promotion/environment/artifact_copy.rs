//! Inspects an artifact in two registries and copies it from one to the other.

use std::{collections::BTreeSet, path::Path};

use super::recipients;
use crate::{
    artifact::{Contents, REPOSITORY, RepositoryDigest, copy_contents},
    base::{
        digest::Digest,
        event::{Events, Step},
        failure::Result,
    },
    promotion::target::{Content, Copied},
    registry::transfer::{Endpoint, Transfer},
};

/// The source and the target of a copy.
pub struct ArtifactCopy<'a> {
    /// The registry that artifacts are copied from.
    pub source: &'a Endpoint,
    /// The registry they are copied to; `None` if it does not exist yet.
    pub target: Option<&'a Endpoint>,
    /// Images that a cluster needs although no file of an artifact references them: those of Flux.
    pub extra: &'a BTreeSet<RepositoryDigest>,
    /// A temporary folder for blobs.
    pub folder: &'a Path,
}

impl ArtifactCopy<'_> {
    /// Returns the registry that has the artifact `digest`, preferably the target; `None` if neither has it.
    async fn registry_with(&self, digest: &Digest) -> Result<Option<&Endpoint>> {
        for side in self.target.into_iter().chain([self.source]) {
            if side.has(REPOSITORY, digest).await? {
                return Ok(Some(side));
            }
        }
        Ok(None)
    }

    /// Reads the artifact `digest`, preferably from the target.
    pub async fn read(&self, digest: &Digest) -> Result<Contents> {
        let side = self.registry_with(digest).await?.unwrap_or(self.source);
        Contents::read(side, digest, self.folder).await
    }

    /// Returns the content of the artifact, and what each registry lacks. If neither registry has the artifact,
    /// the content states only that, and a gate refuses it.
    pub async fn inspect(&self, digest: &Digest) -> Result<Content> {
        let Some(side) = self.registry_with(digest).await? else {
            let name = format!("{REPOSITORY}@{digest}");
            return Ok(Content {
                missing: vec![name.clone()],
                unavailable: vec![name],
                ..Content::default()
            });
        };
        let contents = Contents::read(side, digest, self.folder).await?;
        let (mut missing, mut unavailable) = (Vec::new(), Vec::new());
        for (repository, digest) in contents.required(self.extra) {
            if let Some(target) = self.target
                && target.has(&repository, &digest).await?
            {
                continue;
            }
            let name = format!("{repository}@{digest}");
            if !self.source.has(&repository, &digest).await? {
                unavailable.push(name.clone());
            }
            missing.push(name);
        }
        missing.sort();
        unavailable.sort();
        Ok(Content {
            images: contents.images(),
            commit: contents.metadata.commit,
            dirty: contents.metadata.dirty,
            unpinned: contents.references.unpinned.into_iter().collect(),
            missing,
            unavailable,
            recipients: None,
            supports_canary: contents.references.canary,
        })
    }

    /// Reads the age keys that the Secrets of `environment` in the artifact are encrypted for; `None` if neither
    /// registry has the artifact.
    pub async fn recipients(
        &self,
        digest: &Digest,
        environment: &str,
    ) -> Result<Option<Vec<BTreeSet<String>>>> {
        let Some(side) = self.registry_with(digest).await? else { return Ok(None) };
        recipients::of_artifact(side, digest, (environment, self.folder)).await.map(Some)
    }

    /// Copies what `target` lacks: images and components first, the artifact itself last.
    pub async fn copy(&self, target: &Endpoint, contents: &Contents, events: &Events) -> Result<Copied> {
        let step = Step::start(events, "target.copy", format!("Copy the artifact to {}", target.name()));
        let required = contents.required(self.extra);
        let total = required.len() as u64;
        let transfer = Transfer { source: self.source, target, folder: self.folder.to_owned() };
        let all =
            copy_contents(&transfer, required, |done, name| step.progress(done, Some(total), name)).await?;
        match all.manifests {
            0 => step.unchanged("already complete"),
            manifests => step.done(format!("{manifests} manifests, {} MB", all.bytes / 1_000_000)),
        }
        Ok(Copied { manifests: all.manifests, bytes: all.bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::digest::digest, registry::fake::FakeRegistry};

    #[tokio::test]
    async fn an_absent_artifact_is_reported_as_unavailable() {
        let (source, target) = (FakeRegistry::start().await, FakeRegistry::start().await);
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = [&source, &target].map(|fake| Endpoint::new(&fake.host).unwrap());
        let digest = digest('0');
        let name = vec![format!("platform@{digest}")];
        let nothing = Content { missing: name.clone(), unavailable: name, ..Content::default() };
        for target in [Some(&to), None] {
            let copy = ArtifactCopy { source: &from, target, extra: &BTreeSet::new(), folder: folder.path() };
            assert_eq!(copy.inspect(&digest).await.unwrap(), nothing);
        }
        assert_eq!(source.writes() + target.writes(), 0);
    }
}

//! Inspects an artifact in two registries and copies it from one to the other.

use std::{collections::BTreeSet, path::Path};

use crate::{
    artifact::whole::{self, REPOSITORY, Wanted, Whole},
    base::{
        event::{Events, Step},
        failure::Result,
    },
    promotion::{Content, Copied},
    registry::transfer::{Side, Transfer},
};

/// The source and the target of a copy.
pub struct ArtifactCopy<'a> {
    /// The registry that artifacts are copied from.
    pub source: &'a Side,
    /// The registry they are copied to; `None` if it does not exist yet.
    pub target: Option<&'a Side>,
    /// Images that a cluster needs although no file of an artifact references them: those of Flux.
    pub extra: &'a BTreeSet<Wanted>,
    /// A temporary folder for blobs.
    pub folder: &'a Path,
}

impl ArtifactCopy<'_> {
    /// Returns the registry that has the artifact `digest`, preferably the target; `None` if neither has it.
    async fn registry_with(&self, digest: &str) -> Result<Option<&Side>> {
        for side in self.target.into_iter().chain([self.source]) {
            if side.has(REPOSITORY, digest).await? {
                return Ok(Some(side));
            }
        }
        Ok(None)
    }

    /// Reads the artifact `digest`, preferably from the target.
    pub async fn read(&self, digest: &str) -> Result<Whole> {
        let side = self.registry_with(digest).await?.unwrap_or(self.source);
        Whole::read(side, digest, self.folder).await
    }

    /// Returns the content of the artifact and which registry has it. If neither registry has it, only that is
    /// returned, and a gate refuses it.
    pub async fn inspect(&self, digest: &str) -> Result<Content> {
        let Some(side) = self.registry_with(digest).await? else {
            let name = format!("{REPOSITORY}@{digest}");
            return Ok(Content {
                missing: vec![name.clone()],
                unavailable: vec![name],
                ..Content::default()
            });
        };
        let whole = Whole::read(side, digest, self.folder).await?;
        let (mut missing, mut unavailable) = (Vec::new(), Vec::new());
        for (repository, digest) in whole.wanted(self.extra) {
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
            images: whole.images(),
            commit: whole.head.commit,
            dirty: whole.head.dirty,
            unpinned: whole.named.unpinned.into_iter().collect(),
            missing,
            unavailable,
            supports_canary: whole.named.canary,
        })
    }

    /// Copies what `target` lacks: images and components first, the artifact itself last.
    pub async fn copy(&self, target: &Side, whole: &Whole, events: &Events) -> Result<Copied> {
        let step = Step::start(events, "target.copy", format!("Copy the artifact to {}", target.name()));
        let wanted = whole.wanted(self.extra);
        let total = wanted.len() as u64;
        let transfer = Transfer { source: self.source, target, folder: self.folder.to_owned() };
        let all = whole::copy(&transfer, wanted, |done, name| step.progress(done, Some(total), name)).await?;
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
    use crate::images::fake::Fake;

    #[tokio::test]
    async fn an_absent_artifact_is_reported_as_unavailable() {
        let (source, target) = (Fake::start().await, Fake::start().await);
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = [&source, &target].map(|fake| Side::new(&fake.host).unwrap());
        let digest = format!("sha256:{}", "0".repeat(64));
        let name = vec![format!("platform@{digest}")];
        let nothing = Content { missing: name.clone(), unavailable: name, ..Content::default() };
        for target in [Some(&to), None] {
            let copy = ArtifactCopy { source: &from, target, extra: &BTreeSet::new(), folder: folder.path() };
            assert_eq!(copy.inspect(&digest).await.unwrap(), nothing);
        }
        assert_eq!(source.writes() + target.writes(), 0);
    }
}

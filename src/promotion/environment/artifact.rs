//! An artifact between two registries: what it is made of, what is missing, and copying it.

use std::{collections::BTreeSet, path::Path};

use crate::{
    artifact::{Contents, REPOSITORY, RepositoryDigest, copy_contents},
    base::{
        digest::Digest,
        event::{Events, Step},
        failure::Result,
    },
    promotion::{Content, Copied},
    registry::transfer::{Endpoint, Transfer},
};

/// Two registries.
pub struct ArtifactCopy<'a> {
    /// Where artifacts come from.
    pub source: &'a Endpoint,
    /// Where they go; `None` while it is not there, and so holds nothing.
    pub target: Option<&'a Endpoint>,
    /// Images that no file of an artifact names although a cluster needs them: those of Flux.
    pub extra: &'a BTreeSet<RepositoryDigest>,
    /// A folder for blobs on their way.
    pub folder: &'a Path,
}

impl ArtifactCopy<'_> {
    /// The registry that has the artifact `digest`, the target where both do; `None` where neither does.
    async fn holding(&self, digest: &Digest) -> Result<Option<&Endpoint>> {
        for side in self.target.into_iter().chain([self.source]) {
            if side.has(REPOSITORY, digest).await? {
                return Ok(Some(side));
            }
        }
        Ok(None)
    }

    /// Reads the artifact `digest`, from the target where it is there.
    pub async fn read(&self, digest: &str) -> Result<Contents> {
        let digest = digest.parse()?;
        let side = self.holding(&digest).await?.unwrap_or(self.source);
        Contents::read(side, &digest, self.folder).await
    }

    /// What the artifact is made of, and where it is. Of one that is nowhere only that is known: a gate refuses it then.
    pub async fn inspect(&self, digest: &str) -> Result<Content> {
        let digest = digest.parse()?;
        let Some(side) = self.holding(&digest).await? else {
            let name = format!("{REPOSITORY}@{digest}");
            return Ok(Content { missing: vec![name.clone()], nowhere: vec![name], ..Content::default() });
        };
        let whole = Contents::read(side, &digest, self.folder).await?;
        let (mut missing, mut nowhere) = (Vec::new(), Vec::new());
        for (repository, digest) in whole.required(self.extra) {
            if let Some(target) = self.target
                && target.has(&repository, &digest).await?
            {
                continue;
            }
            let name = format!("{repository}@{digest}");
            if !self.source.has(&repository, &digest).await? {
                nowhere.push(name.clone());
            }
            missing.push(name);
        }
        missing.sort();
        nowhere.sort();
        Ok(Content {
            images: whole.images().into_iter().map(|(name, digest)| (name, digest.to_string())).collect(),
            commit: whole.metadata.commit,
            dirty: whole.metadata.dirty,
            unpinned: whole.references.unpinned.into_iter().collect(),
            missing,
            nowhere,
            canary: whole.references.canary,
        })
    }

    /// Copies what is missing to `target`: images and parts first, the artifact itself last.
    pub async fn copy(&self, target: &Endpoint, whole: &Contents, events: &Events) -> Result<Copied> {
        let step = Step::start(events, "target.copy", format!("Copy the artifact to {}", target.name()));
        let wanted = whole.required(self.extra);
        let total = wanted.len() as u64;
        let transfer = Transfer { source: self.source, target, folder: self.folder.to_owned() };
        let all =
            copy_contents(&transfer, wanted, |done, name| step.progress(done, Some(total), name)).await?;
        match all.manifests {
            0 => step.unchanged("all of it is there"),
            manifests => step.done(format!("{manifests} manifests, {} MB", all.bytes / 1_000_000)),
        }
        Ok(Copied { manifests: all.manifests, bytes: all.bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::fake::Fake;

    #[tokio::test]
    async fn of_an_artifact_that_is_nowhere_only_that_is_known() {
        let (source, target) = (Fake::start().await, Fake::start().await);
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = [&source, &target].map(|fake| Endpoint::new(&fake.host).unwrap());
        let digest = format!("sha256:{}", "0".repeat(64));
        let name = vec![format!("platform@{digest}")];
        let nothing = Content { missing: name.clone(), nowhere: name, ..Content::default() };
        for target in [Some(&to), None] {
            let shelves =
                ArtifactCopy { source: &from, target, extra: &BTreeSet::new(), folder: folder.path() };
            assert_eq!(shelves.inspect(&digest).await.unwrap(), nothing);
        }
        // Such an answer is refused by the gate that asks for the images, and nothing else happens.
        assert_eq!(source.writes() + target.writes(), 0);
    }
}

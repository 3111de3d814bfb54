//! An artifact between two registries: what it is made of, what is missing, and copying it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::{
    artifact::contents::{self, Head, Named},
    event::{Events, Step},
    failure::{Context, Kind, Result},
    phases::ROOT,
    promote::{Content, Copied},
    supply::{
        oci::Descriptor,
        transfer::{Sent, Side, Transfer},
    },
};

/// Copies at once; the network is the limit.
const AT_ONCE: usize = 3;

/// A repository and a digest in it.
type Wanted = (String, String);

/// Two registries.
pub struct Shelves<'a> {
    /// Where artifacts come from.
    pub source: &'a Side,
    /// Where they go.
    pub target: &'a Side,
    /// Images that no file of an artifact names although a cluster needs them: those of Flux.
    pub extra: &'a BTreeSet<Wanted>,
    /// A folder for blobs on their way.
    pub folder: &'a Path,
}

/// What there is to know of an artifact.
pub struct Known {
    head: Head,
    /// What its files, and those of its parts, name.
    pub named: Named,
}

impl Known {
    /// All that a registry must have so that a cluster can run the artifact, the artifact itself last.
    fn wanted(&self, digest: &str, extra: &BTreeSet<Wanted>) -> Vec<Wanted> {
        let images: BTreeSet<&Wanted> = self.named.images.iter().chain(extra).collect();
        let mut wanted: Vec<Wanted> = images.into_iter().cloned().collect();
        let parts: BTreeSet<&String> = self.head.parts.values().collect();
        wanted.extend(parts.into_iter().map(|part| (ROOT.to_owned(), part.clone())));
        wanted.push((ROOT.to_owned(), digest.to_owned()));
        wanted
    }
}

impl Shelves<'_> {
    /// Reads the artifact `digest`, from the target where it is there.
    pub async fn read(&self, digest: &str) -> Result<Known> {
        let side = if self.target.has(ROOT, digest).await? { self.target } else { self.source };
        let head = contents::head(&side.manifest(ROOT, digest).await?)?;
        let mut named = self.named(side, &head).await?;
        for part in head.parts.values() {
            let part = contents::head(&side.manifest(ROOT, part).await?)?;
            let more = self.named(side, &part).await?;
            named.images.extend(more.images);
            named.unpinned.extend(more.unpinned);
            named.secrets.extend(more.secrets);
        }
        Ok(Known { head, named })
    }

    async fn named(&self, from: &Side, head: &Head) -> Result<Named> {
        let what = "read the artifact's files";
        let (digest, size) = &head.layer;
        let folder = tempfile::tempdir_in(self.folder).context(Kind::Tool, what)?;
        let layer = Descriptor { media_type: String::new(), digest: digest.clone(), size: *size };
        let file = from.blob(ROOT, &layer, folder.path()).await?;
        contents::named(&std::fs::read(file).context(Kind::Tool, what)?)
    }

    /// What the artifact is made of, and where it is.
    pub async fn inspect(&self, digest: &str) -> Result<Content> {
        let known = self.read(digest).await?;
        let (mut missing, mut nowhere) = (Vec::new(), Vec::new());
        for (repository, digest) in known.wanted(digest, self.extra) {
            if self.target.has(&repository, &digest).await? {
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
        let images: BTreeMap<String, String> = known.named.images.into_iter().collect();
        Ok(Content {
            commit: known.head.commit,
            dirty: known.head.dirty,
            images,
            unpinned: known.named.unpinned.into_iter().collect(),
            missing,
            nowhere,
        })
    }

    /// Copies what is missing: images and parts first, the artifact itself last.
    pub async fn copy(&self, known: &Known, digest: &str, events: &Events) -> Result<Copied> {
        let step = Step::start(events, "target.copy", format!("Copy the artifact to {}", self.target.name()));
        let mut wanted = known.wanted(digest, self.extra);
        let last = wanted.split_off(wanted.len() - 1);
        let total = wanted.len() as u64;
        let transfer = Transfer { source: self.source, target: self.target, folder: self.folder.to_owned() };
        let transfer = &transfer;
        let (mut all, mut done) = (Sent::default(), 0);
        for group in [wanted, last] {
            let mut copies = stream::iter(group.into_iter().map(|(repository, digest)| async move {
                let sent = transfer.copy(&repository, &digest).await?;
                Ok::<_, crate::failure::Failure>((repository, sent))
            }))
            .buffer_unordered(AT_ONCE);
            while let Some((repository, sent)) = copies.try_next().await? {
                all += sent;
                done += 1;
                step.progress(done, Some(total + 1), repository);
            }
        }
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

    #[test]
    fn an_artifact_is_wanted_after_all_that_it_names() {
        let image = |name: &str| (name.to_owned(), format!("sha256:{name}"));
        let known = Known {
            head: Head { parts: [("apps".to_owned(), "sha256:p".to_owned())].into(), ..Head::default() },
            named: Named { images: [image("backend"), image("envoy")].into(), ..Named::default() },
        };
        let extra = BTreeSet::from([image("source-controller"), image("envoy")]);
        let names: Vec<String> = known
            .wanted("sha256:r", &extra)
            .into_iter()
            .map(|(name, digest)| format!("{name}@{digest}"))
            .collect();
        assert_eq!(
            names,
            [
                "backend@sha256:backend",
                "envoy@sha256:envoy",
                "source-controller@sha256:source-controller",
                "platform@sha256:p",
                "platform@sha256:r"
            ]
        );
    }
}

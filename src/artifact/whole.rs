//! All that a cluster needs to run an artifact: the artifact, its parts, and every image that they name, and copying that.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::contents::{self, Head, Named};
use crate::{
    base::failure::{Context, Failure, Kind, Result},
    images::oci::Descriptor,
    registry::transfer::{Sent, Side, Transfer},
};

/// The repository of artifacts and their parts.
pub const REPOSITORY: &str = "platform";
/// Copies at once; the network is the limit.
const AT_ONCE: usize = 3;

/// A repository and a digest in it.
pub type Wanted = (String, String);

/// What there is to know of an artifact.
#[derive(Debug, Clone, Default)]
pub struct Whole {
    /// Its digest.
    pub digest: String,
    /// What its manifest says.
    pub head: Head,
    /// What its files, and those of its parts, name.
    pub named: Named,
}

impl Whole {
    /// Reads the artifact `digest` and its parts from `side`; blobs lie in `folder` on their way.
    pub async fn read(side: &Side, digest: &str, folder: &Path) -> Result<Self> {
        let head = contents::head(&side.manifest(REPOSITORY, digest).await?)?;
        let mut named = named(side, &head, folder).await?;
        for part in head.parts.values() {
            let part = contents::head(&side.manifest(REPOSITORY, part).await?)?;
            let more = self::named(side, &part, folder).await?;
            named.images.extend(more.images);
            named.unpinned.extend(more.unpinned);
            named.secrets.extend(more.secrets);
            named.canary |= more.canary;
        }
        Ok(Self { digest: digest.to_owned(), head, named })
    }

    /// All that a registry must have so that a cluster can run it, the artifact itself last. `extra` are images that no
    /// file names although a cluster needs them: those of Flux.
    pub fn wanted(&self, extra: &BTreeSet<Wanted>) -> Vec<Wanted> {
        let images: BTreeSet<&Wanted> = self.named.images.iter().chain(extra).collect();
        let mut wanted: Vec<Wanted> = images.into_iter().cloned().collect();
        let parts: BTreeSet<&String> = self.head.parts.values().collect();
        let platform = |digest: &String| (REPOSITORY.to_owned(), digest.clone());
        wanted.extend(parts.into_iter().chain([&self.digest]).map(platform));
        wanted
    }

    /// Its images by repository, with their digests.
    pub fn images(&self) -> BTreeMap<String, String> {
        self.named.images.iter().cloned().collect()
    }
}

async fn named(from: &Side, head: &Head, folder: &Path) -> Result<Named> {
    let what = "read the artifact's files";
    let (digest, size) = &head.layer;
    let own = tempfile::tempdir_in(folder).context(Kind::Tool, what)?;
    let layer = Descriptor { media_type: String::new(), digest: digest.clone(), size: *size };
    let file = from.blob(REPOSITORY, &layer, own.path()).await?;
    contents::named(&std::fs::read(file).context(Kind::Tool, what)?)
}

/// Copies what of `wanted` the target lacks, the last one after all others, so that it is never there without what it
/// names. Tells `progress` how many are done, and which was the last.
pub async fn copy(
    transfer: &Transfer<'_>,
    mut wanted: Vec<Wanted>,
    progress: impl Fn(u64, String),
) -> Result<Sent> {
    let last = wanted.pop();
    let (mut all, mut done) = (Sent::default(), 0);
    for group in [wanted, last.into_iter().collect()] {
        let mut copies = stream::iter(group.into_iter().map(|(repository, digest)| async move {
            let sent = transfer.copy(&repository, &digest).await?;
            Ok::<_, Failure>((repository, sent))
        }))
        .buffer_unordered(AT_ONCE);
        while let Some((repository, sent)) = copies.try_next().await? {
            all += sent;
            done += 1;
            progress(done, repository);
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_artifact_is_wanted_after_all_that_it_names() {
        let image = |name: &str| (name.to_owned(), format!("sha256:{name}"));
        let whole = Whole {
            digest: "sha256:r".into(),
            head: Head { parts: [("apps".to_owned(), "sha256:p".to_owned())].into(), ..Head::default() },
            named: Named { images: [image("backend"), image("envoy")].into(), ..Named::default() },
        };
        let extra = BTreeSet::from([image("source-controller"), image("envoy")]);
        let names: Vec<String> =
            whole.wanted(&extra).into_iter().map(|(name, digest)| format!("{name}@{digest}")).collect();
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

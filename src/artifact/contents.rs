//! The contents of an artifact: everything a cluster needs to run it, and copying it between registries.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::inspect::{self, Metadata, References};
use crate::{
    base::{
        digest::Digest,
        failure::{Context, Failure, Kind, Result},
        oci::Descriptor,
    },
    registry::transfer::{Endpoint, Sent, Transfer},
};

/// The repository of artifacts and their components.
pub const REPOSITORY: &str = "platform";
/// The number of concurrent copies; the network is the limit.
const CONCURRENT: usize = 3;

/// A repository, without the registry, and a digest in it.
pub type RepositoryDigest = (String, Digest);

/// The contents of an artifact.
#[derive(Debug, Clone)]
pub struct Contents {
    /// The digest of the artifact.
    pub digest: Digest,
    /// The metadata in its manifest.
    pub metadata: Metadata,
    /// The references in its files and in those of its components.
    pub references: References,
}

impl Contents {
    /// Reads the artifact `digest` and its components from `endpoint`, using `folder` for blobs in transit.
    pub async fn read(endpoint: &Endpoint, digest: &Digest, folder: &Path) -> Result<Self> {
        let metadata = inspect::metadata(&endpoint.manifest(REPOSITORY, digest).await?)?;
        let mut references = references(endpoint, &metadata, folder).await?;
        for component in metadata.components.values() {
            let component = inspect::metadata(&endpoint.manifest(REPOSITORY, component).await?)?;
            let more = self::references(endpoint, &component, folder).await?;
            references.images.extend(more.images);
            references.unpinned.extend(more.unpinned);
            references.secrets.extend(more.secrets);
            references.canary |= more.canary;
        }
        Ok(Self { digest: digest.clone(), metadata, references })
    }

    /// Returns everything a registry must have so that a cluster can run the artifact; the artifact itself is
    /// last. `extra` are images that no file refers to although a cluster needs them: those of Flux.
    pub fn required(&self, extra: &BTreeSet<RepositoryDigest>) -> Vec<RepositoryDigest> {
        let images: BTreeSet<&RepositoryDigest> = self.references.images.iter().chain(extra).collect();
        let mut required: Vec<RepositoryDigest> = images.into_iter().cloned().collect();
        let components: BTreeSet<&Digest> = self.metadata.components.values().collect();
        let platform = |digest: &Digest| (REPOSITORY.to_owned(), digest.clone());
        required.extend(components.into_iter().chain([&self.digest]).map(platform));
        required
    }

    /// Returns the digests of its images by repository.
    pub fn images(&self) -> BTreeMap<String, Digest> {
        self.references.images.iter().cloned().collect()
    }
}

async fn references(endpoint: &Endpoint, metadata: &Metadata, folder: &Path) -> Result<References> {
    let what = "cannot read the artifact's files";
    let (digest, size) = &metadata.layer;
    let own = tempfile::tempdir_in(folder).context(Kind::Tool, what)?;
    let layer = Descriptor { media_type: String::new(), digest: digest.clone(), size: *size };
    let file = endpoint.blob(REPOSITORY, &layer, own.path()).await?;
    inspect::references(&std::fs::read(file).context(Kind::Tool, what)?)
}

/// Copies the missing content of `required` to the target. The last entry is copied after all others, so that
/// it never exists without its references. Calls `progress` with the number of finished copies and the last
/// repository.
pub async fn copy_contents(
    transfer: &Transfer<'_>,
    mut required: Vec<RepositoryDigest>,
    progress: impl Fn(u64, String),
) -> Result<Sent> {
    let last = required.pop();
    let (mut all, mut done) = (Sent::default(), 0);
    for group in [required, last.into_iter().collect()] {
        let mut copies = stream::iter(group.into_iter().map(|(repository, digest)| async move {
            let sent = transfer.copy(&repository, &digest).await?;
            Ok::<_, Failure>((repository, sent))
        }))
        .buffer_unordered(CONCURRENT);
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
    fn an_artifact_comes_after_its_references() {
        let image = |name: &str| (name.to_owned(), Digest::of(name));
        let contents = Contents {
            digest: Digest::of("root"),
            metadata: Metadata {
                commit: None,
                dirty: false,
                components: [("apps".to_owned(), Digest::of("apps"))].into(),
                layer: (Digest::of("layer"), 1),
            },
            references: References {
                images: [image("backend"), image("envoy")].into(),
                ..References::default()
            },
        };
        let extra = BTreeSet::from([image("source-controller"), image("envoy")]);
        let platform = |of: &str| (REPOSITORY.to_owned(), Digest::of(of));
        let expected = [
            image("backend"),
            image("envoy"),
            image("source-controller"),
            platform("apps"),
            platform("root"),
        ];
        assert_eq!(contents.required(&extra), expected);
    }
}

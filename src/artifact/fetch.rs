//! Reads an artifact from a registry: its files, those of its components, and its metadata; all verified by
//! digest.

use std::{collections::BTreeMap, io::Read};

use super::{
    Rendered,
    inspect::{Metadata, metadata},
};
use crate::{
    base::{
        digest::Digest,
        failure::{Context, Failure, Kind, Result},
    },
    registry::{ImageRef, RegistryClient, media_type::OCI_MANIFEST},
};
use flate2::read::GzDecoder;

/// Upper limit for the unpacked size of a layer; a platform has a few megabytes of manifests.
const MAX_UNPACKED: u64 = 256 << 20;

/// An artifact that was read from a registry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// The files of the root.
    pub root: Rendered,
    /// The files of each component, by name; empty for an artifact without components.
    pub components: BTreeMap<String, Rendered>,
    /// The commit that it was packed from, if known.
    pub commit: Option<String>,
    /// Whether it was packed from a work tree with uncommitted changes.
    pub dirty: bool,
}

/// Reads the artifact `digest` of `repository` in the registry at `host`.
///
/// Fails with kind `Tool` if the registry does not respond, has no such artifact, or returns other content.
pub async fn fetch(host: &str, repository: &str, digest: &Digest) -> Result<Fetched> {
    let client = RegistryClient::new(host)?;
    let (root, metadata) = fetch_one(&client, repository, digest).await?;
    let mut fetched =
        Fetched { root, commit: metadata.commit, dirty: metadata.dirty, components: BTreeMap::new() };
    for (name, digest) in metadata.components {
        fetched.components.insert(name, fetch_one(&client, repository, &digest).await?.0);
    }
    Ok(fetched)
}

/// Returns the files and the metadata of one artifact.
async fn fetch_one(
    client: &RegistryClient,
    repository: &str,
    digest: &Digest,
) -> Result<(Rendered, Metadata)> {
    let artifact = ImageRef::by_digest(client.host(), repository, digest.clone());
    let what = || format!("cannot read the artifact {artifact}");
    let (bytes, _) = client.manifest(repository, digest, &[OCI_MANIFEST]).await?;
    verify(&bytes, digest)?;
    let metadata = metadata(&bytes)?;
    let mut packed = Vec::new();
    client.read_blob(repository, &metadata.layer.0, &mut packed).await.with_context(Kind::Tool, what)?;
    verify(&packed, &metadata.layer.0)?;
    let files = unpack(&packed).with_context(Kind::Tool, what)?;
    Ok((Rendered { files, ..Rendered::default() }, metadata))
}

fn verify(bytes: &[u8], digest: &Digest) -> Result<()> {
    let found = Digest::of(bytes);
    if found == *digest {
        return Ok(());
    }
    Err(Failure::new(Kind::Tool, format!("the registry returned {found} instead of {digest}"))
        .hint("run `seasense images verify` to check everything in the registry"))
}

fn unpack(packed: &[u8]) -> std::io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut archive = tar::Archive::new(GzDecoder::new(packed).take(MAX_UNPACKED));
    for entry in archive.entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = entry.path()?.to_string_lossy().trim_start_matches("./").to_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        files.insert(path, content);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Provenance, pack};

    #[test]
    fn packed_files_are_unpacked() {
        let rendered = Rendered {
            files: [("flux/a.yaml", "a: 1\n"), ("apps/b.yaml", "b: 2\n")]
                .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
                .into(),
            ..Rendered::default()
        };
        let packed = pack(&rendered, &Provenance::default()).unwrap();
        assert_eq!(unpack(&packed.root.layer.bytes).unwrap(), rendered.files);
        verify(&packed.root.layer.bytes, &packed.root.layer.digest).unwrap();
        let failure = verify(b"other", &packed.root.layer.digest).unwrap_err();
        assert!(failure.message.contains("instead of"), "{failure}");
    }
}

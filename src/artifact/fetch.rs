//! Reads an artifact back from a registry: its files, its parts' files and where it came from, each checked by its digest.

use std::{collections::BTreeMap, io::Read};

use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use super::{
    Rendered,
    contents::{Head, head},
};
use crate::{
    base::failure::{Context, Failure, Kind, Result},
    registry::RegistryClient,
};

/// What may be read of a manifest.
const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
/// Largest number of bytes that a layer may unpack to; a platform has a few megabytes of manifests.
const MAX_UNPACKED: u64 = 256 << 20;

/// An artifact that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Its own files.
    pub root: Rendered,
    /// The files of each of its parts, by name; none in an artifact that is whole.
    pub parts: BTreeMap<String, Rendered>,
    /// The commit it was packed from, where that is known.
    pub commit: Option<String>,
    /// Whether it was packed from a tree with uncommitted changes.
    pub dirty: bool,
}

/// Reads the artifact `digest` of `repository` in the registry at `host`.
///
/// Fails with kind `Tool` where the registry does not answer, has no such artifact, or gives other bytes than asked for.
pub async fn fetch(host: &str, repository: &str, digest: &str) -> Result<Fetched> {
    let client = RegistryClient::new(host)?;
    let (root, head) = one(&client, host, repository, digest).await?;
    let mut fetched = Fetched { root, commit: head.commit, dirty: head.dirty, parts: BTreeMap::new() };
    for (name, digest) in head.parts {
        fetched.parts.insert(name, one(&client, host, repository, &digest).await?.0);
    }
    Ok(fetched)
}

/// The files of one artifact, and what its manifest says.
async fn one(
    client: &RegistryClient,
    host: &str,
    repository: &str,
    digest: &str,
) -> Result<(Rendered, Head)> {
    let what = || format!("read the artifact {host}/{repository}@{digest}");
    let (bytes, _) = client.manifest(repository, digest, &[MANIFEST_TYPE]).await?;
    same(&bytes, digest)?;
    let head = head(&bytes)?;
    let mut packed = Vec::new();
    client.read_blob(repository, &head.layer.0, &mut packed).await.with_context(Kind::Tool, what)?;
    same(&packed, &head.layer.0)?;
    let files = unpack(&packed).with_context(Kind::Tool, what)?;
    Ok((Rendered { files, ..Rendered::default() }, head))
}

fn same(bytes: &[u8], digest: &str) -> Result<()> {
    let found = format!("sha256:{}", hex::encode(Sha256::digest(bytes)));
    if found == digest {
        return Ok(());
    }
    Err(Failure::new(Kind::Tool, format!("the registry gave {found} instead of {digest}"))
        .hint("`seasense images verify` hashes everything in the registry again"))
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
    fn what_was_packed_is_unpacked() {
        let rendered = Rendered {
            files: [("flux/a.yaml", "a: 1\n"), ("apps/b.yaml", "b: 2\n")]
                .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
                .into(),
            ..Rendered::default()
        };
        let packed = pack(&rendered, &Provenance::default()).unwrap();
        assert_eq!(unpack(&packed.root.layer.bytes).unwrap(), rendered.files);
        same(&packed.root.layer.bytes, &packed.root.layer.digest).unwrap();
        let failure = same(b"other", &packed.root.layer.digest).unwrap_err();
        assert!(failure.message.contains("instead of"), "{failure}");
    }
}

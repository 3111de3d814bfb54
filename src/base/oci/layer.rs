//! Packs a tree into a layer: a tar archive that is independent of machine and time, compressed with zstd.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tar::{EntryType, Header};

use super::{HashingWriter, Node, Source, Tree};
use crate::base::digest::Digest;

/// The media type of the layers.
pub const LAYER_MEDIA_TYPE: &str = "application/vnd.oci.image.layer.v1.tar+zstd";

/// Fast to write. zstd decompresses equally fast at every level, and higher levels save little on Go programs.
const LEVEL: i32 = 3;

/// A compressed layer on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// The path.
    pub path: PathBuf,
    /// The digest of the compressed bytes.
    pub digest: Digest,
    /// The number of compressed bytes.
    pub size: u64,
    /// The digest of the uncompressed bytes.
    pub diff_id: Digest,
}

/// Packs `tree` into the file `path`.
pub fn pack(tree: &Tree, path: &Path) -> io::Result<Layer> {
    compress(path, |writer| {
        let mut builder = tar::Builder::new(writer);
        for (name, node) in tree.nodes() {
            append(&mut builder, name, node)?;
        }
        builder.finish()
    })
}

/// Compresses the output of `write` into the file `path`.
pub(super) fn compress(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<Layer> {
    let file = HashingWriter::new(BufWriter::with_capacity(1 << 20, File::create(path)?));
    let mut encoder = zstd::Encoder::new(file, LEVEL)?;
    encoder.include_checksum(true)?;
    let mut plain = HashingWriter::new(encoder);
    write(&mut plain)?;
    let (encoder, diff_id, _) = plain.finish();
    let (mut file, digest, size) = encoder.finish()?.finish();
    file.flush()?;
    Ok(Layer { path: path.to_owned(), digest, size, diff_id })
}

fn append<W: Write>(builder: &mut tar::Builder<W>, name: &str, node: &Node) -> io::Result<()> {
    match node {
        Node::Folder { mode, owner } => {
            let mut header = header(EntryType::Directory, *mode, *owner, 0);
            builder.append_data(&mut header, format!("{name}/"), io::empty())
        }
        Node::Link { target } => {
            let mut header = header(EntryType::Symlink, 0o777, (0, 0), 0);
            builder.append_link(&mut header, name, target)
        }
        Node::File { source: Source::Bytes(bytes), mode, owner } => {
            let mut header = header(EntryType::Regular, *mode, *owner, bytes.len() as u64);
            builder.append_data(&mut header, name, bytes.as_slice())
        }
        Node::File { source: Source::Path(path), mode, owner } => {
            let file = File::open(path)?;
            let mut header = header(EntryType::Regular, *mode, *owner, file.metadata()?.len());
            builder.append_data(&mut header, name, file)
        }
    }
}

fn header(kind: EntryType, mode: u32, (user, group): (u32, u32), size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(user.into());
    header.set_gid(group.into());
    header.set_mtime(0);
    header.set_size(size);
    header
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unpacked(layer: &Layer) -> Vec<(String, u32, u64, u64, Vec<u8>)> {
        let mut archive = tar::Archive::new(zstd::Decoder::new(File::open(&layer.path).unwrap()).unwrap());
        let mut found = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut content = Vec::new();
            io::Read::read_to_end(&mut entry, &mut content).unwrap();
            let header = entry.header();
            found.push((
                entry.path().unwrap().to_string_lossy().into_owned(),
                header.mode().unwrap(),
                header.uid().unwrap(),
                header.mtime().unwrap(),
                content,
            ));
        }
        found
    }

    #[test]
    fn a_layer_contains_owners_and_no_times() {
        let folder = tempfile::tempdir().unwrap();
        let mut tree = Tree::new();
        tree.insert("/data", Node::Folder { mode: 0o700, owner: (26, 26) });
        let long = format!("/data/{}", "x".repeat(180));
        tree.insert(&long, Node::File { source: Source::Bytes(b"hi".into()), mode: 0o640, owner: (26, 26) });
        let layer = pack(&tree, &folder.path().join("layer")).unwrap();
        let found = unpacked(&layer);
        assert_eq!(found[0], ("data/".into(), 0o700, 26, 0, Vec::new()));
        assert_eq!(found[1], (long[1..].into(), 0o640, 26, 0, b"hi".to_vec()));
    }

    proptest! {
        #[test]
        fn the_order_of_insertion_does_not_matter(
            mut files in prop::collection::btree_map("[a-c]{1,3}/[d-f]{1,3}", prop::collection::vec(any::<u8>(), 0..64), 1..8)
                .prop_map(|files| files.into_iter().collect::<Vec<_>>()),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let digest = |files: &[(String, Vec<u8>)], name: &str| {
                let mut tree = Tree::new();
                for (path, bytes) in files {
                    let source = Source::Bytes(bytes.clone());
                    tree.insert(path, Node::File { source, mode: 0o644, owner: (0, 0) });
                }
                let layer = pack(&tree, &folder.path().join(name)).unwrap();
                (layer.digest, layer.diff_id, layer.size)
            };
            let first = digest(&files, "one");
            files.reverse();
            prop_assert_eq!(first, digest(&files, "two"));
        }
    }
}

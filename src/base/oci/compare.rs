//! Lists the differences between two layers that should be identical.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader},
};

use sha2::{Digest, Sha256};

use super::Layer;

/// The number of listed names.
const NAMED: usize = 8;

/// Returns the names of the differing entries, at most a few; empty if the layers are identical.
pub fn differences(first: &Layer, second: &Layer) -> io::Result<Vec<String>> {
    if first.digest == second.digest {
        return Ok(Vec::new());
    }
    let (one, other) = (entries(first)?, entries(second)?);
    let names: Vec<&String> =
        one.keys().chain(other.keys().filter(|name| !one.contains_key(*name))).collect();
    let differing: Vec<String> =
        names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect();
    if differing.is_empty() {
        return Ok(vec!["the order or the compression of identical files".to_owned()]);
    }
    let more = differing.len().saturating_sub(NAMED);
    let mut shown: Vec<String> = differing.into_iter().take(NAMED).map(|name| format!("/{name}")).collect();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    Ok(shown)
}

/// Returns a hash of each entry, with its permissions and owner, by name.
fn entries(layer: &Layer) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let file = BufReader::with_capacity(1 << 20, File::open(&layer.path)?);
    let mut archive = tar::Archive::new(zstd::Decoder::new(file)?);
    let mut found = BTreeMap::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let mut hash = Sha256::new();
        hash.update(entry.header().as_bytes());
        hash.update(entry.link_name_bytes().unwrap_or_default());
        let name = entry.path()?.to_string_lossy().into_owned();
        io::copy(&mut entry, &mut Hashing(&mut hash))?;
        found.insert(name, hash.finalize().to_vec());
    }
    Ok(found)
}

struct Hashing<'a>(&'a mut Sha256);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Node, Source, Tree, pack},
        *,
    };

    fn layer(folder: &tempfile::TempDir, name: &str, files: &[(&str, &str, u32)]) -> Layer {
        let mut tree = Tree::new();
        for (path, text, mode) in files {
            let source = Source::Bytes(text.as_bytes().to_vec());
            tree.insert(path, Node::File { source, mode: *mode, owner: (0, 0) });
        }
        pack(&tree, &folder.path().join(name)).unwrap()
    }

    #[test]
    fn content_permissions_and_presence_are_compared() {
        let folder = tempfile::tempdir().unwrap();
        let one = layer(
            &folder,
            "a",
            &[("/a", "x", 0o644), ("/b", "x", 0o644), ("/c", "x", 0o644), ("/d", "x", 0o644)],
        );
        let other = layer(
            &folder,
            "b",
            &[("/a", "x", 0o644), ("/b", "y", 0o644), ("/c", "x", 0o755), ("/e", "x", 0o644)],
        );
        assert_eq!(differences(&one, &other).unwrap(), ["/b", "/c", "/d", "/e"]);
        assert!(differences(&one, &one).unwrap().is_empty());
    }

    #[test]
    fn a_long_list_is_truncated() {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..12).map(|number| format!("/file{number:02}")).collect();
        let files: Vec<(&str, &str, u32)> = names.iter().map(|name| (name.as_str(), "x", 0o644)).collect();
        let found = differences(&layer(&folder, "a", &files), &layer(&folder, "b", &[])).unwrap();
        assert_eq!(found.len(), NAMED + 1);
        assert_eq!(found.last().unwrap(), "4 more");
    }
}

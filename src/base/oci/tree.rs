//! The files of a layer before packing, sorted by path and with all parent directories.

use std::{
    collections::BTreeMap,
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// The content of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file on this machine.
    Path(PathBuf),
    /// Bytes in memory.
    Bytes(Vec<u8>),
}

/// One entry of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A directory.
    Folder {
        /// Its permissions.
        mode: u32,
        /// User and group that own it.
        owner: (u32, u32),
    },
    /// A regular file.
    File {
        /// Its content.
        source: Source,
        /// Its permissions.
        mode: u32,
        /// User and group that own it.
        owner: (u32, u32),
    },
    /// A symbolic link.
    Link {
        /// Its target.
        target: String,
    },
}

/// The files of a layer, by their path without a leading slash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    nodes: BTreeMap<String, Node>,
}

const ROOT: (u32, u32) = (0, 0);

impl Tree {
    /// An empty layer.
    pub fn new() -> Self {
        Self::default()
    }

    /// The entries sorted by path; parents come before their children.
    pub fn nodes(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.nodes.iter().map(|(path, node)| (path.as_str(), node))
    }

    /// Whether it has no entries.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Inserts `node` at the absolute `path`. Missing parents become directories owned by root.
    pub fn insert(&mut self, path: &str, node: Node) {
        let path = path.trim_matches('/');
        for (end, _) in path.match_indices('/') {
            self.nodes.entry(path[..end].to_owned()).or_insert(Node::Folder { mode: 0o755, owner: ROOT });
        }
        self.nodes.insert(path.to_owned(), node);
    }

    /// Inserts the file or the directory `source` at the absolute `path`.
    ///
    /// Executable files get 0755 and others 0644, unless `mode` is given. Links stay links.
    pub fn copy(
        &mut self,
        source: &Path,
        path: &str,
        mode: Option<u32>,
        owner: (u32, u32),
    ) -> io::Result<()> {
        let metadata = fs::symlink_metadata(source)?;
        if metadata.is_symlink() {
            let target = fs::read_link(source)?.to_string_lossy().into_owned();
            self.insert(path, Node::Link { target });
        } else if metadata.is_dir() {
            if !path.trim_matches('/').is_empty() {
                self.insert(path, Node::Folder { mode: 0o755, owner });
            }
            for entry in fs::read_dir(source)? {
                let entry = entry?;
                let name = entry.file_name();
                let below = format!("{}/{}", path.trim_end_matches('/'), name.to_string_lossy());
                self.copy(&entry.path(), &below, mode, owner)?;
            }
        } else {
            let executable = metadata.permissions().mode() & 0o111 != 0;
            let mode = mode.unwrap_or(if executable { 0o755 } else { 0o644 });
            self.insert(path, Node::File { source: Source::Path(source.to_owned()), mode, owner });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_come_first_and_keep_their_attributes() {
        let mut tree = Tree::new();
        tree.insert("/var/lib", Node::Folder { mode: 0o700, owner: (26, 26) });
        tree.insert("/var/lib/a", Node::Link { target: "b".into() });
        let paths: Vec<&str> = tree.nodes().map(|(path, _)| path).collect();
        assert_eq!(paths, ["var", "var/lib", "var/lib/a"]);
        let lib = tree.nodes().find(|(path, _)| *path == "var/lib").unwrap().1;
        assert_eq!(lib, &Node::Folder { mode: 0o700, owner: (26, 26) });
    }

    #[test]
    fn a_copied_directory_keeps_executable_bits() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("run"), "#!").unwrap();
        fs::set_permissions(folder.path().join("run"), fs::Permissions::from_mode(0o700)).unwrap();
        fs::write(folder.path().join("text"), "x").unwrap();
        let mut tree = Tree::new();
        tree.copy(folder.path(), "/opt/", None, ROOT).unwrap();
        let modes: Vec<u32> = tree
            .nodes()
            .filter_map(|(_, node)| if let Node::File { mode, .. } = node { Some(*mode) } else { None })
            .collect();
        assert_eq!(modes, [0o755, 0o644]);
    }
}

//! The store of build results: a directory per job and key, which appears atomically.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{Provenance, refreshes::Refreshes};
use crate::base::oci::Layer;

/// The number of results per job. Older ones are kept so that changing back to another branch needs no build.
const KEPT: usize = 3;
const PROVENANCE: &str = "provenance.json";
/// The counts of refreshes. Another file name would lose the counts in existing caches.
const REFRESHES: &str = "refreshes.json";

/// The build results in one directory.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

/// A result in progress. Leftovers of an interrupted build are removed when the build starts again.
#[derive(Debug)]
pub struct Unfinished {
    folder: PathBuf,
    target: PathBuf,
}

impl Store {
    /// The store at `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The directory of the result of `job` for `key`, whether it exists or not.
    pub fn folder(&self, job: &str, key: &str) -> PathBuf {
        self.root.join(job).join(key)
    }

    /// Whether the result exists.
    pub fn has(&self, job: &str, key: &str) -> bool {
        self.folder(job, key).is_dir()
    }

    /// The lock of `job`, whose results only one process makes at a time.
    pub fn lock_file(&self, job: &str) -> PathBuf {
        self.root.join(".locks").join(job)
    }

    /// Starts a result in an empty directory.
    pub fn begin(&self, job: &str, key: &str) -> io::Result<Unfinished> {
        let folder = self.root.join(job).join(format!(".unfinished-{key}"));
        remove(&folder)?;
        fs::create_dir_all(&folder)?;
        Ok(Unfinished { folder, target: self.folder(job, key) })
    }

    /// Removes the result of `job` for `key`, if it exists.
    pub fn remove(&self, job: &str, key: &str) -> io::Result<()> {
        remove(&self.folder(job, key))
    }

    /// Reads how often jobs were refreshed.
    pub fn refreshes(&self) -> io::Result<Refreshes> {
        match fs::read(self.root.join(REFRESHES)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Refreshes::default()),
            read => Ok(serde_json::from_slice(&read?)?),
        }
    }

    /// Writes how often jobs were refreshed, atomically.
    pub fn write_refreshes(&self, refreshes: &Refreshes) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.root)?;
        serde_json::to_writer_pretty(&mut file, refreshes)?;
        file.persist(self.root.join(REFRESHES))?;
        Ok(())
    }

    /// Reads the provenance of a result.
    pub fn provenance(&self, job: &str, key: &str) -> io::Result<Provenance> {
        Ok(serde_json::from_slice(&fs::read(self.folder(job, key).join(PROVENANCE))?)?)
    }

    /// Returns the layer with an absolute path.
    pub fn locate(&self, layer: &Layer) -> Layer {
        Layer { path: self.root.join(&layer.path), ..layer.clone() }
    }

    /// Returns the layer with a path relative to the store, so that the cache can be moved.
    pub fn relative(layer: &Layer, job: &str, key: &str) -> Layer {
        let name = layer.path.file_name().unwrap_or_default();
        Layer { path: Path::new(job).join(key).join(name), ..layer.clone() }
    }

    /// Removes all but the newest results of `job`; the one for `key` is always kept.
    pub fn prune(&self, job: &str, key: &str) -> io::Result<()> {
        let mut results: Vec<_> = fs::read_dir(self.root.join(job))?
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let old = entry.file_name() != *key;
                old.then_some((entry.metadata().ok()?.modified().ok()?, entry.path()))
            })
            .collect();
        results.sort();
        let excess = results.len().saturating_sub(KEPT - 1);
        results.into_iter().take(excess).try_for_each(|(_, folder)| remove(&folder))
    }
}

impl Unfinished {
    /// The directory to fill.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Writes the provenance and moves the directory to its final path.
    pub fn commit(self, provenance: &Provenance) -> io::Result<()> {
        fs::write(self.folder.join(PROVENANCE), serde_json::to_vec_pretty(provenance)?)?;
        remove(&self.target)?;
        fs::rename(&self.folder, &self.target)
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_result_is_ignored_and_restarted() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let crashed = store.begin("go.kind", "k1").unwrap();
        fs::write(crashed.path().join("half"), "x").unwrap();
        assert!(!store.has("go.kind", "k1"));
        let again = store.begin("go.kind", "k1").unwrap();
        assert_eq!(fs::read_dir(again.path()).unwrap().count(), 0);
        let facts = Provenance::from([("module".to_owned(), "sigs.k8s.io/kind".to_owned())]);
        again.commit(&facts).unwrap();
        assert!(store.has("go.kind", "k1"));
        assert_eq!(store.provenance("go.kind", "k1").unwrap(), facts);
    }

    #[test]
    fn old_results_are_pruned_except_the_current_one() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        for key in ["a", "b", "c", "d", "e"] {
            store.begin("c.pause", key).unwrap().commit(&Provenance::new()).unwrap();
        }
        store.prune("c.pause", "a").unwrap();
        assert!(store.has("c.pause", "a"));
        assert_eq!(fs::read_dir(folder.path().join("c.pause")).unwrap().count(), KEPT);
    }
}

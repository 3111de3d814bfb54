//! The cache of finished builds: a folder per job and key, which is there completely or not at all.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{Provenance, ages::Ages, oci::Layer};
use crate::base::atomic_file::{self, PRIVATE};

/// Older results of a job are kept so that going back to another branch costs nothing.
const KEPT: usize = 3;
const PROVENANCE: &str = "provenance.json";
const AGES: &str = "ages.json";

/// The finished builds below one folder.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

/// A build under way; what is left of it after a crash is removed when it begins again.
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

    /// Where the finished result of `job` under `key` is, or would be.
    pub fn folder(&self, job: &str, key: &str) -> PathBuf {
        self.root.join(job).join(key)
    }

    /// Whether it is there.
    pub fn has(&self, job: &str, key: &str) -> bool {
        self.folder(job, key).is_dir()
    }

    /// Begins a result in an empty folder.
    pub fn begin(&self, job: &str, key: &str) -> io::Result<Unfinished> {
        let folder = self.root.join(job).join(format!(".unfinished-{key}"));
        remove(&folder)?;
        fs::create_dir_all(&folder)?;
        Ok(Unfinished { folder, target: self.folder(job, key) })
    }

    /// Removes the result of `job` under `key`; an absent one is fine.
    pub fn forget(&self, job: &str, key: &str) -> io::Result<()> {
        remove(&self.folder(job, key))
    }

    /// How often jobs were made again with the same recipe.
    pub fn ages(&self) -> io::Result<Ages> {
        match fs::read(self.root.join(AGES)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Ages::default()),
            read => Ok(serde_json::from_slice(&read?)?),
        }
    }

    /// StepTimes them, all at once.
    pub fn keep_ages(&self, ages: &Ages) -> io::Result<()> {
        let file = self.root.join(AGES);
        atomic_file::write_with(&file, PRIVATE, |out| Ok(serde_json::to_writer_pretty(out, ages)?))
    }

    /// The facts that were noted with a result.
    pub fn provenance(&self, job: &str, key: &str) -> io::Result<Provenance> {
        Ok(serde_json::from_slice(&fs::read(self.folder(job, key).join(PROVENANCE))?)?)
    }

    /// A layer with its place in the store made absolute.
    pub fn locate(&self, layer: &Layer) -> Layer {
        Layer { path: self.root.join(&layer.path), ..layer.clone() }
    }

    /// A layer in the store, by its place below the store's root, so that the cache may be moved.
    pub fn relative(layer: &Layer, job: &str, key: &str) -> Layer {
        let name = layer.path.file_name().unwrap_or_default();
        Layer { path: Path::new(job).join(key).join(name), ..layer.clone() }
    }

    /// Removes all but the newest results of `job`; `key` always stays.
    pub fn prune(&self, job: &str, key: &str) -> io::Result<()> {
        let mut results: Vec<_> = fs::read_dir(self.root.join(job))?
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let old = entry.file_name() != *key;
                old.then_some((entry.metadata().ok()?.modified().ok()?, entry.path()))
            })
            .collect();
        results.sort();
        let surplus = results.len().saturating_sub(KEPT - 1);
        results.into_iter().take(surplus).try_for_each(|(_, folder)| remove(&folder))
    }
}

impl Unfinished {
    /// The folder to fill.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// StepTimes where it came from and makes it the result, all at once.
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
    fn an_unfinished_result_does_not_count_and_is_begun_again() {
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
    fn old_results_are_pruned_and_the_current_one_stays() {
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

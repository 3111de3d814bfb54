//! The cache of built manifests: the same files with the same variables are built once per machine.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::platform::Files;
use crate::base::atomic_file::{self, PRIVATE};

/// The number of cached builds: more than a promotion along all environments needs. The least recently used are
/// removed.
const CAPACITY: usize = 128;

/// Built phases in one folder, one file each.
#[derive(Debug, Clone)]
pub struct BuildCache {
    folder: PathBuf,
}

impl BuildCache {
    /// Returns the cache in `folder`, which need not exist.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Returns the objects of a phase; `None` if they are not cached or the file is incomplete.
    pub fn get(&self, key: &str) -> Option<Vec<Value>> {
        let file = self.file(key);
        let objects = serde_json::from_slice(&fs::read(&file).ok()?).ok()?;
        // The modification time marks the last use. A failure here only causes an earlier rebuild.
        let _ = fs::File::open(&file).and_then(|file| file.set_modified(SystemTime::now()));
        Some(objects)
    }

    /// Stores the objects of a phase, readable by their owner only, and removes the oldest files beyond
    /// [`CAPACITY`].
    pub fn put(&self, key: &str, objects: &[Value]) -> io::Result<()> {
        atomic_file::write_with(&self.file(key), PRIVATE, |out| Ok(serde_json::to_writer(out, objects)?))?;
        self.remove_oldest()
    }

    fn file(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.json"))
    }

    fn remove_oldest(&self) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            // A concurrent run may have removed the file.
            if let Ok(metadata) = entry.metadata() {
                files.push((metadata.modified()?, entry.path()));
            }
        }
        files.sort();
        let surplus = files.len().saturating_sub(CAPACITY);
        files.iter().take(surplus).try_for_each(|(_, path)| match fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        })
    }
}

/// Returns the hash of all inputs of a built phase: the program, the files of its source, the variables, the
/// definition.
pub fn cache_key(
    program: &Path,
    files: &Files,
    variables: &BTreeMap<String, String>,
    definition: &Value,
) -> String {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        // The length prefix distinguishes different lists of parts with the same bytes.
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    // The path of a program in the supply's cache identifies the inputs that it was built from.
    part(program.as_os_str().as_encoded_bytes());
    part(definition.to_string().as_bytes());
    part(&(variables.len() as u64).to_le_bytes());
    for (name, value) in variables {
        part(name.as_bytes());
        part(value.as_bytes());
    }
    for (path, bytes) in files {
        part(path.as_bytes());
        part(bytes);
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_complete_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let cache = BuildCache::at(folder.path().join("new"));
        assert_eq!(cache.get("a"), None);
        cache.put("a", &[json!({"kind": "A"})]).unwrap();
        assert_eq!(cache.get("a"), Some(vec![json!({"kind": "A"})]));
        fs::write(cache.file("a"), "[{\"kind\":").unwrap();
        assert_eq!(cache.get("a"), None, "truncated");
    }

    #[test]
    fn the_least_recently_used_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let cache = BuildCache::at(folder.path());
        let age = |key: &str, days: u64| {
            let day = std::time::Duration::from_hours(24);
            let then = SystemTime::now() - day * u32::try_from(days).unwrap();
            fs::File::open(cache.file(key)).unwrap().set_modified(then).unwrap();
        };
        for at in 0..CAPACITY {
            cache.put(&at.to_string(), &[]).unwrap();
            age(&at.to_string(), 200 - at as u64);
        }
        assert!(cache.get("0").is_some(), "reading marks it as recently used");
        cache.put("new", &[]).unwrap();
        let exists = |key: &str| cache.file(key).exists();
        assert!(exists("0") && !exists("1") && exists("2") && exists("new"));
    }

    #[test]
    fn every_input_changes_the_key() {
        let files = |text: &str| Files::from([("a".to_owned(), text.as_bytes().to_vec())]);
        let variables = |value: &str| BTreeMap::from([("V".to_owned(), value.to_owned())]);
        let base = cache_key(Path::new("p"), &files("x"), &variables("1"), &json!({"path": "./a"}));
        assert_eq!(base, cache_key(Path::new("p"), &files("x"), &variables("1"), &json!({"path": "./a"})));
        for other in [
            cache_key(Path::new("q"), &files("x"), &variables("1"), &json!({"path": "./a"})),
            cache_key(Path::new("p"), &files("y"), &variables("1"), &json!({"path": "./a"})),
            cache_key(Path::new("p"), &files("x"), &variables("2"), &json!({"path": "./a"})),
            cache_key(Path::new("p"), &files("x"), &variables("1"), &json!({"path": "./b"})),
            cache_key(Path::new("p"), &files("x"), &BTreeMap::new(), &json!({"path": "./a"})),
        ] {
            assert_ne!(base, other);
        }
    }
}

//! The cache of builds: the same inputs are built once per machine.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Built, Files, Trace, Wanted};
use crate::base::atomic_file::{self, PRIVATE};

/// The number of files: more than a promotion along all environments needs. The least recently used are
/// removed.
const CAPACITY: usize = 512;
/// The number of builds of one Kustomization: edits, and branches between which a user switches.
const BUILDS: usize = 12;

/// Builds in one folder: for each Kustomization a list of traces, and a file for the objects of each build.
#[derive(Debug, Clone)]
pub(super) struct BuildCache {
    folder: PathBuf,
}

/// A build in the list of a Kustomization.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    trace: Trace,
    /// The key of the objects.
    objects: String,
}

impl BuildCache {
    /// Returns the cache in `folder`, which need not exist.
    pub(super) fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Returns the build of `wanted` whose inputs are equal to `source`; `None` if it is not cached or a file
    /// is incomplete.
    pub(super) fn get(&self, program: &Path, source: &Files, wanted: &Wanted<'_>) -> Option<Built> {
        let entries: Vec<Entry> = self.read(&key(program, wanted))?;
        let entry = entries.into_iter().find(|entry| entry.trace.holds(source, wanted))?;
        Some(Built { objects: self.read(&entry.objects)?, files: entry.trace.files() })
    }

    /// Stores a build, readable by its owner only, and removes the oldest files beyond [`CAPACITY`].
    ///
    /// A concurrent run may overwrite the list: then the build is repeated later.
    pub(super) fn put(
        &self,
        program: &Path,
        wanted: &Wanted<'_>,
        trace: &Trace,
        built: &Built,
    ) -> io::Result<()> {
        let list = key(program, wanted);
        let objects = hash(&[list.as_bytes(), &serde_json::to_vec(trace)?]);
        self.write(&objects, &built.objects)?;
        let mut entries: Vec<Entry> = self.read(&list).unwrap_or_default();
        entries.retain(|entry| entry.objects != objects);
        entries.insert(0, Entry { trace: trace.clone(), objects });
        entries.truncate(BUILDS);
        self.write(&list, &entries)?;
        self.remove_oldest()
    }

    fn read<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let file = self.file(key);
        let content = serde_json::from_slice(&fs::read(&file).ok()?).ok()?;
        // The modification time marks the last use. A failure here only causes an earlier rebuild.
        let _ = fs::File::open(&file).and_then(|file| file.set_modified(SystemTime::now()));
        Some(content)
    }

    fn write<T: Serialize>(&self, key: &str, content: &T) -> io::Result<()> {
        atomic_file::write_with(&self.file(key), PRIVATE, |out| Ok(serde_json::to_writer(out, content)?))
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

/// The key of a Kustomization: the program and the definition. The name of its source contains a digest and
/// does not change a build.
fn key(program: &Path, wanted: &Wanted<'_>) -> String {
    let mut definition = wanted.definition.clone();
    if let Some(source) = definition.pointer_mut("/spec/sourceRef/name") {
        *source = Value::Null;
    }
    // The path of a program in the supply's cache identifies the inputs that it was built from.
    let program = program.as_os_str().as_encoded_bytes();
    hash(&[program, definition.to_string().as_bytes(), &[u8::from(wanted.variables.is_some())]])
}

/// The hash of a list of parts.
pub(in crate::artifact) fn hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // The length prefix distinguishes different lists of parts with the same bytes.
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::{super::Dependencies, *};

    fn wanted(path: &str) -> Wanted<'static> {
        Wanted { definition: json!({"spec": {"path": path, "sourceRef": {"name": "s"}}}), variables: None }
    }

    fn source(text: &str) -> Files {
        Files::from([("a".to_owned(), text.as_bytes().to_vec())])
    }

    fn store(cache: &BuildCache, wanted: &Wanted<'_>, text: &str) -> Built {
        let files = std::collections::BTreeSet::from(["a".to_owned()]);
        let on = Dependencies { files: files.clone(), ..Dependencies::default() };
        let built = Built { objects: vec![json!({"kind": text})], files };
        cache.put(Path::new("p"), wanted, &Trace::of(&source(text), wanted, &on), &built).unwrap();
        built
    }

    #[test]
    fn builds_are_found_by_their_inputs() {
        let folder = tempfile::tempdir().unwrap();
        let cache = BuildCache::at(folder.path().join("new"));
        let get = |text: &str| cache.get(Path::new("p"), &source(text), &wanted("./a"));
        assert_eq!(get("x"), None);
        let (x, y) = (store(&cache, &wanted("./a"), "x"), store(&cache, &wanted("./a"), "y"));
        assert_eq!(get("x"), Some(x));
        assert_eq!(get("y"), Some(y));
        assert_eq!(get("z"), None);
        for file in fs::read_dir(cache.folder.clone()).unwrap() {
            fs::write(file.unwrap().path(), "[{\"kind\":").unwrap();
        }
        assert_eq!(get("x"), None, "truncated files are not read");
    }

    #[test]
    fn the_last_builds_of_a_kustomization_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let cache = BuildCache::at(folder.path());
        for number in 0..=BUILDS {
            store(&cache, &wanted("./a"), &number.to_string());
        }
        let get = |text: &str| cache.get(Path::new("p"), &source(text), &wanted("./a"));
        assert!(get("0").is_none() && get("1").is_some());
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
            cache.write(&at.to_string(), &[0; 0]).unwrap();
            age(&at.to_string(), 2 * (CAPACITY - at) as u64);
        }
        assert!(cache.read::<Vec<u8>>("0").is_some(), "reading marks it as recently used");
        store(&cache, &wanted("./a"), "new");
        let exists = |key: &str| cache.file(key).exists();
        assert!(exists("0") && !exists("1") && !exists("2") && exists("3"));
        assert!(cache.get(Path::new("p"), &source("new"), &wanted("./a")).is_some());
    }

    #[test]
    fn program_and_definition_are_the_key_and_the_source_is_not() {
        let base = key(Path::new("p"), &wanted("./a"));
        let mut other = wanted("./a");
        other.definition["spec"]["sourceRef"]["name"] = json!("other");
        assert_eq!(base, key(Path::new("p"), &other));
        let variables = BTreeMap::new();
        let substituted = Wanted { variables: Some(&variables), ..wanted("./a") };
        for key in [
            key(Path::new("q"), &wanted("./a")),
            key(Path::new("p"), &wanted("./b")),
            key(Path::new("p"), &substituted),
        ] {
            assert_ne!(base, key);
        }
    }
}

//! What flux-build has built before, kept in the machine's cache: the same files with the same variables are built once.

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

/// More than a promotion along all environments builds; older ones go.
const MOST: usize = 128;

/// Built phases below one folder, a file each.
#[derive(Debug, Clone)]
pub struct Kept {
    folder: PathBuf,
}

impl Kept {
    /// What is kept in `folder`, which need not exist.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The objects of a phase; `None` where they are not there whole.
    pub fn get(&self, key: &str) -> Option<Vec<Value>> {
        let file = self.file(key);
        let objects = serde_json::from_slice(&fs::read(&file).ok()?).ok()?;
        // What is used stays; where that cannot be noted, it is built again some day.
        let _ = fs::File::open(&file).and_then(|file| file.set_modified(SystemTime::now()));
        Some(objects)
    }

    /// Keeps the objects of a phase, readable by their owner only, and lets the oldest go beyond [`MOST`].
    pub fn put(&self, key: &str, objects: &[Value]) -> io::Result<()> {
        atomic_file::write_with(&self.file(key), PRIVATE, |out| Ok(serde_json::to_writer(out, objects)?))?;
        self.forget_oldest()
    }

    fn file(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.json"))
    }

    fn forget_oldest(&self) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            // Another run may take one away meanwhile.
            if let Ok(about) = entry.metadata() {
                files.push((about.modified()?, entry.path()));
            }
        }
        files.sort();
        let too_many = files.len().saturating_sub(MOST);
        files.iter().take(too_many).try_for_each(|(_, path)| match fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        })
    }
}

/// What a built phase is a function of: the program, the files of its source, the variables and its definition.
pub fn key(
    program: &Path,
    files: &Files,
    variables: &BTreeMap<String, String>,
    definition: &Value,
) -> String {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        // With their lengths, so that no two lists of parts read the same.
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    // Where the supply keeps a program, its path names what it was made of.
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
    fn what_was_kept_whole_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::at(folder.path().join("new"));
        assert_eq!(kept.get("a"), None);
        kept.put("a", &[json!({"kind": "A"})]).unwrap();
        assert_eq!(kept.get("a"), Some(vec![json!({"kind": "A"})]));
        fs::write(kept.file("a"), "[{\"kind\":").unwrap();
        assert_eq!(kept.get("a"), None, "half of it");
    }

    #[test]
    fn the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::at(folder.path());
        let age = |key: &str, days: u64| {
            let day = std::time::Duration::from_hours(24);
            let then = SystemTime::now() - day * u32::try_from(days).unwrap();
            fs::File::open(kept.file(key)).unwrap().set_modified(then).unwrap();
        };
        for at in 0..MOST {
            kept.put(&at.to_string(), &[]).unwrap();
            age(&at.to_string(), 200 - at as u64);
        }
        assert!(kept.get("0").is_some(), "asked for, and so the youngest");
        kept.put("new", &[]).unwrap();
        let there = |key: &str| kept.file(key).exists();
        assert!(there("0") && !there("1") && there("2") && there("new"));
    }

    #[test]
    fn a_key_is_another_one_for_everything_that_may_change_what_is_built() {
        let files = |text: &str| Files::from([("a".to_owned(), text.as_bytes().to_vec())]);
        let variables = |value: &str| BTreeMap::from([("V".to_owned(), value.to_owned())]);
        let base = key(Path::new("p"), &files("x"), &variables("1"), &json!({"path": "./a"}));
        assert_eq!(base, key(Path::new("p"), &files("x"), &variables("1"), &json!({"path": "./a"})));
        for other in [
            key(Path::new("q"), &files("x"), &variables("1"), &json!({"path": "./a"})),
            key(Path::new("p"), &files("y"), &variables("1"), &json!({"path": "./a"})),
            key(Path::new("p"), &files("x"), &variables("2"), &json!({"path": "./a"})),
            key(Path::new("p"), &files("x"), &variables("1"), &json!({"path": "./b"})),
            key(Path::new("p"), &files("x"), &BTreeMap::new(), &json!({"path": "./a"})),
        ] {
            assert_ne!(base, other);
        }
    }
}

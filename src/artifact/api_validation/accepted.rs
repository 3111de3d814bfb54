//! The objects that the API server's rules accepted, by a hash of all that decides.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    artifact::build::hash,
    base::atomic_file::{self, PRIVATE},
    config::HostDirs,
};

/// The number of objects: several trees with all their environments.
const CAPACITY: usize = 16_384;

/// The list of accepted objects in one file of the cache. A lost or incomplete file only means more work.
#[derive(Debug, Clone)]
pub(super) struct Accepted {
    file: PathBuf,
}

/// The hash of a program, an object and what else decides on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(String);

impl Key {
    /// The path of a program in the supply's cache identifies the inputs that it was built from.
    pub(super) fn of(program: &Path, object: &Value, context: &[Option<&Value>]) -> Self {
        let values = std::iter::once(Some(object)).chain(context.iter().copied());
        let texts: Vec<String> =
            values.map(|value| value.map(Value::to_string).unwrap_or_default()).collect();
        let parts = std::iter::once(program.as_os_str().as_encoded_bytes());
        Self(hash(&parts.chain(texts.iter().map(String::as_bytes)).collect::<Vec<_>>()))
    }
}

impl Accepted {
    pub(super) fn of(dirs: &HostDirs) -> Self {
        Self { file: dirs.cache().join("accepted-objects") }
    }

    /// Returns the keys in the file; none if there is no file.
    pub(super) fn read(&self) -> BTreeSet<Key> {
        let text = fs::read_to_string(&self.file).unwrap_or_default();
        // An incomplete line matches no key.
        text.lines().map(|line| Key(line.to_owned())).collect()
    }

    /// Replaces the file, readable by its owner only. Beyond [`CAPACITY`] it starts again with no key.
    pub(super) fn write(&self, keys: &BTreeSet<Key>) -> io::Result<()> {
        let keys = if keys.len() > CAPACITY { &BTreeSet::new() } else { keys };
        atomic_file::write_with(&self.file, PRIVATE, |out| {
            keys.iter().try_for_each(|Key(key)| writeln!(out, "{key}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_differ_by_program_object_and_context() {
        let (object, other) = (json!({"a": 1}), json!({"a": 2}));
        let key = |program: &str, object: &Value, context: &[Option<&Value>]| {
            Key::of(Path::new(program), object, context)
        };
        let base = key("p", &object, &[None]);
        assert_eq!(base, key("p", &object, &[None]));
        for different in [
            key("q", &object, &[None]),
            key("p", &other, &[None]),
            key("p", &object, &[Some(&other)]),
            key("p", &object, &[None, Some(&other)]),
        ] {
            assert_ne!(base, different);
        }
    }

    #[test]
    fn keys_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let accepted = Accepted::of(&HostDirs::new(folder.path(), folder.path()));
        assert_eq!(accepted.read(), BTreeSet::new());
        let keys: BTreeSet<Key> = [1, 2].map(|number| Key::of(Path::new("p"), &json!(number), &[])).into();
        accepted.write(&keys).unwrap();
        assert_eq!(accepted.read(), keys);
        let many = (0..=CAPACITY).map(|number| Key(number.to_string())).collect();
        accepted.write(&many).unwrap();
        assert_eq!(accepted.read(), BTreeSet::new());
    }
}

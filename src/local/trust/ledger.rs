//! What seasense made this machine trust: a file of its own, which outlives the environment, and is gone when nothing is
//! left to take back.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Place;
use crate::base::{
    atomic_file,
    failure::{Context, Failure, Kind, Result},
};

/// One certificate in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The cluster whose authority it is.
    pub cluster: String,
    /// The certificate, PEM: it is needed to take it back after the cluster is gone.
    pub pem: String,
    /// SHA-256 of the certificate.
    pub fingerprint: String,
    /// Where.
    pub place: Place,
    /// Whether the place itself was made for it.
    pub made: bool,
    /// A keystore as it was before and what became of it: programs that write one do not write back the same bytes.
    pub before: Option<Before>,
}

/// A file as it was before a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// The copy.
    pub copy: PathBuf,
    /// SHA-256 of the file after the change; empty until the change is made.
    pub after: String,
}

/// The entries, in the order in which they were made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustStore {
    file: PathBuf,
    /// The entries.
    pub entries: Vec<Entry>,
}

impl TrustStore {
    /// Reads the ledger in `file`; an absent one is empty, one that cannot be understood is an error.
    pub fn open(file: &Path) -> Result<Self> {
        let what = || format!("read `{}`", file.display());
        let entries = match std::fs::read(file) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| {
                Failure::new(Kind::Tool, what())
                    .caused_by(&error)
                    .hint("it tells what this machine trusts; repair it rather than delete it")
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error).with_context(Kind::Tool, what),
        };
        Ok(Self { file: file.to_owned(), entries })
    }

    /// The folder of the copies that entries name and that commands read; it goes with the last entry.
    pub fn copies(&self) -> PathBuf {
        self.file.with_extension("d")
    }

    /// The entries of `cluster`.
    pub fn of(&self, cluster: &str) -> Vec<Entry> {
        self.entries.iter().filter(|entry| entry.cluster == cluster).cloned().collect()
    }

    /// Writes down `entry`, instead of one of the same certificate in the same place.
    pub fn put(&mut self, entry: Entry) -> Result<()> {
        let same = |found: &Entry| found.fingerprint == entry.fingerprint && found.place == entry.place;
        match self.entries.iter_mut().find(|found| same(found)) {
            Some(found) => *found = entry,
            None => self.entries.push(entry),
        }
        self.write()
    }

    /// Forgets the certificate in that place, with the copy of what was there before.
    pub fn forget(&mut self, fingerprint: &str, place: &Place) -> Result<()> {
        let is = |entry: &Entry| entry.fingerprint == fingerprint && entry.place == *place;
        for before in self.entries.iter().filter(|entry| is(entry)).filter_map(|entry| entry.before.as_ref())
        {
            // A copy that cannot be removed holds nothing secret and changes nothing.
            let _ = std::fs::remove_file(&before.copy);
        }
        self.entries.retain(|entry| !is(entry));
        self.write()
    }

    /// Leaves no file behind where nothing is written down.
    pub fn tidy(&self) -> Result<()> {
        if self.entries.is_empty() { self.write() } else { Ok(()) }
    }

    fn write(&self) -> Result<()> {
        let what = || format!("write `{}`", self.file.display());
        if self.entries.is_empty() {
            // Copies of certificates only.
            let _ = std::fs::remove_dir_all(self.copies());
            return match std::fs::remove_file(&self.file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(error).with_context(Kind::Tool, what)
                }
                _ => Ok(()),
            };
        }
        let text = serde_json::to_vec_pretty(&self.entries).with_context(Kind::Internal, what)?;
        atomic_file::write_private(&self.file, &text).with_context(Kind::Tool, what)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn entry(cluster: &str, fingerprint: &str) -> Entry {
        Entry {
            cluster: cluster.into(),
            pem: "PEM".into(),
            fingerprint: fingerprint.into(),
            place: Place::Nss { folder: "/a".into() },
            made: false,
            before: None,
        }
    }

    #[test]
    fn what_is_written_down_is_found_again_and_an_empty_ledger_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/trust.json");
        let mut ledger = TrustStore::open(&file).unwrap();
        ledger.put(entry("a", "1")).unwrap();
        ledger.put(entry("b", "2")).unwrap();
        ledger.put(Entry { made: true, ..entry("a", "1") }).unwrap();
        let read = TrustStore::open(&file).unwrap();
        assert_eq!(read, ledger);
        assert_eq!(read.of("a"), [Entry { made: true, ..entry("a", "1") }]);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        for (fingerprint, left) in [("1", true), ("2", false)] {
            ledger.forget(fingerprint, &Place::Nss { folder: "/a".into() }).unwrap();
            assert_eq!(file.exists(), left);
        }
        std::fs::write(&file, "{half").unwrap();
        assert!(TrustStore::open(&file).is_err());
    }
}

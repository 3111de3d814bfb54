//! The trust record: the certificates that seasense added to the stores of this machine. The file outlives
//! the environment and is removed with its last entry.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::StoreLocation;
use crate::base::{
    atomic_file,
    failure::{Context, Failure, Kind, Result},
};

/// One certificate in one store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The cluster whose CA it is.
    pub cluster: String,
    /// The certificate, PEM; needed to remove it after the cluster is gone.
    pub pem: String,
    /// SHA-256 of the certificate.
    pub fingerprint: String,
    /// The store.
    pub location: StoreLocation,
    /// Whether the store was created for it.
    pub created: bool,
    /// The backup of a keystore: removing a certificate from a keystore does not restore its original bytes.
    pub backup: Option<Backup>,
}

/// The backup of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// The copy.
    pub copy: PathBuf,
    /// SHA-256 of the file after the change; empty until the change is executed.
    pub changed_digest: String,
}

/// The entries, in the order of their creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustRecord {
    file: PathBuf,
    /// The entries.
    pub entries: Vec<Entry>,
}

impl TrustRecord {
    /// Reads the record in `file`; an absent file is empty, a malformed one is an error.
    pub fn open(file: &Path) -> Result<Self> {
        let what = || format!("cannot read `{}`", file.display());
        let entries = match std::fs::read(file) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| {
                Failure::new(Kind::Tool, what())
                    .caused_by(&error)
                    .hint("repair the file instead of deleting it: it lists what this machine trusts")
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error).with_context(Kind::Tool, what),
        };
        Ok(Self { file: file.to_owned(), entries })
    }

    /// The directory of certificate copies and backups; removed with the last entry.
    pub fn copies(&self) -> PathBuf {
        self.file.with_extension("d")
    }

    /// The entries of `cluster`.
    pub fn of(&self, cluster: &str) -> Vec<Entry> {
        self.entries.iter().filter(|entry| entry.cluster == cluster).cloned().collect()
    }

    /// Writes `entry`, replacing one of the same certificate in the same store.
    pub fn put(&mut self, entry: Entry) -> Result<()> {
        let same = |found: &Entry| found.fingerprint == entry.fingerprint && found.location == entry.location;
        match self.entries.iter_mut().find(|found| same(found)) {
            Some(found) => *found = entry,
            None => self.entries.push(entry),
        }
        self.write()
    }

    /// Removes the certificate in that store from the record, with its backup.
    pub fn forget(&mut self, fingerprint: &str, location: &StoreLocation) -> Result<()> {
        let is = |entry: &Entry| entry.fingerprint == fingerprint && entry.location == *location;
        for backup in self.entries.iter().filter(|entry| is(entry)).filter_map(|entry| entry.backup.as_ref())
        {
            // A remaining backup is not secret and changes nothing.
            let _ = std::fs::remove_file(&backup.copy);
        }
        self.entries.retain(|entry| !is(entry));
        self.write()
    }

    /// Removes the files if there is no entry.
    pub fn tidy(&self) -> Result<()> {
        if self.entries.is_empty() { self.write() } else { Ok(()) }
    }

    fn write(&self) -> Result<()> {
        let what = || format!("cannot write `{}`", self.file.display());
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
            location: StoreLocation::Nss { folder: "/a".into() },
            created: false,
            backup: None,
        }
    }

    #[test]
    fn entries_are_read_back_and_an_empty_record_has_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/trust.json");
        let mut record = TrustRecord::open(&file).unwrap();
        record.put(entry("a", "1")).unwrap();
        record.put(entry("b", "2")).unwrap();
        record.put(Entry { created: true, ..entry("a", "1") }).unwrap();
        let read = TrustRecord::open(&file).unwrap();
        assert_eq!(read, record);
        assert_eq!(read.of("a"), [Entry { created: true, ..entry("a", "1") }]);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        for (fingerprint, left) in [("1", true), ("2", false)] {
            record.forget(fingerprint, &StoreLocation::Nss { folder: "/a".into() }).unwrap();
            assert_eq!(file.exists(), left);
        }
        std::fs::write(&file, "{half").unwrap();
        assert!(TrustRecord::open(&file).is_err());
    }
}

//! The enrolment key in a mounted file, which may be replaced while the fleet runs.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use seasense::apps::shared::token::EnrolmentKey;

/// The key from which the buoys' tokens are derived.
#[derive(Debug)]
pub struct KeyFile {
    path: PathBuf,
    key: Mutex<EnrolmentKey>,
}

impl KeyFile {
    /// Reads the file for the first time.
    pub fn read(path: &Path) -> Result<Self, String> {
        Ok(Self { path: path.to_owned(), key: Mutex::new(parse(path)?) })
    }

    /// Returns the token of a buoy.
    pub fn token(&self, buoy: &str) -> String {
        self.key.lock().unwrap_or_else(PoisonError::into_inner).token(buoy)
    }

    /// Whether the buoy has another token than `refused`, after the file is read again. It is read only when a
    /// token is refused: until the backend knows a new key, the old one is valid.
    pub fn is_replaced(&self, buoy: &str, refused: &str) -> bool {
        match parse(&self.path) {
            Ok(key) => *self.key.lock().unwrap_or_else(PoisonError::into_inner) = key,
            Err(error) => tracing::warn!("{error}"),
        }
        self.token(buoy) != refused
    }
}

fn parse(path: &Path) -> Result<EnrolmentKey, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read the key file {}: {error}", path.display()))?;
    EnrolmentKey::new(&text).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_is_read_again_when_a_token_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "a".repeat(64)).unwrap();
        let keys = KeyFile::read(&path).unwrap();
        let first = keys.token("buoy-001");
        assert!(!keys.is_replaced("buoy-001", &first));
        std::fs::write(&path, "b".repeat(64)).unwrap();
        assert_eq!(keys.token("buoy-001"), first, "the old key is used as long as it is valid");
        assert!(keys.is_replaced("buoy-001", &first));
        // A second buoy finds the key that the first one has read.
        assert!(keys.is_replaced("buoy-002", "its old token"));
        std::fs::write(&path, "short").unwrap();
        let second = keys.token("buoy-001");
        assert!(!keys.is_replaced("buoy-001", &second), "an invalid file changes nothing");
    }

    #[test]
    fn missing_file_is_named() {
        assert!(KeyFile::read(Path::new("/nowhere/key")).unwrap_err().contains("/nowhere/key"));
    }
}

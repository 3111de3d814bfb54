//! The credentials of the database: read from the settings, and again when the mounted files change.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::postgres::PgConnectOptions;

/// Invalid or unreadable credentials. No message contains them.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// Neither the file nor the variable is set.
    #[error("no database URL: set DATABASE_URL or DATABASE_URI_FILE")]
    Missing,
    /// The URL is invalid.
    #[error("invalid PostgreSQL URL")]
    Url,
    /// A file cannot be read.
    #[error("cannot read {0}")]
    File(PathBuf, #[source] std::io::Error),
}

/// Where the URL comes from.
#[derive(Debug, Clone)]
pub enum Url {
    /// A mounted file, which may change at any time.
    File(PathBuf),
    /// The environment of the process, which never changes.
    Text(String),
}

/// The current credentials; clones share them.
#[derive(Clone)]
pub struct Credentials {
    url: Url,
    password: Option<PathBuf>,
    current: Arc<Mutex<Current>>,
}

struct Current {
    texts: (String, Option<String>),
    options: PgConnectOptions,
}

impl Credentials {
    /// Reads the credentials for the first time. A password in the file `password` replaces the one in the URL:
    /// the operator of the database applies the password, and who changes it may leave the URL as it is.
    pub fn read(url: Url, password: Option<PathBuf>) -> Result<Self, CredentialsError> {
        let current = Arc::new(Mutex::new(Current::parse(texts(&url, password.as_deref())?)?));
        Ok(Self { url, password, current })
    }

    /// Returns the connection options with the credentials that were read last.
    pub fn options(&self) -> PgConnectOptions {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).options.clone()
    }

    /// Reads the files again; returns whether the credentials have changed. Files that cannot be read or parsed
    /// change nothing: they may be in the middle of a replacement.
    pub fn reload(&self) -> bool {
        let read = texts(&self.url, self.password.as_deref());
        match read.and_then(|texts| self.replace(texts)) {
            Ok(changed) => changed,
            Err(error) => {
                tracing::warn!(%error, "the database credentials cannot be read again");
                false
            }
        }
    }

    fn replace(&self, texts: (String, Option<String>)) -> Result<bool, CredentialsError> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.texts == texts {
            return Ok(false);
        }
        *current = Current::parse(texts)?;
        drop(current);
        tracing::info!("the database credentials have changed");
        Ok(true)
    }
}

impl Current {
    fn parse(texts: (String, Option<String>)) -> Result<Self, CredentialsError> {
        let options = PgConnectOptions::from_str(texts.0.trim()).map_err(|_| CredentialsError::Url)?;
        let options = match &texts.1 {
            Some(password) => options.password(password.trim_end_matches(['\r', '\n'])),
            None => options,
        };
        Ok(Self { texts, options })
    }
}

fn texts(url: &Url, password: Option<&Path>) -> Result<(String, Option<String>), CredentialsError> {
    let url = match url {
        Url::File(file) => read(file)?,
        Url::Text(text) => text.clone(),
    };
    Ok((url, password.map(read).transpose()?))
}

fn read(file: &Path) -> Result<String, CredentialsError> {
    std::fs::read_to_string(file).map_err(|error| CredentialsError::File(file.to_owned(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "postgres://seasense:first@db.example/seasense";

    fn files() -> (tempfile::TempDir, Credentials) {
        let folder = tempfile::tempdir().unwrap();
        let (uri, password) = (folder.path().join("uri"), folder.path().join("password"));
        std::fs::write(&uri, URL).unwrap();
        std::fs::write(&password, "first\n").unwrap();
        let credentials = Credentials::read(Url::File(uri), Some(password)).unwrap();
        (folder, credentials)
    }

    /// Connection options offer no way to read the password but their debug text.
    fn shown(credentials: &Credentials) -> String {
        format!("{:?}", credentials.options())
    }

    #[test]
    fn changed_file_is_read_again_and_an_unchanged_one_is_not() {
        let (folder, credentials) = files();
        assert!(!credentials.reload());
        std::fs::write(folder.path().join("uri"), URL.replace("db.example", "other.example")).unwrap();
        assert!(credentials.reload());
        assert_eq!(credentials.options().get_host(), "other.example");
        assert!(!credentials.reload());
    }

    #[test]
    fn password_file_replaces_the_password_in_the_url() {
        let (folder, credentials) = files();
        std::fs::write(folder.path().join("password"), "second").unwrap();
        assert!(credentials.clone().reload());
        assert!(shown(&credentials).contains("second"), "{}", shown(&credentials));
    }

    #[test]
    fn unreadable_and_invalid_files_keep_the_credentials() {
        let (folder, credentials) = files();
        std::fs::write(folder.path().join("uri"), "half a replace").unwrap();
        assert!(!credentials.reload());
        std::fs::remove_file(folder.path().join("uri")).unwrap();
        assert!(!credentials.reload());
        assert_eq!(credentials.options().get_host(), "db.example");
    }

    #[test]
    fn errors_name_the_file_and_never_the_secret() {
        let missing = Credentials::read(Url::File("/nowhere/uri".into()), None).err().unwrap();
        assert_eq!(missing.to_string(), "cannot read /nowhere/uri");
        let invalid = Credentials::read(Url::Text("secret".to_owned()), None).err().unwrap();
        assert_eq!(invalid.to_string(), "invalid PostgreSQL URL");
    }
}

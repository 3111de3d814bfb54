//! Discovers the certificate stores of this machine, and whether the current user may change them.

use std::path::{Path, PathBuf};

use super::{Family, StoreKind, StoreLocation};
use crate::base::tool;

/// Determines which stores are searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostTrustConfig {
    /// The root directory of the system's store: `/`.
    pub root: PathBuf,
    /// The user's home directory.
    pub home: Option<PathBuf>,
    /// The Java installation that the user selected.
    pub java_home: Option<PathBuf>,
    /// Whether the user is root.
    pub root_user: bool,
}

/// A store on this machine, and whether it can be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedStore {
    /// Its location.
    pub location: StoreLocation,
    /// Whether the current user may change it.
    pub writable: bool,
    /// Whether it must be created first.
    pub is_new: bool,
    /// A sentence about the program that must be installed before the store can be changed; `None` if nothing
    /// is missing.
    pub missing: Option<String>,
}

/// Directories below the home with NSS databases; `*` is any one directory.
const DATABASES: [&str; 6] = [
    ".pki/nssdb",
    "snap/chromium/current/.pki/nssdb",
    ".mozilla/firefox/*",
    "snap/firefox/common/.mozilla/firefox/*",
    ".var/app/org.mozilla.firefox/.mozilla/firefox/*",
    "Library/Application Support/Firefox/Profiles/*",
];
/// The file of an NSS database.
const DATABASE: &str = "cert9.db";
/// Browsers that create the first of [`DATABASES`] at their first start.
const CHROMIUMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The stores of this machine, in the order in which they are changed.
pub fn stores(config: &HostTrustConfig) -> Vec<LocatedStore> {
    let system = system(config).into_iter();
    system.chain(nss(config)).chain(java(config)).collect()
}

fn system(config: &HostTrustConfig) -> Option<LocatedStore> {
    let exists = |family: &Family| match family {
        Family::MacOs => cfg!(target_os = "macos"),
        _ => config.root.join(family.anchors()).is_dir() && tool::locate(family.update().0).is_ok(),
    };
    let family = Family::ALL.into_iter().find(exists)?;
    let location = StoreLocation::System { family, root: config.root.clone() };
    Some(LocatedStore { location, writable: config.root_user, is_new: false, missing: None })
}

fn nss(config: &HostTrustConfig) -> Vec<LocatedStore> {
    let Some(home) = &config.home else { return Vec::new() };
    let mut folders: Vec<(PathBuf, bool)> = DATABASES
        .iter()
        .flat_map(|pattern| expanded(home, pattern))
        .filter(|folder| folder.join(DATABASE).is_file())
        .map(|folder| (folder, false))
        .collect();
    let first = home.join(DATABASES[0]);
    let browser = CHROMIUMS.iter().any(|name| tool::locate(name).is_ok());
    if browser && !folders.iter().any(|(folder, _)| *folder == first) {
        folders.insert(0, (first, true));
    }
    let missing = tool::locate("certutil").is_err().then(|| {
        "`certutil` is not on PATH; install `libnss3-tools` (Debian), `nss-tools` (Fedora) or `nss` (Arch, Homebrew)"
            .to_owned()
    });
    let store = |(folder, is_new)| LocatedStore {
        location: StoreLocation::Nss { folder },
        writable: true,
        is_new,
        missing: missing.clone(),
    };
    folders.into_iter().map(store).collect()
}

/// The directories that `pattern` below `home` matches, sorted.
fn expanded(home: &Path, pattern: &str) -> Vec<PathBuf> {
    let Some(parent) = pattern.strip_suffix("/*") else { return vec![home.join(pattern)] };
    let Ok(entries) = std::fs::read_dir(home.join(parent)) else { return Vec::new() };
    let mut folders: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn java(config: &HostTrustConfig) -> Option<LocatedStore> {
    let of_path = || {
        let program = tool::locate("keytool").or_else(|_| tool::locate("java")).ok()?;
        let program = program.canonicalize().ok()?;
        Some(program.parent()?.parent()?.to_owned())
    };
    let home = config.java_home.clone().or_else(of_path)?;
    // Java 8 has its runtime in the second directory.
    let keystore = ["lib/security/cacerts", "jre/lib/security/cacerts"]
        .iter()
        .find_map(|file| home.join(file).canonicalize().ok())?;
    let keytool = home.join("bin/keytool");
    let missing = (!keytool.is_file()).then(|| format!("`{}` does not exist", keytool.display()));
    let writable = rustix::fs::access(&keystore, rustix::fs::Access::WRITE_OK).is_ok();
    Some(LocatedStore {
        location: StoreLocation::Java { keystore, keytool },
        writable,
        is_new: false,
        missing,
    })
}

impl LocatedStore {
    /// The kind of the store.
    pub const fn kind(&self) -> StoreKind {
        self.location.kind()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_and_the_selected_java_are_discovered() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        let config = HostTrustConfig {
            root: at("system"),
            home: Some(at("home")),
            java_home: Some(at("jdk")),
            root_user: false,
        };
        assert!(stores(&config).iter().all(|store| store.is_new), "{:?}", stores(&config));
        for file in [
            "home/.pki/nssdb/cert9.db",
            "home/.mozilla/firefox/b.default/cert9.db",
            "jdk/lib/security/cacerts",
            "jdk/bin/keytool",
        ] {
            std::fs::create_dir_all(at(file).parent().unwrap()).unwrap();
            std::fs::write(at(file), "").unwrap();
        }
        std::fs::create_dir_all(at("home/.mozilla/firefox/Crash Reports")).unwrap();
        let found: Vec<PathBuf> = stores(&config).iter().map(|store| store.location.path()).collect();
        let jdk = at("jdk/lib/security/cacerts").canonicalize().unwrap();
        assert_eq!(found, [at("home/.pki/nssdb"), at("home/.mozilla/firefox/b.default"), jdk]);
    }
}

//! Which places there are on this machine, and whether this person may change them.

use std::path::{Path, PathBuf};

use super::{Family, Place, Store};
use crate::base::tool;

/// What decides which places there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostTrustConfig {
    /// The folder the system lies under: `/`.
    pub root: PathBuf,
    /// The person's home.
    pub home: Option<PathBuf>,
    /// The Java that the person chose.
    pub java_home: Option<PathBuf>,
    /// Whether the person is root.
    pub root_user: bool,
}

/// A place, and how this person stands to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The place.
    pub place: Place,
    /// Whether this person may change it.
    pub writable: bool,
    /// Whether it is to be made first.
    pub fresh: bool,
    /// What must be installed before it can be changed: a sentence. `None` when nothing is missing.
    pub lacking: Option<String>,
}

/// Folders below the home in which programs keep NSS databases; `*` stands for any one folder.
const DATABASES: [&str; 6] = [
    ".pki/nssdb",
    "snap/chromium/current/.pki/nssdb",
    ".mozilla/firefox/*",
    "snap/firefox/common/.mozilla/firefox/*",
    ".var/app/org.mozilla.firefox/.mozilla/firefox/*",
    "Library/Application Support/Firefox/Profiles/*",
];
/// What a folder with an NSS database holds.
const DATABASE: &str = "cert9.db";
/// Browsers that would make the first of [`DATABASES`] when they first start.
const CHROMIUMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The places of this machine, in the order in which they are changed.
pub fn sites(around: &HostTrustConfig) -> Vec<Site> {
    let system = system(around).into_iter();
    system.chain(nss(around)).chain(java(around)).collect()
}

fn system(around: &HostTrustConfig) -> Option<Site> {
    let there = |family: &Family| match family {
        Family::MacOs => cfg!(target_os = "macos"),
        _ => around.root.join(family.anchors()).is_dir() && tool::locate(family.update().0).is_ok(),
    };
    let family = Family::ALL.into_iter().find(there)?;
    let place = Place::System { family, root: around.root.clone() };
    Some(Site { place, writable: around.root_user, fresh: false, lacking: None })
}

fn nss(around: &HostTrustConfig) -> Vec<Site> {
    let Some(home) = &around.home else { return Vec::new() };
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
    let lacking = tool::locate("certutil").is_err().then(|| {
        "`certutil` is not on PATH: install `libnss3-tools` (Debian), `nss-tools` (Fedora) or `nss` (Arch, Homebrew)"
            .to_owned()
    });
    let site = |(folder, fresh)| Site {
        place: Place::Nss { folder },
        writable: true,
        fresh,
        lacking: lacking.clone(),
    };
    folders.into_iter().map(site).collect()
}

/// The folders that `pattern` below `home` names, sorted.
fn expanded(home: &Path, pattern: &str) -> Vec<PathBuf> {
    let Some(parent) = pattern.strip_suffix("/*") else { return vec![home.join(pattern)] };
    let Ok(entries) = std::fs::read_dir(home.join(parent)) else { return Vec::new() };
    let mut folders: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn java(around: &HostTrustConfig) -> Option<Site> {
    let of_path = || {
        let program = tool::locate("keytool").or_else(|_| tool::locate("java")).ok()?;
        let program = program.canonicalize().ok()?;
        Some(program.parent()?.parent()?.to_owned())
    };
    let home = around.java_home.clone().or_else(of_path)?;
    // The second is Java 8's, with its runtime in a folder of its own.
    let keystore = ["lib/security/cacerts", "jre/lib/security/cacerts"]
        .iter()
        .find_map(|file| home.join(file).canonicalize().ok())?;
    let keytool = home.join("bin/keytool");
    let lacking = (!keytool.is_file()).then(|| format!("`{}` does not exist", keytool.display()));
    let writable = rustix::fs::access(&keystore, rustix::fs::Access::WRITE_OK).is_ok();
    Some(Site { place: Place::Java { keystore, keytool }, writable, fresh: false, lacking })
}

impl Site {
    /// Which store it belongs to.
    pub const fn store(&self) -> Store {
        self.place.store()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_profiles_and_a_chosen_java_and_nothing_where_there_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        let around = HostTrustConfig {
            root: at("system"),
            home: Some(at("home")),
            java_home: Some(at("jdk")),
            root_user: false,
        };
        assert!(sites(&around).iter().all(|site| site.fresh), "{:?}", sites(&around));
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
        let found: Vec<PathBuf> = sites(&around).iter().map(|site| site.place.path()).collect();
        let jdk = at("jdk/lib/security/cacerts").canonicalize().unwrap();
        assert_eq!(found, [at("home/.pki/nssdb"), at("home/.mozilla/firefox/b.default"), jdk]);
    }
}

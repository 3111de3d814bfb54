//! The places where a machine keeps whom it trusts, and what changing each takes; pure.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Action, Certificate};

/// The kinds of places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Store {
    /// The system's own: what curl, Python, Go and most programs read.
    System,
    /// NSS databases: Firefox, and Chromium on Linux.
    Nss,
    /// Java's keystore `cacerts`.
    Java,
}

impl Store {
    /// Every store, in the order in which it is changed.
    pub const ALL: [Self; 3] = [Self::System, Self::Nss, Self::Java];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Nss => "nss",
            Self::Java => "java",
        }
    }
}

/// How a system keeps its store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Debian, Ubuntu and their kin.
    Debian,
    /// Fedora, RHEL and their kin.
    Fedora,
    /// Arch and its kin.
    Arch,
    /// openSUSE.
    Suse,
    /// macOS: the keychain `System`.
    MacOs,
}

/// The keychain of macOS that every user's programs read.
const KEYCHAIN: &str = "/Library/Keychains/System.keychain";

impl Family {
    /// Every family, in the order in which a machine is asked whether it is one: Arch has Fedora's program too.
    pub const ALL: [Self; 5] = [Self::MacOs, Self::Arch, Self::Fedora, Self::Suse, Self::Debian];

    /// The folder of the certificates that were added by hand; macOS has none.
    pub const fn anchors(self) -> &'static str {
        match self {
            Self::Debian => "usr/local/share/ca-certificates",
            Self::Fedora => "etc/pki/ca-trust/source/anchors",
            Self::Arch => "etc/ca-certificates/trust-source/anchors",
            Self::Suse => "etc/pki/trust/anchors",
            Self::MacOs => "",
        }
    }

    /// The file that programs read, which the update makes.
    pub const fn bundle(self) -> &'static str {
        match self {
            Self::Debian => "etc/ssl/certs/ca-certificates.crt",
            Self::Fedora => "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
            Self::Arch => "etc/ca-certificates/extracted/tls-ca-bundle.pem",
            Self::Suse => "var/lib/ca-certificates/ca-bundle.pem",
            Self::MacOs => "",
        }
    }

    /// The program that changes the store, and its arguments.
    pub const fn update(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Debian | Self::Suse => ("update-ca-certificates", &[]),
            Self::Fedora => ("update-ca-trust", &["extract"]),
            Self::Arch => ("trust", &["extract-compat"]),
            Self::MacOs => ("security", &[]),
        }
    }
}

/// One place that holds trusted authorities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "store", rename_all = "kebab-case")]
pub enum Place {
    /// The system's store.
    System {
        /// How it is kept.
        family: Family,
        /// The folder everything lies under: `/`.
        root: PathBuf,
    },
    /// A folder with an NSS database.
    Nss {
        /// The folder.
        folder: PathBuf,
    },
    /// A Java keystore.
    Java {
        /// The file.
        keystore: PathBuf,
        /// The program that changes it.
        keytool: PathBuf,
    },
}

impl Place {
    /// Which kind of place it is.
    pub const fn store(&self) -> Store {
        match self {
            Self::System { .. } => Store::System,
            Self::Nss { .. } => Store::Nss,
            Self::Java { .. } => Store::Java,
        }
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        match self {
            Self::System { family: Family::MacOs, .. } => PathBuf::from(KEYCHAIN),
            Self::System { family, root } => root.join(family.anchors()),
            Self::Nss { folder } => folder.clone(),
            Self::Java { keystore, .. } => keystore.clone(),
        }
    }

    /// The file of `certificate` in a system's store that is a folder.
    pub fn anchor(&self, certificate: &Certificate) -> Option<PathBuf> {
        match self {
            Self::System { family: Family::MacOs, .. } | Self::Nss { .. } | Self::Java { .. } => None,
            Self::System { .. } => Some(self.path().join(format!("{}.crt", certificate.name()))),
        }
    }

    /// What makes it trust `certificate`, which lies in `file`. `fresh` when the NSS database is to be made first.
    pub fn install(&self, certificate: &Certificate, file: &Path, fresh: bool) -> Vec<Action> {
        let name = certificate.name();
        match self {
            Self::System { family: Family::MacOs, .. } => {
                let args = ["add-trusted-cert", "-d", "-r", "trustRoot", "-p", "ssl", "-k", KEYCHAIN];
                vec![Action::run("security", args).and(file)]
            }
            Self::System { family, .. } => {
                let copy = self.anchor(certificate).map(|to| Action::Copy { from: file.to_owned(), to });
                let (program, args) = family.update();
                copy.into_iter().chain([Action::run(program, args.iter().copied())]).collect()
            }
            Self::Nss { folder } => {
                let made = fresh.then(|| {
                    [Action::Folder { path: folder.clone() }, certutil(folder, &["-N", "--empty-password"])]
                });
                // `C` alone: an authority for servers, for nothing else.
                let add = certutil(folder, &["-A", "-n", &name, "-t", "C,,", "-i"]).and(file);
                made.into_iter().flatten().chain([add]).collect()
            }
            Self::Java { keystore, keytool } => {
                let add = java(keytool, keystore, &["-importcert", "-noprompt", "-alias", &name, "-file"]);
                vec![add.and(file)]
            }
        }
    }

    /// What makes it trust `certificate` no longer; `file` holds it.
    pub fn remove(&self, certificate: &Certificate, file: &Path) -> Vec<Action> {
        let name = certificate.name();
        match self {
            Self::System { family: Family::MacOs, .. } => vec![
                Action::run("security", ["remove-trusted-cert", "-d"]).and(file),
                Action::run(
                    "security",
                    ["delete-certificate", "-Z", &certificate.fingerprint.to_uppercase(), KEYCHAIN],
                ),
            ],
            Self::System { family: Family::Debian, root } => {
                // A certificate that is merely gone stays linked, and stays in Java's keystore, which a hook of Debian's
                // keeps: only what its list excludes is removed everywhere. So it is given a list that does.
                let list = root.join("etc/ca-certificates.conf");
                let (name, to) = (format!("{name}.crt"), file.with_extension("conf"));
                let update = Action::run("update-ca-certificates", ["--certsconf"]).and(&to);
                let delete = self.anchor(certificate).map(|file| Action::Delete { file });
                delete.into_iter().chain([Action::Exclude { list, name, to }, update]).collect()
            }
            Self::System { family, .. } => {
                let (program, args) = family.update();
                let delete = self.anchor(certificate).map(|file| Action::Delete { file });
                delete.into_iter().chain([Action::run(program, args.iter().copied())]).collect()
            }
            Self::Nss { folder } => vec![certutil(folder, &["-D", "-n", &name])],
            Self::Java { keystore, keytool } => vec![java(keytool, keystore, &["-delete", "-alias", &name])],
        }
    }
}

/// certutil on the database in `folder`.
pub(super) fn certutil(folder: &Path, args: &[&str]) -> Action {
    let database = format!("sql:{}", folder.display());
    Action::run("certutil", ["-d", &database].into_iter().chain(args.iter().copied()))
}

/// keytool on `keystore`; its password is in the environment, for a command line can be read by everybody.
pub(super) fn java(keytool: &Path, keystore: &Path, args: &[&str]) -> Action {
    let (first, rest) = args.split_first().unwrap_or((&"", &[]));
    let store = keystore.to_string_lossy();
    let args = [*first, "-keystore", &*store, "-storepass:env", super::action::STORE_PASSWORD];
    Action::run(&keytool.to_string_lossy(), args.into_iter().chain(rest.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::trust::certificate::samples;

    fn described(place: &Place, fresh: bool) -> String {
        let certificate = Certificate::read(samples::authority(&["sea.example"]).pem().as_bytes()).unwrap();
        let file = Path::new("/state/ca.crt");
        let lines =
            |actions: Vec<Action>| actions.iter().map(Action::command_line).collect::<Vec<_>>().join("\n");
        let text = format!(
            "{}\n--\n{}",
            lines(place.install(&certificate, file, fresh)),
            lines(place.remove(&certificate, file))
        );
        text.replace(&certificate.fingerprint.to_uppercase(), "FINGERPRINT")
            .replace(&certificate.name(), "NAME")
    }

    #[test]
    fn every_family_has_its_own_way_and_back() {
        let render = |family| described(&Place::System { family, root: "/".into() }, false);
        insta::assert_snapshot!(
            Family::ALL.map(|family| format!("{family:?}\n{}", render(family))).join("\n\n")
        );
    }

    #[test]
    fn databases_are_made_only_where_there_is_none() {
        let folder = Place::Nss { folder: "/home/a/.pki/nssdb".into() };
        insta::assert_snapshot!(format!("{}\n\n{}", described(&folder, true), described(&folder, false)));
        let java =
            Place::Java { keystore: "/jdk/lib/security/cacerts".into(), keytool: "/jdk/bin/keytool".into() };
        insta::assert_snapshot!(described(&java, false));
    }
}

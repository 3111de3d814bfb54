//! The certificate stores of a machine and the actions that change them; pure.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Action, Certificate};

/// The kinds of stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoreKind {
    /// The system's store, which curl, Python, Go and most programs read.
    System,
    /// NSS databases: Firefox, and Chromium on Linux.
    Nss,
    /// Java's keystore `cacerts`.
    Java,
}

impl StoreKind {
    /// Every kind, in the order in which they are changed.
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

/// The operating system family, which determines how the system's store is managed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Debian, Ubuntu and derivatives.
    Debian,
    /// Fedora, RHEL and derivatives.
    Fedora,
    /// Arch and derivatives.
    Arch,
    /// openSUSE.
    Suse,
    /// macOS: the `System` keychain.
    MacOs,
}

/// The macOS keychain that the programs of every user read.
const KEYCHAIN: &str = "/Library/Keychains/System.keychain";

impl Family {
    /// Every family in the order of detection: Arch also has Fedora's program.
    pub const ALL: [Self; 5] = [Self::MacOs, Self::Arch, Self::Fedora, Self::Suse, Self::Debian];

    /// The directory of manually added certificates; macOS has none.
    pub const fn anchors(self) -> &'static str {
        match self {
            Self::Debian => "usr/local/share/ca-certificates",
            Self::Fedora => "etc/pki/ca-trust/source/anchors",
            Self::Arch => "etc/ca-certificates/trust-source/anchors",
            Self::Suse => "etc/pki/trust/anchors",
            Self::MacOs => "",
        }
    }

    /// The file that programs read, which the update writes.
    pub const fn bundle(self) -> &'static str {
        match self {
            Self::Debian => "etc/ssl/certs/ca-certificates.crt",
            Self::Fedora => "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
            Self::Arch => "etc/ca-certificates/extracted/tls-ca-bundle.pem",
            Self::Suse => "var/lib/ca-certificates/ca-bundle.pem",
            Self::MacOs => "",
        }
    }

    /// The program that updates the store, and its arguments.
    pub const fn update(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Debian | Self::Suse => ("update-ca-certificates", &[]),
            Self::Fedora => ("update-ca-trust", &["extract"]),
            Self::Arch => ("trust", &["extract-compat"]),
            Self::MacOs => ("security", &[]),
        }
    }
}

/// The location of one store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "store", rename_all = "kebab-case")]
pub enum StoreLocation {
    /// The system's store.
    System {
        /// The system family.
        family: Family,
        /// The root directory: `/`.
        root: PathBuf,
    },
    /// A directory with an NSS database.
    Nss {
        /// The directory.
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

impl StoreLocation {
    /// The kind of the store.
    pub const fn kind(&self) -> StoreKind {
        match self {
            Self::System { .. } => StoreKind::System,
            Self::Nss { .. } => StoreKind::Nss,
            Self::Java { .. } => StoreKind::Java,
        }
    }

    /// The path of the store.
    pub fn path(&self) -> PathBuf {
        match self {
            Self::System { family: Family::MacOs, .. } => PathBuf::from(KEYCHAIN),
            Self::System { family, root } => root.join(family.anchors()),
            Self::Nss { folder } => folder.clone(),
            Self::Java { keystore, .. } => keystore.clone(),
        }
    }

    /// The file of `certificate` in a system's store that is a directory.
    pub fn anchor(&self, certificate: &Certificate) -> Option<PathBuf> {
        match self {
            Self::System { family: Family::MacOs, .. } | Self::Nss { .. } | Self::Java { .. } => None,
            Self::System { .. } => Some(self.path().join(format!("{}.crt", certificate.name()))),
        }
    }

    /// The actions that install `certificate`, which is in `file`; `is_new` if the NSS database must be
    /// created first.
    pub fn install(&self, certificate: &Certificate, file: &Path, is_new: bool) -> Vec<Action> {
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
                let create = is_new.then(|| {
                    [Action::Folder { path: folder.clone() }, certutil(folder, &["-N", "--empty-password"])]
                });
                // `C` only: trusted as a CA for servers and nothing else.
                let add = certutil(folder, &["-A", "-n", &name, "-t", "C,,", "-i"]).and(file);
                create.into_iter().flatten().chain([add]).collect()
            }
            Self::Java { keystore, keytool } => {
                let add = java(keytool, keystore, &["-importcert", "-noprompt", "-alias", &name, "-file"]);
                vec![add.and(file)]
            }
        }
    }

    /// The actions that remove `certificate`; `file` contains it.
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
                // A certificate that is merely deleted stays linked, and stays in Java's keystore, which a
                // Debian hook maintains: only certificates that the list excludes are removed everywhere. So
                // the update gets a list with an exclusion.
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

/// keytool on `keystore`. The password is in the environment, because command lines are public.
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

    fn described(location: &StoreLocation, is_new: bool) -> String {
        let certificate = Certificate::read(samples::authority(&["sea.example"]).pem().as_bytes()).unwrap();
        let file = Path::new("/state/ca.crt");
        let lines =
            |actions: Vec<Action>| actions.iter().map(Action::command_line).collect::<Vec<_>>().join("\n");
        let text = format!(
            "{}\n--\n{}",
            lines(location.install(&certificate, file, is_new)),
            lines(location.remove(&certificate, file))
        );
        text.replace(&certificate.fingerprint.to_uppercase(), "FINGERPRINT")
            .replace(&certificate.name(), "NAME")
    }

    #[test]
    fn every_family_installs_and_removes() {
        let render = |family| described(&StoreLocation::System { family, root: "/".into() }, false);
        insta::assert_snapshot!(
            Family::ALL.map(|family| format!("{family:?}\n{}", render(family))).join("\n\n")
        );
    }

    #[test]
    fn databases_are_created_only_if_absent() {
        let folder = StoreLocation::Nss { folder: "/home/a/.pki/nssdb".into() };
        insta::assert_snapshot!(format!("{}\n\n{}", described(&folder, true), described(&folder, false)));
        let java = StoreLocation::Java {
            keystore: "/jdk/lib/security/cacerts".into(),
            keytool: "/jdk/bin/keytool".into(),
        };
        insta::assert_snapshot!(described(&java, false));
    }
}

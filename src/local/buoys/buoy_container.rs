//! The container of simulated buoys: its route to the gateway, its mounts and its user.

use std::{
    fs::Permissions,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
};

use crate::{
    base::{
        atomic_file::replace_private,
        docker::{ContainerSpec, Mount},
        failure::{Context, Kind, Result},
    },
    config::Environment,
    local::cluster::NETWORK,
};

/// The port of the gateway on the nodes.
const GATEWAY_NODE_PORT: u16 = 30443;
/// The user of our images.
const IMAGE_USER: u32 = 65532;
const MEMORY_LIMIT: u64 = 256 << 20;
const KEY: &str = "/run/seasense/enrolment.key";
const AUTHORITY: &str = "/run/seasense/ca.crt";
/// The mount point of the acknowledgement log; its source identifies the environment.
pub const ACK_LOG_MOUNT: &str = "/var/lib/seasense";

/// The input of one container of simulated buoys.
pub struct BuoyContainer<'a> {
    /// The environment that the buoys send readings to.
    pub environment: &'a Environment,
    /// The image reference.
    pub image: &'a str,
    /// The directory of the enrolment key and the CA certificate.
    pub folder: &'a Path,
    /// The directory of the acknowledgement log.
    pub ack_log: &'a Path,
    /// Whether `folder` has a CA certificate that replaces the public ones.
    pub private_ca: bool,
    /// The node address of a local environment, whose name other machines cannot resolve.
    pub gateway: Option<&'a str>,
}

impl BuoyContainer<'_> {
    /// The container without its name, labels and further settings.
    pub fn spec(&self) -> ContainerSpec {
        let (uid, gid) = user();
        ContainerSpec {
            image: self.image.to_owned(),
            env: self.env(),
            mounts: self.mounts(),
            network: self.gateway.map(|_| NETWORK.to_owned()).unwrap_or_default(),
            user: format!("{uid}:{gid}"),
            read_only: true,
            memory: Some(MEMORY_LIMIT),
            ..ContainerSpec::default()
        }
    }

    fn env(&self) -> Vec<(String, String)> {
        let environment = self.environment;
        let host = environment.variables.hostname.get_ref();
        let mut env = vec![
            setting("API", format!("https://{host}:{}/", environment.https_port())),
            setting("SEED", environment.fleet.seed.to_string()),
            setting("KEY_FILE", KEY),
            setting("ACK_LOG", ACK_LOG_MOUNT),
        ];
        env.extend(self.private_ca.then(|| setting("CA_FILE", AUTHORITY)));
        // The name and its certificate are the public ones; only the route uses the Docker network.
        env.extend(self.gateway.map(|node| setting("CONNECT", format!("{node}:{GATEWAY_NODE_PORT}"))));
        env
    }

    fn mounts(&self) -> Vec<Mount> {
        let bind = |source: &Path, target: &str, read_only| Mount::Bind {
            source: source.to_string_lossy().into_owned(),
            target: target.to_owned(),
            read_only,
        };
        let mut mounts =
            vec![bind(&key_file(self.folder), KEY, true), bind(self.ack_log, ACK_LOG_MOUNT, false)];
        mounts.extend(self.private_ca.then(|| bind(&ca_file(self.folder), AUTHORITY, true)));
        mounts
    }
}

/// One setting of the fleet program.
pub fn setting(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

/// The user of the container and the owner of its files.
fn user() -> (u32, u32) {
    let user = rustix::process::geteuid();
    if user.is_root() {
        (IMAGE_USER, IMAGE_USER)
    } else {
        (user.as_raw(), rustix::process::getegid().as_raw())
    }
}

/// Creates the acknowledgement log directory and writes `files`; only the container's user can access them.
pub fn write_mounted_files(ack_log: &Path, files: &[(PathBuf, &[u8])]) -> Result<()> {
    let what = |path: &Path| format!("prepare `{}` for simulated buoys", path.display());
    std::fs::create_dir_all(ack_log).with_context(Kind::Cluster, || what(ack_log))?;
    for (file, bytes) in files {
        // A running container has mounted the inode, not the path: replace the file only if it differs.
        if !std::fs::read(file).is_ok_and(|found| found == *bytes) {
            replace_private(file, bytes)?;
        }
    }
    let (user, group) = user();
    for path in files.iter().map(|(file, _)| file.as_path()).chain([ack_log]) {
        chown(path, Some(user), Some(group)).with_context(Kind::Cluster, || what(path))?;
    }
    std::fs::set_permissions(ack_log, Permissions::from_mode(0o700))
        .with_context(Kind::Cluster, || what(ack_log))
}

/// The path of the enrolment key.
pub fn key_file(folder: &Path) -> PathBuf {
    folder.join("enrolment.key")
}

/// The path of the CA certificate.
pub fn ca_file(folder: &Path) -> PathBuf {
    folder.join("ca.crt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounted_files_are_private_and_replaced_only_if_different() {
        let folder = tempfile::tempdir().unwrap();
        let (ack_log, key) = (folder.path().join("ack-log"), key_file(folder.path()));
        write_mounted_files(&ack_log, &[(key.clone(), b"k"), (ack_log.join("before"), b"")]).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&ack_log), 0o700);
        assert_eq!(mode(&key), 0o600);
        assert_eq!(mode(&ack_log.join("before")), 0o600);
        let mounted = std::fs::File::open(&key).unwrap();
        let is_the_same = || {
            use std::os::unix::fs::MetadataExt;
            std::fs::metadata(&key).unwrap().ino() == mounted.metadata().unwrap().ino()
        };
        write_mounted_files(&ack_log, &[(key.clone(), b"k")]).unwrap();
        assert!(is_the_same());
        write_mounted_files(&ack_log, &[(key.clone(), b"another")]).unwrap();
        assert!(!is_the_same());
    }
}

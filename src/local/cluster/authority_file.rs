//! The file `ca.crt`: the CA certificate of the environment's gateway, for users and programs.

use std::path::PathBuf;

use crate::{
    base::{atomic_file::replace_private, failure::Result},
    config::HostDirs,
};

/// The warning that the file `ca.crt` has a new certificate.
pub const AUTHORITY_CHANGED: &str = "the certificate authority of the environment has changed: `ca.crt` was replaced; stores that trust the \
 old one must trust the new one (`seasense trust status`)";

/// The warning that the file `ca.crt` is out of date.
pub const AUTHORITY_STALE: &str = "`ca.crt` is out of date: the environment has a new certificate authority; run `seasense dev` or `seasense doctor --fix`";

/// Writes the CA certificate of the gateway, PEM, to its published path. Returns whether a different one was
/// replaced.
pub fn write_authority(dirs: &HostDirs, cluster: &str, authority: &[u8]) -> Result<bool> {
    dirs.make_state(cluster)?;
    let file = authority_file(dirs, cluster);
    let found = std::fs::read(&file).ok();
    if found.as_deref() == Some(authority) {
        return Ok(false);
    }
    replace_private(&file, authority)?;
    Ok(found.is_some())
}

/// Whether `ca.crt` exists and has another certificate than `authority`; reads only.
pub fn is_authority_stale(dirs: &HostDirs, cluster: &str, authority: &[u8]) -> bool {
    std::fs::read(authority_file(dirs, cluster)).is_ok_and(|found| found != authority)
}

/// The path of the CA certificate of the cluster called `cluster`.
pub fn authority_file(dirs: &HostDirs, cluster: &str) -> PathBuf {
    dirs.state(cluster).join("ca.crt")
}

//! Clusters that seasense did not make on this machine: reached by a kubeconfig, and known again by their identity.
//!
//! The identity is written down at the first use. From then on nothing is changed in a cluster of another one, whoever
//! put another kubeconfig in the place of the first.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{handle, kubeconfig};
use crate::{
    base::{
        atomic_file::replace_private,
        failure::{Context, Kind, Result},
        k8s::{Client, ClusterHandle},
    },
    config::{Environment, HostDirs},
};

const IDENTITY: &str = "identity.json";

/// The cluster that an attached environment had when it was first used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    /// The UID of its `kube-system` namespace.
    uid: String,
}

/// Forgets the cluster of an attached environment: it was removed, and another one may take its place.
pub fn forget(dirs: &HostDirs, environment: &str) -> Result<()> {
    let folder = dirs.attached(environment);
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(Kind::Cluster, || format!("remove `{}`", folder.display()))
        }
        _ => Ok(()),
    }
}

/// The handle of the environment's cluster, whichever engine made it, with the identity as far as it is known.
pub fn handle_of(dirs: &HostDirs, environment: &Environment) -> Result<ClusterHandle> {
    if !environment.cluster.engine.is_attached() {
        return Ok(handle(dirs, &environment.cluster_name()));
    }
    let pin = dirs.attached(environment.name()).join(IDENTITY);
    let file = kubeconfig::of_environment(dirs, environment)?;
    let uid = read(&pin).map(|identity| identity.uid);
    Ok(ClusterHandle { uid, ..ClusterHandle::attached(&environment.cluster_name(), file, pin)? })
}

/// The same, once the identity is known: at the first use of an attached cluster it is asked for and written down.
pub async fn attach(dirs: &HostDirs, environment: &Environment) -> Result<ClusterHandle> {
    let handle = handle_of(dirs, environment)?;
    match (&handle.pin, &handle.uid) {
        (Some(_), None) => {
            let uid = Client::connect(&handle).await?.uid().await?;
            pin(dirs, environment, handle, uid)
        }
        _ => Ok(handle),
    }
}

fn pin(
    dirs: &HostDirs,
    environment: &Environment,
    handle: ClusterHandle,
    uid: String,
) -> Result<ClusterHandle> {
    let file = dirs.make_attached(environment.name())?.join(IDENTITY);
    let text = serde_json::to_string_pretty(&Identity { uid: uid.clone() });
    replace_private(&file, text.context(Kind::Internal, "write down the cluster's identity")?.as_bytes())?;
    Ok(ClusterHandle { uid: Some(uid), ..handle })
}

/// What was written down; what cannot be read counts as never used, and a client without an identity only reads.
fn read(pin: &Path) -> Option<Identity> {
    serde_json::from_slice(&std::fs::read(pin).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Project, local::cluster::kubeconfig::write_attached};

    const KUBECONFIG: &[u8] = b"apiVersion: v1\nkind: Config\ncurrent-context: admin@staging\n";

    fn staging() -> Environment {
        let project = Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        Environment::load(&project, "staging").unwrap()
    }

    #[test]
    fn a_cluster_that_was_not_made_yet_is_told_with_what_makes_it() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        let failure = handle_of(&dirs, &staging()).unwrap_err();
        assert_eq!(failure.kind, Kind::Cluster);
        assert!(failure.hints[0].contains("seasense infra apply staging"), "{failure:?}");
    }

    #[test]
    fn context_of_the_written_kubeconfig_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        write_attached(&dirs, "staging", KUBECONFIG).unwrap();
        let handle = handle_of(&dirs, &staging()).unwrap();
        assert_eq!((handle.context.as_str(), handle.uid.as_deref()), ("admin@staging", None));
        assert!(dirs.clusters().is_empty(), "it is no environment of this machine");
    }

    #[test]
    fn the_identity_of_the_first_use_is_kept_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        write_attached(&dirs, "staging", KUBECONFIG).unwrap();
        let handle = handle_of(&dirs, &staging()).unwrap();
        pin(&dirs, &staging(), handle, "uid-1".into()).unwrap();
        write_attached(&dirs, "staging", KUBECONFIG).unwrap();
        assert_eq!(handle_of(&dirs, &staging()).unwrap().uid.as_deref(), Some("uid-1"));
        forget(&dirs, "staging").unwrap();
        forget(&dirs, "staging").unwrap();
        assert!(handle_of(&dirs, &staging()).is_err());
    }
}

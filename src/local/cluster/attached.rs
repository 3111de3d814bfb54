//! Attached clusters: reached through a kubeconfig and recognised by their identity.
//!
//! The identity is recorded at the first use. After that, nothing is changed in a cluster with another
//! identity, even if the kubeconfig was replaced.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{handle, kubeconfig};
use crate::{
    base::{
        atomic_file::replace_private,
        failure::{Context, Kind, Result},
        k8s::{Client, ClusterHandle},
    },
    config::{EnvName, Environment, HostDirs},
};

const IDENTITY: &str = "identity.json";

/// The identity of an attached cluster at its first use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    /// The UID of its `kube-system` namespace.
    uid: String,
}

/// Forgets the cluster of an attached environment after its removal: another one may replace it.
pub fn forget(dirs: &HostDirs, environment: &EnvName) -> Result<()> {
    let folder = dirs.attached(environment);
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(Kind::Cluster, || format!("remove `{}`", folder.display()))
        }
        _ => Ok(()),
    }
}

/// The handle of the environment's cluster, for any cluster engine, with the identity if it is recorded.
pub fn handle_of(dirs: &HostDirs, environment: &Environment) -> Result<ClusterHandle> {
    if !environment.cluster.engine.is_attached() {
        return Ok(handle(dirs, &environment.cluster_name()));
    }
    let pin = dirs.attached(environment.name()).join(IDENTITY);
    let file = kubeconfig::of_environment(dirs, environment)?;
    let uid = read(&pin).map(|identity| identity.uid);
    Ok(ClusterHandle { uid, ..ClusterHandle::attached(&environment.cluster_name(), file, pin)? })
}

/// Like [`handle_of`], but reads and records the identity at the first use of an attached cluster.
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
    replace_private(&file, text.context(Kind::Internal, "encode the cluster's identity")?.as_bytes())?;
    Ok(ClusterHandle { uid: Some(uid), ..handle })
}

/// Reads the recorded identity. An unreadable record counts as unused: a client without an identity only reads.
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
        Environment::named(&project, "staging").unwrap()
    }

    #[test]
    fn missing_kubeconfig_names_the_command_that_writes_it() {
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
        write_attached(&dirs, &"staging".into(), KUBECONFIG).unwrap();
        let handle = handle_of(&dirs, &staging()).unwrap();
        assert_eq!(handle.context, "admin@staging");
        assert_eq!(handle.uid, None);
        assert!(dirs.clusters().is_empty(), "it is not a local environment");
    }

    #[test]
    fn first_identity_is_kept_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        write_attached(&dirs, &"staging".into(), KUBECONFIG).unwrap();
        let handle = handle_of(&dirs, &staging()).unwrap();
        pin(&dirs, &staging(), handle, "uid-1".into()).unwrap();
        write_attached(&dirs, &"staging".into(), KUBECONFIG).unwrap();
        assert_eq!(handle_of(&dirs, &staging()).unwrap().uid.as_deref(), Some("uid-1"));
        forget(&dirs, &"staging".into()).unwrap();
        forget(&dirs, &"staging".into()).unwrap();
        assert!(handle_of(&dirs, &staging()).is_err());
    }
}

//! Attached clusters: reached through a kubeconfig and recognised by their identity.
//!
//! The identity is recorded at the first use. After that, nothing is changed in a cluster with another identity, even if
//! the kubeconfig was replaced.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{cluster_record::write_state_file, handle};
use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        k8s::{Client, ClusterHandle},
    },
    config::{EngineKind, Environment, HostDirs},
};

const IDENTITY: &str = "identity.json";
const KUBECONFIG: &str = "kubeconfig";

/// The identity of an attached cluster at its first use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    /// The UID of its `kube-system` namespace.
    uid: String,
}

/// The path of the kubeconfig that `seasense infra` writes for a cluster that it created; the file may not exist.
pub fn provisioned_kubeconfig(dirs: &HostDirs, environment: &str) -> PathBuf {
    dirs.attached(environment).join(KUBECONFIG)
}

/// Writes the kubeconfig of a cluster that was just created or found, readable by its owner only.
pub fn write_kubeconfig(dirs: &HostDirs, environment: &str, text: &[u8]) -> Result<PathBuf> {
    let file = dirs.make_attached(environment)?.join(KUBECONFIG);
    write_state_file(&file, text)?;
    Ok(file)
}

/// Forgets the cluster of an attached environment after its removal: another one may replace it.
pub fn forget(dirs: &HostDirs, environment: &str) -> Result<()> {
    let folder = dirs.attached(environment);
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(Kind::Cluster, || format!("remove `{}`", folder.display()))
        }
        _ => Ok(()),
    }
}

/// The kubeconfig of the environment's cluster, for any cluster engine.
pub fn kubeconfig_of(dirs: &HostDirs, environment: &Environment) -> Result<PathBuf> {
    match environment.cluster.engine {
        EngineKind::Kind => Ok(super::kubeconfig(dirs, &environment.cluster_name())),
        EngineKind::Kubeconfig => environment.named_kubeconfig(),
        EngineKind::Scaleway => {
            let (name, file) = (environment.name(), provisioned_kubeconfig(dirs, environment.name()));
            if file.is_file() {
                return Ok(file);
            }
            Err(Failure::new(Kind::Cluster, format!("`{name}` has no kubeconfig"))
                .because(format!("`{}` does not exist", file.display()))
                .hint(format!(
                    "run `seasense infra apply {name}` to create the cluster or fetch its kubeconfig"
                )))
        }
    }
}

/// The handle of the environment's cluster, for any cluster engine, with the identity if it is recorded.
pub fn handle_of(dirs: &HostDirs, environment: &Environment) -> Result<ClusterHandle> {
    if !environment.cluster.engine.is_attached() {
        return Ok(handle(dirs, &environment.cluster_name()));
    }
    let pin = dirs.attached(environment.name()).join(IDENTITY);
    let file = kubeconfig_of(dirs, environment)?;
    let uid = read(&pin).map(|identity| identity.uid);
    Ok(ClusterHandle { uid, ..ClusterHandle::attached(&environment.cluster_name(), file, pin)? })
}

/// Like [`handle_of`], but requests and records the identity at the first use of an attached cluster.
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
    write_state_file(&file, text.context(Kind::Internal, "encode the cluster's identity")?.as_bytes())?;
    Ok(ClusterHandle { uid: Some(uid), ..handle })
}

/// Reads the recorded identity. An unreadable record counts as unused: a client without an identity only reads.
fn read(pin: &Path) -> Option<Identity> {
    serde_json::from_slice(&std::fs::read(pin).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::config::Project;

    const KUBECONFIG: &[u8] = b"apiVersion: v1\nkind: Config\ncurrent-context: admin@staging\n";

    fn staging() -> Environment {
        let project = Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        Environment::load(&project, "staging").unwrap()
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
    fn written_kubeconfig_is_private_and_provides_the_context() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        let file = write_kubeconfig(&dirs, "staging", KUBECONFIG).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&file), 0o600);
        assert_eq!(mode(file.parent().unwrap()), 0o700);
        let handle = handle_of(&dirs, &staging()).unwrap();
        assert_eq!(handle.context, "admin@staging");
        assert_eq!(handle.uid, None);
        assert!(dirs.clusters().is_empty(), "it is not a local environment");
    }

    #[test]
    fn first_identity_is_kept_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        write_kubeconfig(&dirs, "staging", KUBECONFIG).unwrap();
        let handle = handle_of(&dirs, &staging()).unwrap();
        pin(&dirs, &staging(), handle, "uid-1".into()).unwrap();
        write_kubeconfig(&dirs, "staging", KUBECONFIG).unwrap();
        assert_eq!(handle_of(&dirs, &staging()).unwrap().uid.as_deref(), Some("uid-1"));
        forget(&dirs, "staging").unwrap();
        forget(&dirs, "staging").unwrap();
        assert!(handle_of(&dirs, &staging()).is_err());
    }
}

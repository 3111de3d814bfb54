//! The kubeconfigs that seasense writes: their paths, their content and their mode, always 0600.

use std::{
    fs::Permissions,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use super::ClusterSource;
use crate::{
    base::{
        atomic_file::{PRIVATE, replace_private},
        docker::Docker,
        failure::{Context, Failure, Kind, Result},
        tool::Invocation,
    },
    config::{EngineKind, EnvName, Environment, HostDirs},
    local::LocalContext,
};

const FILE: &str = "kubeconfig";
const EXPORT_LIMIT: Duration = Duration::from_mins(1);

/// The kubeconfig of the kind cluster `cluster`, whether or not it exists.
pub fn path(dirs: &HostDirs, cluster: &str) -> PathBuf {
    dirs.state(cluster).join(FILE)
}

/// The kubeconfig that reaches the cluster of `environment`, whichever engine created it.
pub fn of_environment(dirs: &HostDirs, environment: &Environment) -> Result<PathBuf> {
    match environment.cluster.engine {
        EngineKind::Kind => Ok(path(dirs, &environment.cluster_name())),
        EngineKind::Kubeconfig => environment.named_kubeconfig(),
        EngineKind::Scaleway => {
            let (name, file) = (environment.name(), dirs.attached(environment.name()).join(FILE));
            if file.is_file() {
                return Ok(file);
            }
            Err(Failure::new(Kind::Cluster, format!("there is no kubeconfig of `{name}`"))
                .because(format!("`{}` does not exist", file.display()))
                .hint(format!("run `seasense infra apply {name}`: it creates the cluster or finds it again")))
        }
    }
}

/// Writes the kubeconfig of a cluster that `seasense infra` created or found.
pub fn write_attached(dirs: &HostDirs, environment: &EnvName, text: &[u8]) -> Result<PathBuf> {
    let file = dirs.make_attached(environment)?.join(FILE);
    replace_private(&file, text)?;
    Ok(file)
}

/// Writes the kubeconfig of an existing kind cluster again.
pub(super) async fn export(context: &LocalContext, source: &ClusterSource, cluster: &str) -> Result<()> {
    let file = path(&context.dirs, cluster);
    clear_stale(&file)?;
    let export = kind((&context.docker, source), &file, &["export", "kubeconfig"]).arg("--name").arg(cluster);
    export
        .limit(EXPORT_LIMIT)
        .capture()
        .await
        .map_err(|error| error.into_failure(Kind::Cluster, format!("write the kubeconfig of `{cluster}`")))?;
    make_private(&file)
}

/// The invocation of kind that writes `file`, with the daemon of `docker`, independent of the user's own kubeconfig
/// and kind settings.
pub(super) fn kind((docker, source): (&Docker, &ClusterSource), file: &Path, command: &[&str]) -> Invocation {
    let invocation =
        Invocation::new(&source.kind).unset("DOCKER_CONTEXT").unset("KIND_EXPERIMENTAL_PROVIDER");
    let invocation = docker
        .for_programs()
        .iter()
        .fold(invocation, |invocation, (name, value)| invocation.env(name, value));
    invocation
        .args(command.iter().copied())
        .env("KUBECONFIG", file)
        .unset("KIND_EXPERIMENTAL_DOCKER_NETWORK")
        .unset("KIND_CLUSTER_NAME")
        // kind would pass the proxies on to the nodes, which pull from the registry on this machine.
        .without_proxies()
        .arg("--kubeconfig")
        .arg(file)
}

/// Removes the files that a killed kind leaves: the kubeconfig of a cluster that no longer exists, and a lock
/// file without an owner.
pub(super) fn clear_stale(file: &Path) -> Result<()> {
    for file in [file.to_owned(), file.with_extension("lock")] {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(Kind::Cluster, || format!("remove `{}`", file.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Sets the mode of a kubeconfig that kind wrote.
pub(super) fn make_private(file: &Path) -> Result<()> {
    match std::fs::set_permissions(file, Permissions::from_mode(PRIVATE)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(Kind::Cluster, || format!("make `{}` private", file.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn attached_kubeconfig_and_its_directory_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        let file = write_attached(&dirs, &"staging".into(), b"kind: Config\n").unwrap();
        assert_eq!(mode(&file), PRIVATE);
        assert_eq!(mode(file.parent().unwrap()), 0o700);
    }

    #[test]
    fn kubeconfig_that_kind_wrote_becomes_private() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        make_private(&file).unwrap();
        std::fs::write(&file, "kind: Config\n").unwrap();
        std::fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        make_private(&file).unwrap();
        assert_eq!(mode(&file), PRIVATE);
    }

    #[test]
    fn stale_files_of_a_killed_run_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let lock = folder.path().join("kubeconfig.lock");
        std::fs::write(&lock, "").unwrap();
        clear_stale(&folder.path().join(FILE)).unwrap();
        assert!(!lock.exists());
    }
}

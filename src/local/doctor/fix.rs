//! Applies the fixes of `doctor --fix`: only changes that are safe and reversible.

use std::{os::unix::fs::PermissionsExt, time::Duration};

use super::finding::Fix;
use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        tool::Invocation,
    },
    config::Project,
};

/// `scripts/host` may install packages.
const HOST_LIMIT: Duration = Duration::from_mins(10);

/// Whether the fix requires root.
pub const fn needs_root(fix: &Fix) -> bool {
    matches!(fix, Fix::Kernel { .. } | Fix::Host)
}

/// Applies the fix. [`Fix::Authority`] needs the cluster's API and is applied by the command.
pub async fn apply(project: &Project, fix: &Fix) -> Result<()> {
    match fix {
        Fix::Kernel { key, value } => {
            let set = Invocation::new("sysctl").args(["-q", "-w"]).arg(format!("{key}={value}"));
            let done = set.capture().await;
            done.map(drop).map_err(|error| error.into_failure(Kind::Tool, format!("cannot set {key}")))
        }
        Fix::Host => {
            let host = Invocation::new(project.root().join("scripts/host")).limit(HOST_LIMIT).capture().await;
            host.map(drop).map_err(|error| error.into_failure(Kind::Tool, "cannot prepare this machine"))
        }
        Fix::Private { folder } => {
            let private = std::fs::Permissions::from_mode(0o700);
            std::fs::set_permissions(folder, private)
                .with_context(Kind::Tool, || format!("cannot change the mode of `{}`", folder.display()))
        }
        Fix::Authority => {
            Err(Failure::new(Kind::Internal, "the CA certificate must be fetched by the command"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn open_directory_becomes_private() {
        let folder = tempfile::tempdir().unwrap();
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).unwrap();
        let project = Project::find(std::path::Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let fix = Fix::Private { folder: folder.path().to_owned() };
        assert!(!needs_root(&fix) && needs_root(&Fix::Host));
        apply(&project, &fix).await.unwrap();
        assert_eq!(std::fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

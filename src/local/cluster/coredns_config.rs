//! The CoreDNS configuration of an environment: its Corefile resolves the public name inside the cluster.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::{
    base::failure::{Context, Kind, Result},
    config::Project,
};

const COREFILE: &str = "infra/kind/Corefile";
const HOSTNAME: &str = "HOSTNAME";

/// The directory in the state directory `state` that the nodes mount.
pub fn folder(state: &Path) -> PathBuf {
    state.join("names")
}

/// Whether the Corefile that the nodes mount is the one for `hostname`.
pub fn is_current(project: &Project, state: &Path, hostname: &str) -> bool {
    let found = std::fs::read_to_string(folder(state).join("Corefile"));
    desired(project, hostname).is_ok_and(|text| found.is_ok_and(|found| found == text))
}

fn desired(project: &Project, hostname: &str) -> Result<String> {
    let template = std::fs::read_to_string(project.root().join(COREFILE));
    Ok(filled(&template.with_context(Kind::Environment, || format!("read `{COREFILE}`"))?, hostname))
}

/// Writes the Corefile for `hostname` to the mounted directory. A running CoreDNS reloads it within a minute.
pub fn write(project: &Project, state: &Path, hostname: &str) -> Result<()> {
    let (folder, text) = (folder(state), desired(project, hostname)?);
    let file = folder.join("Corefile");
    if std::fs::read_to_string(&file).is_ok_and(|found| found == text) {
        return Ok(());
    }
    // CoreDNS runs as a separate user. The state directory stays private; only the mounted directory is
    // readable.
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    let written = std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::set_permissions(&folder, mode(0o755)))
        .and_then(|()| std::fs::write(&file, text))
        .and_then(|()| std::fs::set_permissions(&file, mode(0o644)));
    written.with_context(Kind::Cluster, || format!("write `{}`", file.display()))
}

fn filled(template: &str, hostname: &str) -> String {
    let line = |line: &str| match line.strip_prefix(HOSTNAME) {
        Some(rest) => format!("{hostname}{rest}\n"),
        None => format!("{line}\n"),
    };
    template.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corefile_imports_kubeadms_and_adds_the_public_name() {
        let state = tempfile::tempdir().unwrap();
        let project = Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        write(&project, state.path(), "sea.example").unwrap();
        let file = folder(state.path()).join("Corefile");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(
            text.contains("\nimport /etc/coredns/Corefile\n") && text.contains("\nsea.example:53 {\n"),
            "{text}"
        );
        let readable = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o004;
        assert_eq!(readable(&file), 0o004);
        assert_eq!(readable(&folder(state.path())), 0o004);
        write(&project, state.path(), "other.example").unwrap();
        assert!(std::fs::read_to_string(&file).unwrap().contains("\nother.example:53 {"));
    }
}

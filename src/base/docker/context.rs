//! Docker's contexts: named addresses of container daemons, which the `docker` command keeps below `~/.docker`.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::base::failure::{Context as _, Failure, Kind, Result};

/// The context that stands for Docker's own socket.
const DEFAULT: &str = "default";

/// The address of a daemon with the files for TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DockerContext {
    /// Its name.
    pub name: String,
    /// A URL, for example `unix:///Users/me/.colima/default/docker.sock`.
    pub host: String,
    /// The directory with `ca.pem`, `cert.pem` and `key.pem`, if it has one.
    pub tls: Option<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Settings {
    current_context: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    endpoints: Endpoints,
}

#[derive(Deserialize)]
struct Endpoints {
    docker: Option<Address>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Address {
    #[serde(default)]
    host: String,
}

/// Returns the current context; `None` for the default one. `named` is the value of `DOCKER_CONTEXT`, `folder` is
/// Docker's directory of settings.
///
/// Fails with kind `Environment` if a named context does not exist or has no address.
pub(super) fn current(named: Option<&str>, folder: &Path) -> Result<Option<DockerContext>> {
    let named = named.map(str::trim).filter(|name| !name.is_empty());
    let (name, origin) = if let Some(name) = named {
        (name.to_owned(), "DOCKER_CONTEXT".to_owned())
    } else {
        let file = folder.join("config.json");
        (selected(&file)?, format!("`{}`", file.display()))
    };
    if name.is_empty() || name == DEFAULT {
        return Ok(None);
    }
    load(&name, folder).map(Some).map_err(|failure| failure.because(format!("{origin} names it")))
}

/// The context that `docker context use` selected; empty without one.
fn selected(file: &Path) -> Result<String> {
    // The `docker` command goes on with its defaults as well, also if it may not read the file.
    let Ok(text) = std::fs::read(file) else { return Ok(String::new()) };
    let settings: Settings = serde_json::from_slice(&text).with_context(Kind::Environment, || {
        format!("Docker's settings `{}` are not valid JSON", file.display())
    })?;
    Ok(settings.current_context)
}

fn load(name: &str, folder: &Path) -> Result<DockerContext> {
    let contexts = folder.join("contexts");
    // Docker names the directories by the hash of the context's name.
    let id = hex::encode(Sha256::digest(name.as_bytes()));
    let file = contexts.join("meta").join(&id).join("meta.json");
    let hint = "`docker context ls` lists the contexts, `docker context use NAME` selects one";
    let text = std::fs::read(&file).map_err(|error| {
        Failure::new(Kind::Environment, format!("there is no Docker context `{name}`"))
            .because(format!("`{}`: {error}", file.display()))
            .hint(hint)
    })?;
    let metadata: Metadata = serde_json::from_slice(&text)
        .with_context(Kind::Environment, || format!("the Docker context `{name}` is not usable"))?;
    let host = metadata.endpoints.docker.map(|address| address.host).unwrap_or_default();
    if host.is_empty() {
        return Err(Failure::new(
            Kind::Environment,
            format!("the Docker context `{name}` has no address of a daemon"),
        )
        .hint(hint));
    }
    let tls = Some(contexts.join("tls").join(id).join("docker")).filter(|folder| folder.is_dir());
    Ok(DockerContext { name: name.to_owned(), host, tls })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Docker's directory of settings with the context `colima`, selected or not.
    fn settings(selected: Option<&str>, metadata: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let id = hex::encode(Sha256::digest(b"colima"));
        let meta = folder.path().join("contexts/meta").join(&id);
        std::fs::create_dir_all(&meta).unwrap();
        std::fs::write(meta.join("meta.json"), metadata).unwrap();
        if let Some(name) = selected {
            let text = format!("{{\"auths\": {{}}, \"currentContext\": \"{name}\"}}");
            std::fs::write(folder.path().join("config.json"), text).unwrap();
        }
        folder
    }

    const COLIMA: &str = r#"{"Name": "colima", "Metadata": {"Description": "colima"},
        "Endpoints": {"docker": {"Host": "unix:///home/me/.colima/default/docker.sock", "SkipTLSVerify": false}}}"#;

    #[test]
    fn the_selected_context_gives_the_address() {
        let folder = settings(Some("colima"), COLIMA);
        let found = current(None, folder.path()).unwrap().unwrap();
        assert_eq!(found.host, "unix:///home/me/.colima/default/docker.sock");
        assert_eq!((found.name.as_str(), found.tls), ("colima", None));
    }

    #[test]
    fn the_variable_precedes_the_selected_context() {
        let folder = settings(Some("colima"), COLIMA);
        assert_eq!(current(Some("default"), folder.path()).unwrap(), None);
        let folder = settings(None, COLIMA);
        assert_eq!(current(None, folder.path()).unwrap(), None);
        assert_eq!(current(Some(" "), folder.path()).unwrap(), None);
        assert_eq!(current(Some("colima"), folder.path()).unwrap().unwrap().name, "colima");
    }

    #[test]
    fn files_for_tls_belong_to_the_context() {
        let folder = settings(Some("colima"), COLIMA);
        let id = hex::encode(Sha256::digest(b"colima"));
        let tls = folder.path().join("contexts/tls").join(id).join("docker");
        std::fs::create_dir_all(&tls).unwrap();
        assert_eq!(current(None, folder.path()).unwrap().unwrap().tls, Some(tls));
    }

    #[test]
    fn a_context_without_an_address_is_refused() {
        for (selected, metadata, message) in [
            (Some("gone"), COLIMA, "there is no Docker context `gone`"),
            (
                Some("colima"),
                r#"{"Endpoints": {}}"#,
                "the Docker context `colima` has no address of a daemon",
            ),
            (Some("colima"), "{", "the Docker context `colima` is not usable"),
        ] {
            let folder = settings(selected, metadata);
            let failure = current(None, folder.path()).unwrap_err();
            assert_eq!(failure.kind, Kind::Environment);
            assert_eq!(failure.message, message);
        }
        let folder = settings(Some("x"), COLIMA);
        std::fs::write(folder.path().join("config.json"), "{half").unwrap();
        assert!(current(None, folder.path()).unwrap_err().message.contains("not valid JSON"));
    }
}

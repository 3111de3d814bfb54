//! Builds Flux Kustomizations with `flux-build`, a program built from the Go packages of kustomize-controller.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    cache::{BuildCache, cache_key},
    platform::{Platform, ROOT},
};
use crate::{
    base::{
        event::Events,
        failure::{Context, Failure, Kind, Result},
        tool::Invocation,
    },
    config::{HostDirs, Project},
    images,
};

/// The program `flux-build` with its cache.
#[derive(Debug, Clone)]
pub struct FluxBuild {
    program: PathBuf,
    cache: BuildCache,
}

impl FluxBuild {
    /// The name of the program in `infra/images.toml`.
    pub const PROGRAM: &str = "flux-build";

    /// Creates a builder that runs `program` and caches its builds in the cache of `dirs`.
    pub fn new(program: PathBuf, dirs: &HostDirs) -> Self {
        Self { program, cache: BuildCache::at(dirs.cache().join("built")) }
    }

    /// Returns the program of `project`. Builds it if it is not in the supply's cache.
    pub async fn prepare(project: &Project, dirs: &HostDirs, events: &Events) -> Result<Self> {
        let program = images::program(project, dirs, events, Self::PROGRAM).await?;
        Ok(Self::new(program, dirs))
    }
}

/// The ConfigMap with the variables.
const ENVIRONMENT: &str = "flux-system/environment";

/// Returns the root Kustomization, which seasense applies to a cluster itself.
pub(super) fn root() -> Value {
    json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
        "metadata": {"name": ROOT, "namespace": "flux-system"},
        "spec": {
            "path": "./flux", "sourceRef": {"kind": "OCIRepository", "name": ROOT},
            "postBuild": {"substituteFrom": [{"kind": "ConfigMap", "name": "environment"}]},
        },
    })
}

/// Whether `object` is a Flux Kustomization.
pub(super) fn is_kustomization(object: &Value) -> bool {
    let group = object["apiVersion"].as_str().and_then(|version| version.split('/').next());
    group == Some("kustomize.toolkit.fluxcd.io") && object["kind"] == "Kustomization"
}

/// Whether `object` may contain a secret value. Builds with such objects are not cached.
fn is_secret(object: &Value) -> bool {
    object["kind"] == "Secret"
}

/// The files of a platform in a temporary folder, which is removed on drop.
pub(super) struct Unpacked<'a> {
    platform: &'a Platform,
    folder: tempfile::TempDir,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    sources: BTreeMap<&'a str, std::path::PathBuf>,
    config_maps: BTreeMap<&'a str, &'a BTreeMap<String, String>>,
    kustomizations: &'a [&'a Value],
}

#[derive(Deserialize)]
struct Response {
    builds: Vec<Built>,
}

#[derive(Deserialize)]
struct Built {
    name: String,
    objects: Vec<Value>,
    #[serde(default)]
    error: String,
}

impl<'a> Unpacked<'a> {
    /// Writes the files of `platform` to a temporary folder.
    pub(super) fn write(platform: &'a Platform) -> Result<Self> {
        let what = || "unpack an artifact in a temporary folder".to_owned();
        let folder = tempfile::tempdir().with_context(Kind::Tool, what)?;
        for (name, source) in &platform.sources {
            std::fs::create_dir_all(folder.path().join(name)).with_context(Kind::Tool, what)?;
            for (path, bytes) in source {
                let file = folder.path().join(name).join(checked(path)?);
                std::fs::create_dir_all(file.parent().unwrap_or(folder.path()))
                    .with_context(Kind::Tool, what)?;
                std::fs::write(&file, bytes).with_context(Kind::Tool, what)?;
            }
        }
        Ok(Self { platform, folder })
    }

    /// Returns the objects of each of `kustomizations`, by name, with `variables` substituted.
    ///
    /// Fails with kind `Environment` and Flux's error text if Flux would reject one of them.
    pub(super) async fn build(
        &self,
        flux: &FluxBuild,
        variables: &BTreeMap<String, String>,
        kustomizations: &[Value],
    ) -> Result<BTreeMap<String, Vec<Value>>> {
        let (mut built, mut missing, mut keys) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
        for definition in kustomizations {
            let name = definition["metadata"]["name"].as_str().unwrap_or_default().to_owned();
            let source = definition["spec"]["sourceRef"]["name"].as_str().unwrap_or_default();
            let key = self
                .platform
                .sources
                .get(source)
                .map(|files| cache_key(&flux.program, files, variables, definition));
            if let Some(objects) = key.as_ref().and_then(|key| flux.cache.get(key)) {
                built.insert(name, objects);
            } else {
                missing.push(definition);
                keys.insert(name, key);
            }
        }
        for (name, objects) in self.run(&flux.program, variables, &missing).await? {
            if let Some(key) = keys.remove(&name).flatten().filter(|_| !objects.iter().any(is_secret)) {
                flux.cache.put(&key, &objects).context(Kind::Tool, "write the build to the cache")?;
            }
            built.insert(name, objects);
        }
        Ok(built)
    }

    async fn run(
        &self,
        program: &Path,
        variables: &BTreeMap<String, String>,
        kustomizations: &[&Value],
    ) -> Result<BTreeMap<String, Vec<Value>>> {
        if kustomizations.is_empty() {
            return Ok(BTreeMap::new());
        }
        let folders = self.platform.sources.keys().map(|name| (name.as_str(), self.folder.path().join(name)));
        let request = Request {
            sources: folders.collect(),
            config_maps: BTreeMap::from([(ENVIRONMENT, variables)]),
            kustomizations,
        };
        let request =
            serde_json::to_vec(&request).context(Kind::Internal, "write the request to flux-build")?;
        // The folder is the working directory: kustomize must not read files or Git settings of the caller.
        let ran = Invocation::new(program).cwd(self.folder.path()).stdin(request).capture().await;
        let ran = ran.map_err(|error| error.into_failure(Kind::Tool, "cannot build the manifests"))?;
        let response: Response =
            serde_json::from_str(&ran.stdout).context(Kind::Tool, "read the response of flux-build")?;
        response.builds.into_iter().map(|built| self.objects_of(built)).collect()
    }

    fn objects_of(&self, built: Built) -> Result<(String, Vec<Value>)> {
        if built.error.is_empty() {
            return Ok((built.name, built.objects));
        }
        let folder = self.folder.path().to_string_lossy().into_owned();
        let cause = self
            .platform
            .sources
            .keys()
            .fold(built.error, |text, source| text.replace(&format!("{folder}/{source}/"), "gitops/"));
        Err(Failure::new(Kind::Environment, format!("Flux cannot build the phase `{}`", built.name))
            .because(cause))
    }
}

/// Returns the path of a file in an artifact. Fails if it is absolute or refers to a file outside the folder.
fn checked(path: &str) -> Result<&str> {
    let leaves = path.starts_with('/') || path.split('/').any(|part| part == "..");
    if leaves {
        Err(Failure::new(Kind::Tool, format!("the artifact contains the path `{path}` outside its folder")))
    } else {
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform() -> Platform {
        let files = BTreeMap::from([("flux/a.yaml".to_owned(), b"a: 1\n".to_vec())]);
        Platform { sources: [(ROOT.to_owned(), files)].into(), variables: BTreeMap::new() }
    }

    /// A program that prints `response` and writes its request to the file `request` in `folder`.
    fn fake(folder: &Path, response: &str) -> std::path::PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let program = folder.join("flux-build");
        let text = format!("#!/bin/sh\ncat > '{}/request'\necho '{response}'\n", folder.display());
        std::fs::write(&program, text).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        program
    }

    fn phase(name: &str, source: &str) -> Value {
        json!({"metadata": {"name": name}, "spec": {"sourceRef": {"name": source}}})
    }

    #[tokio::test]
    async fn the_request_contains_folders_and_variables() {
        let folder = tempfile::tempdir().unwrap();
        let program = fake(folder.path(), r#"{"builds": [{"name": "apps", "objects": [{"kind": "A"}]}]}"#);
        let platform = platform();
        let unpacked = Unpacked::write(&platform).unwrap();
        let variables = BTreeMap::from([("ISSUER".to_owned(), "acme".to_owned())]);
        let flux = FluxBuild::new(program, &HostDirs::new(folder.path(), folder.path()));
        let built = unpacked.build(&flux, &variables, &[phase("apps", "platform")]).await.unwrap();
        assert_eq!(built["apps"], [json!({"kind": "A"})]);
        let request: Value =
            serde_json::from_slice(&std::fs::read(folder.path().join("request")).unwrap()).unwrap();
        assert_eq!(request["configMaps"], json!({"flux-system/environment": {"ISSUER": "acme"}}));
        let source = request["sources"]["platform"].as_str().unwrap();
        assert_eq!(std::fs::read(Path::new(source).join("flux/a.yaml")).unwrap(), b"a: 1\n");
    }

    #[tokio::test]
    async fn builds_are_cached_unless_they_contain_a_secret() {
        for (kind, second) in [("A", "A"), ("Secret", "B")] {
            let folder = tempfile::tempdir().unwrap();
            let response = |kind: &str| {
                format!(r#"{{"builds": [{{"name": "apps", "objects": [{{"kind": "{kind}"}}]}}]}}"#)
            };
            let dirs = HostDirs::new(folder.path(), folder.path());
            let flux = FluxBuild::new(fake(folder.path(), &response(kind)), &dirs);
            let platform = platform();
            let unpacked = Unpacked::write(&platform).unwrap();
            let phases = [phase("apps", "platform")];
            unpacked.build(&flux, &BTreeMap::new(), &phases).await.unwrap();
            fake(folder.path(), &response("B"));
            let built = unpacked.build(&flux, &BTreeMap::new(), &phases).await.unwrap();
            assert_eq!(built["apps"], [json!({"kind": second})]);
        }
    }

    #[tokio::test]
    async fn errors_of_flux_name_files_of_the_repository() {
        let platform = platform();
        let unpacked = Unpacked::write(&platform).unwrap();
        let error = format!("{}/platform/apps/x.yaml: no such file", unpacked.folder.path().display());
        let built = Built { name: "apps".into(), objects: Vec::new(), error };
        let failure = unpacked.objects_of(built).unwrap_err();
        assert_eq!(failure.kind, Kind::Environment);
        assert_eq!(failure.causes, ["gitops/apps/x.yaml: no such file"]);
    }

    #[test]
    fn paths_outside_the_folder_are_rejected() {
        assert!(checked("a/../../b").is_err() && checked("/etc/passwd").is_err());
        assert_eq!(checked("a/..b").unwrap(), "a/..b");
    }
}

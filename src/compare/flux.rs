//! Builds Flux Kustomizations as the clusters' kustomize-controller does: its own packages, in a program beside this one.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Platform,
    kept::{Kept, key},
};
use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        tool::Invocation,
    },
    config::HostDirs,
};

/// Flux's own way to build what it would apply.
#[derive(Debug, Clone)]
pub struct Flux {
    program: PathBuf,
    kept: Kept,
}

impl Flux {
    /// The program, as `infra/images.toml` calls it.
    pub const PROGRAM: &str = "flux-build";

    /// Builds with `program`; what was built before lies in the cache.
    pub fn new(program: PathBuf, dirs: &HostDirs) -> Self {
        Self { program, kept: Kept::at(dirs.cache().join("built")) }
    }
}

/// The Kustomization that applies the phases, which stands in no artifact, and its source.
pub(super) const ROOT: &str = "platform";
/// The ConfigMap that holds the variables.
const ENVIRONMENT: &str = "flux-system/environment";

/// The Kustomization that seasense itself gives to a cluster.
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

/// Whether `object` is a Kustomization of Flux's.
pub(super) fn is_kustomization(object: &Value) -> bool {
    let group = object["apiVersion"].as_str().and_then(|version| version.split('/').next());
    group == Some("kustomize.toolkit.fluxcd.io") && object["kind"] == "Kustomization"
}

/// What may hold a secret's value is not kept.
fn is_secret(object: &Value) -> bool {
    object["kind"] == "Secret"
}

/// A platform's files in a folder that goes with this.
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
struct Answer {
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
    /// Writes the files of `platform`.
    pub(super) fn write(platform: &'a Platform) -> Result<Self> {
        let what = || "unpack an artifact in a temporary folder".to_owned();
        let folder = tempfile::tempdir().with_context(Kind::Tool, what)?;
        for (name, source) in &platform.sources {
            std::fs::create_dir_all(folder.path().join(name)).with_context(Kind::Tool, what)?;
            for (path, bytes) in source {
                let file = folder.path().join(name).join(inside(path)?);
                std::fs::create_dir_all(file.parent().unwrap_or(folder.path()))
                    .with_context(Kind::Tool, what)?;
                std::fs::write(&file, bytes).with_context(Kind::Tool, what)?;
            }
        }
        Ok(Self { platform, folder })
    }

    /// The objects of each of `kustomizations`, by name, with `variables` filled in.
    ///
    /// Fails with kind `Environment` and Flux's own words where Flux would refuse one of them.
    pub(super) async fn build(
        &self,
        flux: &Flux,
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
                .map(|files| key(&flux.program, files, variables, definition));
            if let Some(objects) = key.as_ref().and_then(|key| flux.kept.get(key)) {
                built.insert(name, objects);
            } else {
                missing.push(definition);
                keys.insert(name, key);
            }
        }
        for (name, objects) in self.build_anew(&flux.program, variables, &missing).await? {
            if let Some(key) = keys.remove(&name).flatten().filter(|_| !objects.iter().any(is_secret)) {
                flux.kept.put(&key, &objects).context(Kind::Tool, "keep what was built in the cache")?;
            }
            built.insert(name, objects);
        }
        Ok(built)
    }

    async fn build_anew(
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
        // Kustomize looks for nothing outside the folder, but Git's and the shell's settings are none of its business.
        let ran = Invocation::new(program).cwd(self.folder.path()).stdin(request).capture().await;
        let ran =
            ran.map_err(|error| error.into_failure(Kind::Tool, "cannot build what Flux would apply"))?;
        let answer: Answer = serde_json::from_str(&ran.stdout)
            .context(Kind::Tool, "flux-build gave an answer that is not understood")?;
        answer.builds.into_iter().map(|built| self.evaluate(built)).collect()
    }

    fn evaluate(&self, built: Built) -> Result<(String, Vec<Value>)> {
        if built.error.is_empty() {
            return Ok((built.name, built.objects));
        }
        let folder = self.folder.path().to_string_lossy().into_owned();
        let cause = self
            .platform
            .sources
            .keys()
            .fold(built.error, |text, source| text.replace(&format!("{folder}/{source}/"), "gitops/"));
        Err(Failure::new(Kind::Environment, format!("Flux would not build the phase `{}`", built.name))
            .because(cause))
    }
}

/// A path of an artifact, refused where it leads out of it.
fn inside(path: &str) -> Result<&str> {
    let leaves = path.starts_with('/') || path.split('/').any(|part| part == "..");
    if leaves {
        Err(Failure::new(Kind::Tool, format!("the artifact holds a file `{path}` outside itself")))
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

    /// A program that answers `answer` and keeps what it was asked beside itself.
    fn fake(folder: &Path, answer: &str) -> std::path::PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let program = folder.join("flux-build");
        let text = format!("#!/bin/sh\ncat > '{}/asked'\necho '{answer}'\n", folder.display());
        std::fs::write(&program, text).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        program
    }

    fn phase(name: &str, source: &str) -> Value {
        json!({"metadata": {"name": name}, "spec": {"sourceRef": {"name": source}}})
    }

    #[tokio::test]
    async fn the_program_is_asked_with_folders_and_variables() {
        let folder = tempfile::tempdir().unwrap();
        let program = fake(folder.path(), r#"{"builds": [{"name": "apps", "objects": [{"kind": "A"}]}]}"#);
        let platform = platform();
        let unpacked = Unpacked::write(&platform).unwrap();
        let variables = BTreeMap::from([("ISSUER".to_owned(), "acme".to_owned())]);
        let flux = Flux::new(program, &HostDirs::new(folder.path(), folder.path()));
        let built = unpacked.build(&flux, &variables, &[phase("apps", "platform")]).await.unwrap();
        assert_eq!(built["apps"], [json!({"kind": "A"})]);
        let asked: Value =
            serde_json::from_slice(&std::fs::read(folder.path().join("asked")).unwrap()).unwrap();
        assert_eq!(asked["configMaps"], json!({"flux-system/environment": {"ISSUER": "acme"}}));
        let source = asked["sources"]["platform"].as_str().unwrap();
        assert_eq!(std::fs::read(Path::new(source).join("flux/a.yaml")).unwrap(), b"a: 1\n");
    }

    #[tokio::test]
    async fn what_was_built_is_not_built_again_unless_it_may_hold_a_secret() {
        for (kind, again) in [("A", "A"), ("Secret", "B")] {
            let folder = tempfile::tempdir().unwrap();
            let answer = |kind: &str| {
                format!(r#"{{"builds": [{{"name": "apps", "objects": [{{"kind": "{kind}"}}]}}]}}"#)
            };
            let flux =
                Flux::new(fake(folder.path(), &answer(kind)), &HostDirs::new(folder.path(), folder.path()));
            let platform = platform();
            let unpacked = Unpacked::write(&platform).unwrap();
            let phases = [phase("apps", "platform")];
            unpacked.build(&flux, &BTreeMap::new(), &phases).await.unwrap();
            fake(folder.path(), &answer("B"));
            let built = unpacked.build(&flux, &BTreeMap::new(), &phases).await.unwrap();
            assert_eq!(built["apps"], [json!({"kind": again})]);
        }
    }

    #[tokio::test]
    async fn what_flux_refuses_is_told_in_its_words_and_our_paths() {
        let platform = platform();
        let unpacked = Unpacked::write(&platform).unwrap();
        let error = format!("{}/platform/apps/x.yaml: no such file", unpacked.folder.path().display());
        let built = Built { name: "apps".into(), objects: Vec::new(), error };
        let failure = unpacked.evaluate(built).unwrap_err();
        assert_eq!(
            (failure.kind, failure.causes),
            (Kind::Environment, vec!["gitops/apps/x.yaml: no such file".to_owned()])
        );
    }

    #[test]
    fn an_artifact_may_not_write_outside_its_folder() {
        assert!(inside("a/../../b").is_err() && inside("/etc/passwd").is_err());
        assert_eq!(inside("a/..b").unwrap(), "a/..b");
    }
}

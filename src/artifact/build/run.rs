//! Runs `flux-build` with the sources in a temporary folder.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{BuildError, Built, Dependencies, Files, Outcome, Wanted, source_name};
use crate::base::{
    failure::{Context, Failure, Kind, Result},
    tool::Invocation,
};

/// The ConfigMap with the variables.
const ENVIRONMENT: &str = "flux-system/environment";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    sources: BTreeMap<&'a str, PathBuf>,
    config_maps: BTreeMap<String, BTreeMap<&'a str, &'a BTreeMap<String, String>>>,
    builds: Vec<Asked<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Asked<'a> {
    kustomization: &'a Value,
    config_maps: String,
}

#[derive(Deserialize)]
struct Response {
    builds: Vec<Answered>,
}

#[derive(Deserialize)]
struct Answered {
    name: String,
    objects: Vec<Value>,
    #[serde(default)]
    error: String,
    #[serde(flatten)]
    dependencies: Dependencies,
}

/// Returns the outcome of each build, with the paths on which it depends.
pub(super) async fn run(
    program: &Path,
    sources: &BTreeMap<&str, &Files>,
    wanted: &[&Wanted<'_>],
) -> Result<Vec<(Outcome, Dependencies)>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let used: BTreeSet<&str> = wanted.iter().map(|wanted| source_name(&wanted.definition)).collect();
    let used = sources.iter().filter(|(name, _)| used.contains(*name));
    let folder = unpack(used.clone())?;
    let folders = used.map(|(name, _)| (*name, folder.path().join(name))).collect();
    let request = serde_json::to_vec(&request(folders, wanted))
        .context(Kind::Internal, "write the request to flux-build")?;
    // The folder is the working directory: kustomize must not read files or Git settings of the caller.
    let ran = Invocation::new(program).cwd(folder.path()).stdin(request).capture().await;
    let ran = ran.map_err(|error| error.into_failure(Kind::Tool, "cannot build the manifests"))?;
    let response: Response =
        serde_json::from_str(&ran.stdout).context(Kind::Tool, "read the response of flux-build")?;
    if response.builds.len() != wanted.len() {
        return Err(Failure::new(Kind::Tool, "flux-build returned another number of builds"));
    }
    let outcomes = response.builds.into_iter().zip(wanted);
    Ok(outcomes.map(|(answered, wanted)| outcome(answered, wanted, folder.path())).collect())
}

fn request<'a>(sources: BTreeMap<&'a str, PathBuf>, wanted: &'a [&Wanted<'_>]) -> Request<'a> {
    let mut sets: Vec<&BTreeMap<String, String>> = Vec::new();
    let mut set_of = |variables: Option<&'a BTreeMap<String, String>>| {
        let Some(variables) = variables else { return String::new() };
        let known = sets.iter().position(|set| *set == variables);
        let at = known.unwrap_or_else(|| {
            sets.push(variables);
            sets.len() - 1
        });
        at.to_string()
    };
    let builds = wanted
        .iter()
        .map(|wanted| Asked { kustomization: &wanted.definition, config_maps: set_of(wanted.variables) })
        .collect();
    let config_maps = sets.iter().enumerate().map(|(at, set)| (at.to_string(), [(ENVIRONMENT, *set)].into()));
    Request { sources, config_maps: config_maps.collect(), builds }
}

fn outcome(answered: Answered, wanted: &Wanted<'_>, folder: &Path) -> (Outcome, Dependencies) {
    let Answered { name, objects, error, dependencies } = answered;
    let files = dependencies.files.clone();
    if error.is_empty() {
        return (Ok(Built { objects, files }), dependencies);
    }
    let source = folder.join(source_name(&wanted.definition));
    // The folder may be reached through a link, for example on macOS.
    let real = std::fs::canonicalize(&source).unwrap_or_else(|_| source.clone());
    let message = [real, source].iter().fold(error, |text, source| {
        let source = source.to_string_lossy();
        text.replace(&format!("{source}/"), "gitops/").replace(&*source, "gitops")
    });
    (Err(BuildError { name, message, files }), dependencies)
}

/// Writes the files of every source to a temporary folder, which is removed on drop.
fn unpack<'a>(sources: impl Iterator<Item = (&'a &'a str, &'a &'a Files)>) -> Result<tempfile::TempDir> {
    let what = || "unpack an artifact in a temporary folder".to_owned();
    let folder = tempfile::tempdir().with_context(Kind::Tool, what)?;
    for (name, files) in sources {
        std::fs::create_dir_all(folder.path().join(name)).with_context(Kind::Tool, what)?;
        for (path, bytes) in *files {
            let file = folder.path().join(name).join(checked(path)?);
            std::fs::create_dir_all(file.parent().unwrap_or(folder.path())).with_context(Kind::Tool, what)?;
            std::fs::write(&file, bytes).with_context(Kind::Tool, what)?;
        }
    }
    Ok(folder)
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

    #[test]
    fn paths_outside_the_folder_are_rejected() {
        assert!(checked("a/../../b").is_err() && checked("/etc/passwd").is_err());
        assert_eq!(checked("a/..b").unwrap(), "a/..b");
    }
}

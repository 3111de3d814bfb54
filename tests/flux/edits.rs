//! Edits of this repository's tree, and the problems that the check finds in the result.

use std::{collections::BTreeMap, sync::LazyLock};

use seasense::{
    artifact::{self, ApiValidation, CheckInput, FluxBuild, Tree},
    config::HostDirs,
};

use super::{program, project};

/// Files that replace those of the tree, by path.
pub type Edits<'a> = &'a [(&'a str, String)];

pub async fn tree(edits: Edits<'_>) -> Tree {
    let tree = Tree::read(&project()).await.unwrap();
    let mut files: BTreeMap<String, Vec<u8>> =
        tree.files().map(|(path, content)| (path.to_owned(), content.to_vec())).collect();
    files.extend(edits.iter().map(|(path, text)| ((*path).to_owned(), text.clone().into_bytes())));
    Tree::from_files(files)
}

/// Returns every problem of the tree with `edits`: its location, its message and its causes.
pub async fn problems(edits: Edits<'_>) -> Vec<String> {
    // One cache for all tests: an edit builds one phase.
    static CACHE: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());
    let cache = HostDirs::new(CACHE.path(), CACHE.path());
    let flux = FluxBuild::new(program(FluxBuild::PROGRAM).await, &cache);
    let validation = ApiValidation::new(program(ApiValidation::PROGRAM).await, &cache);
    let dirs = HostDirs::from_environment().unwrap();
    let input = CheckInput::read(&project(), &dirs, tree(edits).await).unwrap();
    assert!(input.is_complete(), "the supply has no upstream manifests");
    let found = artifact::check(&input, &flux, Some(&validation)).await.unwrap();
    let line = |failure: &seasense::base::failure::Failure| {
        let location = failure.location.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{location}: {}: {}", failure.message, failure.causes.join(": "))
    };
    found.iter().map(line).collect()
}

/// Panics unless a problem with these edits begins with `location` and contains `text`.
pub async fn assert_found(edits: Edits<'_>, location: &str, text: &str) {
    let found = problems(edits).await;
    let is_it = |problem: &&String| problem.starts_with(&format!("{location}:")) && problem.contains(text);
    assert!(
        found.iter().any(|problem| is_it(&problem)),
        "no problem at {location} with {text:?}: {found:#?}"
    );
}

pub fn text_of(path: &str) -> String {
    std::fs::read_to_string(project().root().join("gitops").join(path)).unwrap()
}

/// The kustomization of the apps with another resource.
pub fn apps_with(resource: &str) -> (&'static str, String) {
    (
        "apps/kustomization.yaml",
        text_of("apps/kustomization.yaml").replacen(
            "resources:\n",
            &format!("resources:\n  - {resource}\n"),
            1,
        ),
    )
}

pub const POD: &str = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"p\", \"namespace\": \"seasense\"}, \"spec\": {\"containers\": [{\"name\": \"c\", \"image\": \"nginx:latest\"}]}}\n";

pub fn config_map(data: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n  namespace: seasense\ndata:\n  {data}\n"
    )
}

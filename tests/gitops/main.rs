//! The rules for `gitops/`, checked on the files of the tree with the variables of each environment. Needs no
//! other program; `tests/flux.rs` checks what Flux builds from the files.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test panics on failure")]

use std::{collections::BTreeMap, path::Path};

use seasense::{
    artifact::{Files, Tree, Upstream, pinned_files},
    base::yaml,
    config::{Environment, Project},
    images::{Lock, LockedImage, Provenance},
};
use serde_json::Value;

mod canary;
mod capacity;
mod environments;
mod objects;
mod phases;
mod upstream;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns a supply lock with exactly the images of `infra/images.toml`.
fn lock() -> Lock {
    let images: toml::Table =
        std::fs::read_to_string(root().join("infra/images.toml")).unwrap().parse().unwrap();
    let mut lock = Lock::without_images();
    for name in images["image"].as_table().unwrap().keys() {
        let image = LockedImage {
            official: None,
            repository: name.clone(),
            digest: format!("sha256:{}", "0".repeat(64)).parse().unwrap(),
            size: 1,
            provenance: Provenance::new(),
        };
        lock.images.insert(name.clone(), image);
    }
    lock
}

/// Returns the files of the tree as they are packed, with placeholders for the upstream manifests.
async fn files() -> Files {
    let tree = Tree::read(&Project::find(root()).unwrap()).await.unwrap();
    let recipes: toml::Table =
        std::fs::read_to_string(root().join("infra/manifests/recipes.toml")).unwrap().parse().unwrap();
    let names = recipes["manifest"].as_array().unwrap().iter().map(|recipe| recipe["name"].as_str().unwrap());
    let upstream = names.map(|name| (name, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"));
    match pinned_files(&tree, &lock(), &Upstream::from_texts(upstream)) {
        Ok(files) => files,
        Err(failure) => panic!("{}: {failure} {:?}", failure.location.as_ref().unwrap(), failure.hints),
    }
}

fn environments() -> Vec<Environment> {
    let project = Project::find(root()).unwrap();
    let names = seasense::config::names(&project);
    assert_eq!(names, ["local", "production", "staging"]);
    names.iter().map(|name| Environment::load(&project, name).unwrap()).collect()
}

/// Returns the files as one text, each after a comment with its path, with `variables`.
fn text(files: &Files, variables: &BTreeMap<String, String>) -> String {
    let documents = files.iter().map(|(path, content)| {
        let text = String::from_utf8_lossy(content);
        format!("---\n# {path}\n{}\n", text.strip_prefix("---\n").unwrap_or(&text).trim_end())
    });
    variables
        .iter()
        .fold(documents.collect(), |text: String, (name, value)| text.replace(&format!("${{{name}}}"), value))
}

/// Returns every object of the tree, rendered for each environment, with its file.
async fn objects() -> Vec<(String, Value)> {
    let files = files().await;
    let mut objects = Vec::new();
    for environment in environments() {
        let name = environment.name();
        let data =
            environment.variables.to_data(name, *environment.fleet.buoys.get_ref(), environment.https_port());
        for document in text(&files, &data).split("---\n# ").skip(1) {
            let (file, text) = document.split_once('\n').unwrap();
            assert!(!text.contains("${"), "{file} contains an unknown variable in {name}");
            for object in yaml::parse(Path::new(file), text).unwrap() {
                objects.push((file.to_owned(), object.value));
            }
        }
    }
    assert!(objects.len() > 30, "the tree has only {} objects", objects.len());
    objects
}

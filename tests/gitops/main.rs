//! The rules for `gitops/`, checked on the rendered manifests of each environment.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test panics on failure")]

use std::path::Path;

use seasense::{
    artifact::{Rendered, Tree, Upstream, render},
    base::yaml,
    config::{Environment, Project},
    images::{Lock, LockedImage, Origin, Provenance},
};
use serde_json::Value;

mod canary;
mod capacity;
mod environments;
mod objects;
mod phases;
mod rules;
mod upstream;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns a supply lock with exactly the images of `infra/images.toml`.
fn lock() -> Lock {
    let images: toml::Table =
        std::fs::read_to_string(root().join("infra/images.toml")).unwrap().parse().unwrap();
    let mut lock = Lock::new(Origin::Build, "key");
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

/// Returns the tree as it is packed, with placeholders for the upstream manifests.
async fn rendered() -> Rendered {
    let tree = Tree::read(&Project::find(root()).unwrap()).await.unwrap();
    let recipes: toml::Table =
        std::fs::read_to_string(root().join("infra/manifests/recipes.toml")).unwrap().parse().unwrap();
    let names = recipes["manifest"].as_array().unwrap().iter().map(|recipe| recipe["name"].as_str().unwrap());
    let upstream = names.map(|name| (name, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"));
    match render(&tree, &lock(), &Upstream::from_texts(upstream)) {
        Ok(rendered) => rendered,
        Err(failure) => panic!("{}: {failure} {:?}", failure.location.as_ref().unwrap(), failure.hints),
    }
}

fn environments() -> Vec<Environment> {
    let project = Project::find(root()).unwrap();
    let names = seasense::config::names(&project);
    assert_eq!(names, ["local", "production", "staging"]);
    names.iter().map(|name| Environment::load(&project, name).unwrap()).collect()
}

/// Returns every object of the tree, rendered for each environment, with its file.
async fn objects() -> Vec<(String, Value)> {
    let rendered = rendered().await;
    let mut objects = Vec::new();
    for environment in environments() {
        let name = environment.name();
        let data =
            environment.variables.to_data(name, *environment.fleet.buoys.get_ref(), environment.https_port());
        for document in rendered.to_text(Some(&data)).unwrap().split("---\n# ").skip(1) {
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

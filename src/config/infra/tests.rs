//! Tests of `infra/*.toml`: valid files, and the failure of each invalid value.

use super::*;
use crate::base::failure::Failure;

const VERSIONS: &str = "[parts.go]\nversion = \"1.26.8\"\n[parts.envoy]\nversion = \"1.39.1\"\n";

fn load(images: &str) -> Result<Infra> {
    let folder = tempfile::tempdir().unwrap();
    for name in ["envs", "gitops", "infra"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    std::fs::write(folder.path().join("infra/versions.toml"), VERSIONS).unwrap();
    std::fs::write(folder.path().join("infra/images.toml"), images).unwrap();
    Infra::load(&Project::find(folder.path()).unwrap())
}

fn rejected(images: &str) -> (String, Failure) {
    let failure = load(images).unwrap_err();
    (failure.location.clone().map(|place| place.to_string()).unwrap_or_default(), failure)
}

#[test]
fn names_are_expanded_to_versions() {
    let infra = load("[image.envoy]\nofficial = \"docker.io/envoyproxy/envoy:v{envoy}\"\n").unwrap();
    let official = infra.recipes.image["envoy"].official.as_deref();
    assert_eq!(official, Some("docker.io/envoyproxy/envoy:v1.39.1"));
}

#[test]
fn unknown_part_is_rejected_with_its_location() {
    let (place, failure) = rejected("[image.envoy]\nofficial = \"envoy:v{envo}\"\n");
    assert_eq!(place, "infra/images.toml:2:20");
    assert_eq!(failure.hints, ["the nearest known name is `envoy`"]);
}

#[test]
fn unknown_key_is_rejected_with_its_location() {
    let (place, failure) = rejected("[image.envoy]\noficial = \"envoy\"\n");
    assert_eq!(place, "infra/images.toml:2:1");
    assert_eq!(failure.hints, ["the nearest known name is `official`"]);
}

#[test]
fn unknown_build_is_rejected_with_its_location() {
    let images = "[image.a]\npull = \"build\"\nfiles = [{ build = \"go.x\", path = \"x\", to = \"/x\" }]\n";
    assert_eq!(rejected(images).0, "infra/images.toml:3:20");
}

#[test]
fn base_must_be_a_root_build() {
    let images = "[npm.p]\nfolder = \"p\"\noutput = \"o\"\nseconds = 1\n[image.a]\npull = \"build\"\nbase = \"npm.p\"\n";
    assert_eq!(rejected(images).1.message, "there is no build `npm.p`");
}

#[test]
fn users_must_be_numeric_and_modes_octal() {
    assert_eq!(rejected("[image.a]\npull = \"build\"\nuser = \"nobody\"\n").0, "infra/images.toml:1:1");
    let images = "[image.a]\npull = \"build\"\ntexts = [{ to = \"/a\", text = \"\", mode = \"0799\" }]\n";
    assert!(rejected(images).1.message.contains("octal"));
}

#[test]
fn image_without_an_official_name_needs_another_pull() {
    assert!(rejected("[image.a]\nuser = \"1\"\n").1.message.contains("no official name"));
}

fn project() -> Project {
    Project::find(std::path::Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn own_recipes_are_valid() {
    let infra = Infra::load(&project()).unwrap();
    for (name, image) in &infra.recipes.image {
        assert!(!image.user.is_empty() || name == "node", "image {name} has no numeric user");
    }
}

/// A version is in versions.toml and in a go.mod with its dependencies: both must be equal.
#[test]
fn go_modules_are_pinned_to_the_versions_of_parts() {
    let infra = Infra::load(&project()).unwrap();
    let read = |build: &GoBuild| {
        std::fs::read_to_string(project().root().join(&build.folder).join("go.mod")).unwrap()
    };
    let modules: Vec<String> = infra.recipes.go.values().map(read).collect();
    for (name, part) in &infra.versions.parts {
        let Some(module) = &part.module else { continue };
        let wanted = format!("{module} v{}", part.version);
        let pinned = modules.iter().flat_map(|text| text.lines()).any(|line| {
            let line = line.trim().trim_start_matches("require ");
            line == wanted || line.starts_with(&format!("{wanted} "))
        });
        assert!(pinned, "no go.mod below infra/images/go requires {wanted} (part {name})");
    }
}

/// The key of a workload is a hash of its declared inputs, so a workload must not use the rest of the library.
#[test]
fn workloads_use_only_their_declared_inputs() {
    fn check(folder: &std::path::Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("web") {
                check(&path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                for found in text.match_indices("seasense::").map(|(at, name)| &text[at + name.len()..]) {
                    assert!(found.starts_with("apps"), "{} uses the library of the launcher", path.display());
                }
            }
        }
    }
    check(&project().root().join("src/apps"));
}

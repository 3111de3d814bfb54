//! Which images differ: by digest where both are known, else by version and by the files they are built from. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Side;
use crate::config::Infra;

/// What is known of an image on one side.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Image {
    /// Its digest; `None` where the side is a commit, whose images are not built to be compared.
    pub digest: Option<String>,
    /// Its version, where it is upstream's and known.
    pub version: Option<String>,
}

/// One image that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImageChange {
    /// The name that `infra/images.toml` gives it.
    pub name: String,
    /// What it was; absent where it is new.
    pub before: Option<Image>,
    /// What it is; absent where it is gone.
    pub after: Option<Image>,
    /// The files it is built from that differ, where both sides' files are known.
    pub sources: Vec<String>,
}

/// Every `NAME@sha256:...` in the texts of `files`, by the last part of its name.
pub(super) fn pinned<'a>(files: impl Iterator<Item = &'a [u8]>) -> BTreeMap<String, String> {
    const MARK: &str = "@sha256:";
    let mut found = BTreeMap::new();
    for bytes in files {
        let text = String::from_utf8_lossy(bytes);
        for (at, _) in text.match_indices(MARK) {
            let digest: String =
                text[at + MARK.len()..].chars().take_while(char::is_ascii_hexdigit).take(64).collect();
            let named =
                text[..at].rfind(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-'));
            let name = &text[named.map_or(0, |at| at + 1)..at];
            if digest.len() == 64 && !name.is_empty() {
                found.insert(name.to_owned(), format!("sha256:{digest}"));
            }
        }
    }
    found
}

/// The images in which two sides differ, by name.
pub(super) fn between(before: &Side, after: &Side, infra: &Infra) -> Vec<ImageChange> {
    let edited = edited(before, after);
    // An artifact tells of the images that its files name and of no others.
    let whole = before.digest.is_none() && after.digest.is_none();
    let names: BTreeSet<&String> = if whole {
        before.images.keys().chain(after.images.keys()).collect()
    } else {
        before.named.iter().chain(&after.named).collect()
    };
    let change = |name: &String| {
        let (old, new) = (before.images.get(name), after.images.get(name));
        let inputs = inputs(infra, name);
        let is_input = |path: &&String| {
            inputs.iter().any(|input| *path == input || path.starts_with(&format!("{input}/")))
        };
        let sources: Vec<String> = edited.iter().filter(is_input).cloned().collect();
        let differs = match (old, new) {
            (Some(old), Some(new)) => {
                let other = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
                other(&old.digest, &new.digest) || other(&old.version, &new.version) || !sources.is_empty()
            }
            _ => true,
        };
        differs.then(|| ImageChange {
            name: name.clone(),
            before: old.cloned(),
            after: new.cloned(),
            sources,
        })
    };
    names.into_iter().filter_map(change).collect()
}

/// The paths of the files that differ; none where one side's files are not known.
fn edited(before: &Side, after: &Side) -> BTreeSet<String> {
    let (Some(old), Some(new)) = (&before.files, &after.files) else { return BTreeSet::new() };
    old.keys().chain(new.keys()).filter(|path| old.get(*path) != new.get(*path)).cloned().collect()
}

/// The files and folders that the image `name` is made of.
fn inputs(infra: &Infra, name: &str) -> BTreeSet<String> {
    let Some(image) = infra.recipes.image.get(name) else { return BTreeSet::new() };
    let mut found: BTreeSet<String> =
        image.files.iter().filter(|file| file.build.is_none()).map(|file| file.path.clone()).collect();
    let builds = image.files.iter().filter_map(|file| file.build.as_ref()).chain(&image.base);
    builds.for_each(|build| found.extend(of_build(infra, build.get_ref())));
    found
}

fn of_build(infra: &Infra, id: &str) -> Vec<String> {
    let recipes = &infra.recipes;
    let Some((kind, name)) = id.split_once('.') else { return Vec::new() };
    match kind {
        "go" => recipes.go.get(name).map(|go| [vec![go.folder.clone()], go.inputs.clone()].concat()),
        "cargo" => recipes.cargo.get(name).map(|cargo| {
            // The programs that the page, the backend and the others are built of lie beside each other.
            cargo.inputs.iter().cloned().chain(["Cargo.lock".to_owned()]).collect()
        }),
        "npm" => recipes.npm.get(name).map(|npm| vec![npm.folder.clone()]),
        "root" => recipes.root.get(name).map(|root| [root.before.clone(), root.after.clone()].concat()),
        "c" => recipes.c.get(name).map(|program| of_build(infra, program.build.get_ref())),
        _ => None,
    }
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Project;

    fn side(images: &[(&str, Option<&str>, Option<&str>)], files: &[(&str, &str)]) -> Side {
        let image = |digest: Option<&str>, version: Option<&str>| Image {
            digest: digest.map(str::to_owned),
            version: version.map(str::to_owned),
        };
        Side {
            images: images
                .iter()
                .map(|(name, digest, version)| ((*name).to_owned(), image(*digest, *version)))
                .collect(),
            files: Some(files.iter().map(|(path, id)| ((*path).to_owned(), (*id).to_owned())).collect()),
            ..Side::default()
        }
    }

    fn names(before: &Side, after: &Side) -> Vec<String> {
        let infra = Infra::load(&Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()).unwrap();
        let tell = |change: ImageChange| format!("{} {}", change.name, change.sources.join(","));
        between(before, after, &infra).into_iter().map(tell).collect()
    }

    #[test]
    fn digests_and_versions_count_where_both_are_known() {
        let before = side(
            &[("a", Some("1"), None), ("b", Some("1"), None), ("c", None, Some("v1")), ("d", None, None)],
            &[],
        );
        let after = side(
            &[("a", Some("2"), None), ("b", None, None), ("c", None, Some("v2")), ("e", None, None)],
            &[],
        );
        assert_eq!(names(&before, &after), ["a ", "c ", "d ", "e "]);
        let named = |side: &Side, names: &[&str]| Side {
            digest: Some("sha256:aa".into()),
            named: names.iter().map(|name| (*name).to_owned()).collect(),
            ..side.clone()
        };
        assert_eq!(names(&named(&before, &["a"]), &named(&after, &["a", "b"])), ["a "]);
    }

    #[test]
    fn an_image_whose_sources_differ_differs() {
        let images = [("seasense-backend", None, None), ("kube-proxy", None, None), ("node", None, None)];
        let before = side(
            &images,
            &[
                ("src/apps/backend/main.rs", "1"),
                ("infra/images/node/pods.conflist", "1"),
                ("README.md", "1"),
            ],
        );
        let after = side(
            &images,
            &[
                ("src/apps/backend/main.rs", "2"),
                ("infra/images/node/pods.conflist", "2"),
                ("README.md", "2"),
            ],
        );
        assert_eq!(
            names(&before, &after),
            ["node infra/images/node/pods.conflist", "seasense-backend src/apps/backend/main.rs"]
        );
    }

    #[test]
    fn pinned_images_are_found_in_texts() {
        let digest = "a".repeat(64);
        let text = format!(
            "image: ${{REGISTRY}}/envoy@sha256:{digest}\nref: {{digest: sha256:{digest}}}\nx: y/z@sha256:12\n"
        );
        let found = pinned([text.as_bytes()].into_iter());
        assert_eq!(found, BTreeMap::from([("envoy".to_owned(), format!("sha256:{digest}"))]));
    }
}

//! The images that differ: by digest if both are known, else by version and by the files they are built from.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    compare::{Image, Side},
    config::Infra,
};

/// One image that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImageChange {
    /// Its name in `infra/images.toml`.
    pub name: String,
    /// The image on the first side; `None` if absent.
    pub before: Option<Image>,
    /// The image on the second side; `None` if absent.
    pub after: Option<Image>,
    /// The files it is built from that differ, if both sides' files are known.
    pub sources: Vec<String>,
}

/// Returns the images in which two sides differ, by name.
pub(super) fn between(before: &Side, after: &Side, infra: &Infra) -> Vec<ImageChange> {
    let edited = edited(before, after);
    // An artifact contains only the images that its files reference.
    let all_known = before.digest.is_none() && after.digest.is_none();
    let names: BTreeSet<&String> = if all_known {
        before.images.keys().chain(after.images.keys()).collect()
    } else {
        before.referenced.iter().chain(&after.referenced).collect()
    };
    let change = |name: &String| {
        let inputs = inputs(infra, name);
        let is_input = |path: &&String| {
            inputs.iter().any(|input| *path == input || path.starts_with(&format!("{input}/")))
        };
        let sources: Vec<String> = edited.iter().filter(is_input).cloned().collect();
        // The digests of a tree are those of the last build, which is of one side at most.
        let own = |side: &Side| {
            let is_built = side.digest.is_some() || sources.is_empty();
            side.images
                .get(name)
                .map(|image| Image { digest: image.digest.clone().filter(|_| is_built), ..image.clone() })
        };
        let (old, new) = (own(before), own(after));
        let differs = match (&old, &new) {
            (Some(old), Some(new)) => {
                differ(old.digest.as_ref(), new.digest.as_ref())
                    || differ(old.version.as_ref(), new.version.as_ref())
                    || !sources.is_empty()
            }
            _ => true,
        };
        differs.then(|| ImageChange { name: name.clone(), before: old, after: new, sources })
    };
    names.into_iter().filter_map(change).collect()
}

/// Returns whether two values differ; false if one is unknown.
fn differ<T: PartialEq>(before: Option<&T>, after: Option<&T>) -> bool {
    before.zip(after).is_some_and(|(before, after)| before != after)
}

/// Returns the paths of the files that differ; none if one side's files are unknown.
fn edited(before: &Side, after: &Side) -> BTreeSet<String> {
    let (Some(old), Some(new)) = (&before.files, &after.files) else { return BTreeSet::new() };
    old.keys().chain(new.keys()).filter(|path| old.get(*path) != new.get(*path)).cloned().collect()
}

/// Returns the files and folders that the image `name` is built from.
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
            // The lock file pins the dependencies of all Rust programs.
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
    use crate::{base::digest::digest, config::Project};

    fn side(images: &[(&str, Option<char>, Option<&str>)], files: &[(&str, &str)]) -> Side {
        let image = |c: Option<char>, version: Option<&str>| Image {
            digest: c.map(digest),
            version: version.map(str::to_owned),
        };
        Side {
            images: images
                .iter()
                .map(|(name, c, version)| ((*name).to_owned(), image(*c, *version)))
                .collect(),
            files: Some(files.iter().map(|(path, id)| ((*path).to_owned(), (*id).to_owned())).collect()),
            ..Side::of(&"local".into())
        }
    }

    fn names(before: &Side, after: &Side) -> Vec<String> {
        let infra = Infra::load(&Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()).unwrap();
        let describe = |change: ImageChange| format!("{} {}", change.name, change.sources.join(","));
        between(before, after, &infra).into_iter().map(describe).collect()
    }

    #[test]
    fn digests_and_versions_are_compared_if_both_are_known() {
        let before = side(
            &[("a", Some('1'), None), ("b", Some('1'), None), ("c", None, Some("v1")), ("d", None, None)],
            &[],
        );
        let after = side(
            &[("a", Some('2'), None), ("b", None, None), ("c", None, Some("v2")), ("e", None, None)],
            &[],
        );
        assert_eq!(names(&before, &after), ["a ", "c ", "d ", "e "]);
        let artifact = |side: &Side, names: &[&str]| Side {
            digest: Some(digest('a')),
            referenced: names.iter().map(|name| (*name).to_owned()).collect(),
            ..side.clone()
        };
        assert_eq!(names(&artifact(&before, &["a"]), &artifact(&after, &["a", "b"])), ["a "]);
    }

    #[test]
    fn images_with_different_sources_differ() {
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
    fn a_digest_of_other_sources_is_not_that_of_a_tree() {
        let file = "src/apps/backend/main.rs";
        let built = [("seasense-backend", Some('1'), None)];
        let tree = side(&built, &[(file, "edited")]);
        let commit = side(&[("seasense-backend", None, None)], &[(file, "committed")]);
        let infra = Infra::load(&Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()).unwrap();
        let digests = |before: &Side, after: &Side| {
            let change = between(before, after, &infra).remove(0);
            [change.before, change.after].map(|image| image.and_then(|image| image.digest))
        };
        assert_eq!(digests(&commit, &tree), [None, None], "the last build may be of the commit");
        let artifact = Side {
            digest: Some(digest('a')),
            referenced: ["seasense-backend".to_owned()].into(),
            ..side(&[("seasense-backend", Some('2'), None)], &[(file, "committed")])
        };
        assert_eq!(digests(&artifact, &tree), [Some(digest('2')), None], "an artifact names its image");
    }
}

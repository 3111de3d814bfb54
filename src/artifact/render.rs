//! Renders the tree and the upstream manifests into the files that the clusters receive.

use std::{collections::BTreeMap, fmt::Write};

use super::{
    Rendered, Tree, Upstream,
    build::{Files, FluxBuild},
    components, definitions, file_type, flux, generated, locate,
    pin_images::Images,
    tree::display_path,
};
use crate::{
    base::failure::{Failure, Kind, Location, Result},
    images::Lock,
};

pub(super) use super::file_type::UPSTREAM;

/// Renders the files of the artifact: images pinned by digest, and a component for every Kustomization.
///
/// An error in the tree fails with kind `Environment` and the file and the line, as far as Flux reports them.
pub async fn render(tree: &Tree, lock: &Lock, upstream: &Upstream, flux: &FluxBuild) -> Result<Rendered> {
    assemble(pinned_files(tree, lock, upstream)?, &Rendered::default(), flux).await
}

/// Renders a changed tree, or the same tree with changed images of this project. The upstream manifests are
/// copied from `before`, because parsing them needs most of the time.
pub async fn rerender(tree: &Tree, lock: &Lock, before: &Rendered, flux: &FluxBuild) -> Result<Rendered> {
    let upstream = before.files.iter().filter(|(path, _)| path.split('/').next() == Some(UPSTREAM));
    let upstream = upstream.map(|(path, text)| (path.clone(), text.clone())).collect();
    assemble(pin_tree(tree, &Images::new(lock), upstream)?, before, flux).await
}

/// Renders the tree of an older commit, which may violate the current rules: images in `lock` are pinned, and
/// everything else stays unchanged and unchecked. A Kustomization that Flux cannot build has no component.
pub async fn render_unchecked(
    tree: &Tree,
    lock: &Lock,
    upstream: &Upstream,
    flux: &FluxBuild,
) -> Result<Rendered> {
    let images = Images::new(lock);
    let mut files = render_upstream(upstream, &images)?;
    let pinned = |content: &[u8]| match std::str::from_utf8(content) {
        Ok(text) => images.pin_known(text).into_bytes(),
        Err(_) => content.to_vec(),
    };
    files.extend(tree.files().map(|(path, content)| (path.to_owned(), pinned(content))));
    let definitions = definitions::definitions(&files, flux).await?;
    let components = components::components(&files, definitions.found, &Rendered::default())?;
    files.extend(generated::sources(&components)?);
    Ok(Rendered { files, components })
}

/// The files of the tree and the upstream manifests, with images pinned by digest. Pure.
///
/// An image that is not in `lock` fails with kind `Environment` and its location.
pub fn pinned_files(tree: &Tree, lock: &Lock, upstream: &Upstream) -> Result<Files> {
    let images = Images::new(lock);
    let files = render_upstream(upstream, &images)?;
    pin_tree(tree, &images, files)
}

/// The upstream manifests, by path. Flux's own are left out: Flux is installed before it applies an artifact.
fn render_upstream(upstream: &Upstream, images: &Images<'_>) -> Result<Files> {
    let mut files = BTreeMap::new();
    for name in upstream.names().filter(|name| *name != flux::NAME) {
        let manifests = upstream.render(images, name)?;
        files.insert(format!("{UPSTREAM}/{name}/manifests.yaml"), manifests.into_bytes());
        files.insert(format!("{UPSTREAM}/{name}/kustomization.yaml"), KUSTOMIZATION.as_bytes().to_vec());
    }
    Ok(files)
}

const KUSTOMIZATION: &str = "\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - manifests.yaml
";

fn pin_tree(tree: &Tree, images: &Images<'_>, mut files: Files) -> Result<Files> {
    for (path, content) in tree.files() {
        let reserved = [UPSTREAM, generated::FOLDER].into_iter().find(|folder| is_in(path, folder));
        if let Some(folder) = reserved {
            let message = format!("`{folder}` is generated when the tree is packed");
            return Err(refused(path, message).hint("rename it"));
        }
        if path.rsplit('/').next() == Some(".sourceignore") {
            let message = "Flux would leave out the files that this file lists";
            return Err(
                refused(path, message.to_owned()).hint("remove it; `.gitignore` excludes files from packing")
            );
        }
        let content = match std::str::from_utf8(content) {
            Ok(text) if file_type::is_manifest(path) => {
                images.pin_own(&display_path(path), text)?.into_bytes()
            }
            Ok(text) => images.pin_known(text).into_bytes(),
            Err(_) => content.to_vec(),
        };
        files.insert(path.to_owned(), content);
    }
    Ok(files)
}

fn refused(path: &str, message: String) -> Failure {
    Failure::new(Kind::Environment, message).at(Location { file: display_path(path), position: None })
}

fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Adds the components and their sources to `files`.
async fn assemble(mut files: Files, before: &Rendered, flux: &FluxBuild) -> Result<Rendered> {
    let definitions = definitions::definitions(&files, flux).await?;
    if let Some(failure) = locate::problems(&files, &definitions).into_iter().next() {
        return Err(failure);
    }
    let components = components::components(&files, definitions.found, before)?;
    if !components.is_empty() {
        files.extend(generated::sources(&components)?);
    }
    Ok(Rendered { files, components })
}

impl Rendered {
    /// Returns all files as one YAML stream, each preceded by a comment with its path. Variables stay.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for (path, content) in &self.files {
            let text = String::from_utf8_lossy(content);
            let body = text.strip_prefix("---\n").unwrap_or(&text).trim_end();
            // Writing to a String cannot fail.
            let _ = write!(out, "---\n# {path}\n{body}\n");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{super::pin_images::tests::lock, *};

    const APP: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec:\n  replicas: ${BACKEND_REPLICAS}\n  image: ${REGISTRY}/app:locked\n";
    const UPSTREAM_POD: &str =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {image: 'ghcr.io/x/y:v1'}\n";

    fn files(files: &[(&str, &str)]) -> Result<Files> {
        let lock = lock(&[("app", None), ("y", Some("ghcr.io/x/y:v1"))]);
        let tree = Tree::from_files(files.iter().map(|(path, text)| (*path, *text)));
        pinned_files(&tree, &lock, &Upstream::from_texts([("cnpg", UPSTREAM_POD), ("flux", UPSTREAM_POD)]))
    }

    #[test]
    fn tree_and_upstream_are_rendered_with_digests() {
        let files = files(&[("apps/app.yaml", APP), ("apps/conf/init.sh", "echo ${HOME}\n")]).unwrap();
        let paths: Vec<&str> = files.keys().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "apps/app.yaml",
                "apps/conf/init.sh",
                "upstream/cnpg/kustomization.yaml",
                "upstream/cnpg/manifests.yaml"
            ]
        );
        let text = Rendered { files, ..Rendered::default() }.to_text();
        assert!(text.contains(&format!("image: ${{REGISTRY}}/app@sha256:{:064x}", 1)), "{text}");
        assert!(text.contains(&format!("${{REGISTRY}}/y@sha256:{:064x}", 2)), "{text}");
    }

    #[test]
    fn images_are_pinned_in_files_of_every_kind() {
        let pinned = format!("${{REGISTRY}}/app@sha256:{:064x}", 1);
        for path in ["a.yaml", "a.yml", "a.YAML", "a.json", "kustomization.yaml", "Kustomization", "a.sh"] {
            let files = files(&[(path, "{\"image\": \"${REGISTRY}/app:locked\"}")]).unwrap();
            assert_eq!(
                String::from_utf8_lossy(&files[path]),
                format!("{{\"image\": \"{pinned}\"}}"),
                "{path}"
            );
        }
    }

    #[test]
    fn an_unknown_image_and_reserved_paths_have_a_location() {
        for (path, text, place) in [
            ("a.yaml", APP.replace("/app:", "/ap:").as_str(), "gitops/a.yaml:6:10"),
            ("upstream/x.yaml", APP, "gitops/upstream/x.yaml"),
            ("flux/sources/x.yaml", APP, "gitops/flux/sources/x.yaml"),
            ("apps/.sourceignore", "*.png\n", "gitops/apps/.sourceignore"),
        ] {
            let failure = files(&[(path, text)]).unwrap_err();
            assert_eq!(failure.kind, Kind::Environment);
            let found = failure.location.as_ref().map(ToString::to_string);
            assert_eq!(found.as_deref(), Some(place), "{failure:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_not_changed() {
        let tree = Tree::from_files([("a.yaml", b"a: \xff".to_vec())]);
        let files = pinned_files(&tree, &lock(&[]), &Upstream::default()).unwrap();
        assert_eq!(files["a.yaml"], b"a: \xff");
    }
}

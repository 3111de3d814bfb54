//! Renders the tree and the upstream manifests into the files that the clusters receive. Pure.

use std::{collections::BTreeMap, fmt::Write};

use super::{
    Rendered, Tree, Upstream, check,
    components::{self, GENERATED},
    flux,
    pin_images::Images,
    sources::sources,
    tree::display_path,
    variable,
};
use crate::{
    base::{
        failure::{Failure, Kind, Location, Result},
        yaml,
    },
    images::Lock,
};

/// The directory of the upstream manifests in the artifact.
const UPSTREAM: &str = "upstream";

/// Renders the files of the artifact: images pinned by digest, every document checked.
///
/// An error in the tree fails with kind `Environment` and the file, the line and the column.
pub fn render(tree: &Tree, lock: &Lock, upstream: &Upstream) -> Result<Rendered> {
    let images = Images::new(lock);
    let files = render_upstream(upstream, &images)?;
    render_tree(tree, &images, files, &Rendered::default())
}

/// Renders a changed tree, or the same tree with changed images of this project. The upstream manifests are
/// copied from `before`, because parsing them needs most of the time.
pub fn rerender(tree: &Tree, lock: &Lock, before: &Rendered) -> Result<Rendered> {
    let upstream = before.files.iter().filter(|(path, _)| path.split('/').next() == Some(UPSTREAM));
    let upstream = upstream.map(|(path, text)| (path.clone(), text.clone())).collect();
    render_tree(tree, &Images::new(lock), upstream, before)
}

/// Renders the tree of an older commit, which may violate the current rules: images in `lock` are pinned,
/// everything else stays unchanged and unchecked.
pub fn render_unchecked(tree: &Tree, lock: &Lock, upstream: &Upstream) -> Result<Rendered> {
    let images = Images::new(lock);
    let mut files = render_upstream(upstream, &images)?;
    let pinned = |content: &[u8]| match std::str::from_utf8(content) {
        Ok(text) => images.pin_known(text).into_bytes(),
        Err(_) => content.to_vec(),
    };
    files.extend(tree.files().map(|(path, content)| (path.to_owned(), pinned(content))));
    Ok(Rendered { files, ..Rendered::default() })
}

/// The upstream manifests, by path. Flux's own are left out: Flux is installed before it applies an artifact.
fn render_upstream(upstream: &Upstream, images: &Images<'_>) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for name in upstream.names().filter(|name| *name != flux::NAME) {
        let manifests = upstream.render(images, name)?;
        files.insert(format!("{UPSTREAM}/{name}/manifests.yaml"), manifests.into_bytes());
        files.insert(format!("{UPSTREAM}/{name}/kustomization.yaml"), KUSTOMIZATION.as_bytes().to_vec());
    }
    Ok(files)
}

fn render_tree(
    tree: &Tree,
    images: &Images<'_>,
    mut files: BTreeMap<String, Vec<u8>>,
    before: &Rendered,
) -> Result<Rendered> {
    for (path, content) in tree.files() {
        let generated = [UPSTREAM, GENERATED].into_iter().find(|folder| is_in(path, folder));
        if let Some(folder) = generated {
            let at = Location { file: display_path(path), position: None };
            return Err(Failure::new(
                Kind::Environment,
                format!("`{folder}` is generated when the tree is packed"),
            )
            .at(at)
            .hint("rename it"));
        }
        let content = match checked(path, content)? {
            Some(text) => images.pin_own(&display_path(path), text)?.into_bytes(),
            None => content.to_vec(),
        };
        files.insert(path.to_owned(), content);
    }
    let components = components::components(&files, before)?;
    if !components.is_empty() {
        files.extend(sources(&components)?);
    }
    check::links(&files, UPSTREAM)?;
    Ok(Rendered { files, components })
}

fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

const KUSTOMIZATION: &str = "\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - manifests.yaml
";

/// Checks every file of the tree without a lock, so that a typo is found before a long build.
///
/// An error fails with kind `Environment` and the file, the line and the column.
pub fn validate(tree: &Tree) -> Result<()> {
    tree.files().try_for_each(|(path, content)| checked(path, content).map(drop))
}

/// Checks a file of the tree and returns its text; `None` if it is not YAML.
fn checked<'a>(path: &str, content: &'a [u8]) -> Result<Option<&'a str>> {
    if !check::is_yaml(path) {
        return Ok(None);
    }
    let file = display_path(path);
    let text = std::str::from_utf8(content).map_err(|error| {
        let valid = String::from_utf8_lossy(&content[..error.valid_up_to()]).into_owned();
        Failure::new(Kind::Environment, "the file is not UTF-8").at(Location::at_offset(
            &file,
            &valid,
            valid.len(),
        ))
    })?;
    for document in yaml::parse(&file, text)? {
        if !check::is_settings(path) {
            check::object(&file, &document)?;
        }
        // The patches of a kustomization become part of objects.
        if !check::is_settings(path) || check::is_kustomization(path) {
            variable::check(&file, text, &document)?;
        }
        check::own_images(&file, text, &document)?;
    }
    Ok(Some(text))
}

impl Rendered {
    /// Returns all files as one YAML stream, each preceded by a comment with its path.
    ///
    /// With `variables` the variables are substituted, otherwise they stay.
    pub fn to_text(&self, variables: Option<&BTreeMap<String, String>>) -> Result<String> {
        let mut out = String::new();
        for (path, content) in &self.files {
            let text = String::from_utf8_lossy(content);
            let text = match variables.filter(|_| check::is_yaml(path)) {
                Some(variables) => substituted(path, &text, variables)?,
                None => text.into_owned(),
            };
            let body = text.strip_prefix("---\n").unwrap_or(&text).trim_end();
            // Writing to a String cannot fail.
            let _ = write!(out, "---\n# {path}\n{body}\n");
        }
        Ok(out)
    }
}

/// The documents of a file with variables substituted, except in objects that Flux does not substitute.
fn substituted(path: &str, text: &str, variables: &BTreeMap<String, String>) -> Result<String> {
    let documents = yaml::parse(&display_path(path), text)?;
    let untouched = check::is_settings(path) || !text.contains('$');
    if untouched || documents.iter().all(|document| variable::is_disabled(&document.value)) {
        return Ok(text.to_owned());
    }
    if !documents.iter().any(|document| variable::is_disabled(&document.value)) {
        return variable::substitute(text, variables)
            .map_err(|failure| failure.at(Location { file: display_path(path), position: None }));
    }
    documents
        .iter()
        .map(|document| {
            let text = yaml::write([&document.value])?;
            if variable::is_disabled(&document.value) {
                Ok(text)
            } else {
                variable::substitute(&text, variables)
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::pin_images::tests::lock, *};

    const APP: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec:\n  replicas: ${BACKEND_REPLICAS}\n  image: ${REGISTRY}/app:locked\n";
    const UPSTREAM_POD: &str =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {image: 'ghcr.io/x/y:v1'}\n";

    fn rendered(files: &[(&str, &str)]) -> Result<Rendered> {
        let lock = lock(&[("app", None), ("y", Some("ghcr.io/x/y:v1"))]);
        let tree = Tree::from_files(files.iter().map(|(path, text)| (*path, *text)));
        render(&tree, &lock, &Upstream::from_texts([("cnpg", UPSTREAM_POD), ("flux", UPSTREAM_POD)]))
    }

    #[test]
    fn tree_and_upstream_are_rendered_with_digests() {
        let rendered = rendered(&[("apps/app.yaml", APP), ("apps/conf/init.sh", "echo ${HOME}\n")]).unwrap();
        let paths: Vec<&str> = rendered.files.keys().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "apps/app.yaml",
                "apps/conf/init.sh",
                "upstream/cnpg/kustomization.yaml",
                "upstream/cnpg/manifests.yaml"
            ]
        );
        let text = rendered.to_text(None).unwrap();
        assert!(text.contains(&format!("image: ${{REGISTRY}}/app@sha256:{:064x}", 1)), "{text}");
        assert!(text.contains(&format!("${{REGISTRY}}/y@sha256:{:064x}", 2)), "{text}");
    }

    #[test]
    fn rerendering_returns_the_same_files() {
        let files =
            [("apps/app.yaml", APP), ("more.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: n}\n")];
        let (before, after) = (rendered(&files[..1]).unwrap(), rendered(&files).unwrap());
        let lock = lock(&[("app", None), ("y", Some("ghcr.io/x/y:v1"))]);
        let again = rerender(&Tree::from_files(files), &lock, &before).unwrap();
        assert_eq!(again, after);
        assert_eq!(rerender(&Tree::from_files([files[0]]), &lock, &after).unwrap(), before);
    }

    #[test]
    fn an_old_tree_is_rendered_without_checks() {
        let lock = lock(&[("app", None)]);
        let old = format!("{APP}other: ${{REGISTRY}}/gone:locked\nnew: ${{UNKNOWN}}\n");
        let tree = Tree::from_files([("a.yaml", old.as_str()), ("upstream/x", "y")]);
        assert!(render(&tree, &lock, &Upstream::default()).is_err());
        let text = render_unchecked(&tree, &lock, &Upstream::default()).unwrap().to_text(None).unwrap();
        assert!(text.contains("${REGISTRY}/app@sha256:"), "{text}");
        assert!(text.contains("${REGISTRY}/gone:locked"), "{text}");
    }

    #[test]
    fn variables_of_an_environment_are_substituted() {
        let variables = [("REGISTRY", "r:1"), ("BACKEND_REPLICAS", "2")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let marked = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}\ndata: {a: '${REGISTRY}'}\n";
        let text = rendered(&[("a.yaml", APP), ("b.yaml", &format!("{marked}---\n{APP}"))]).unwrap();
        let text = text.to_text(Some(&variables)).unwrap();
        assert_eq!(text.matches("replicas: 2").count(), 2, "{text}");
        assert_eq!(text.matches("r:1/app@").count(), 2, "{text}");
        assert!(text.contains("${REGISTRY}"), "{text}");
    }

    #[test]
    fn errors_in_the_tree_have_a_location() {
        for (path, text, place) in [
            ("a.yaml", "kind: [\n", "gitops/a.yaml:1:7"),
            ("a.yaml", "kind: A\n", "gitops/a.yaml:1:1"),
            ("a.yaml", &APP.replace("BACKEND", "BACKND"), "gitops/a.yaml:5:13"),
            ("a.yaml", &APP.replace("/app:", "/ap:"), "gitops/a.yaml:6:10"),
            ("a.yaml", &APP.replace("${REGISTRY}/app:locked", "nginx:1"), "gitops/a.yaml:6:10"),
            ("kustomization.yaml", "resources:\n- a.yaml\n", "gitops/kustomization.yaml:2:3"),
            ("upstream/x.yaml", APP, "gitops/upstream/x.yaml"),
        ] {
            let failure = rendered(&[(path, text)]).unwrap_err();
            assert_eq!(failure.kind, Kind::Environment);
            assert_eq!(
                failure.location.as_ref().map(ToString::to_string).as_deref(),
                Some(place),
                "{failure:?}"
            );
        }
        let tree = Tree::from_files([("a.yaml", b"a: \xff".to_vec())]);
        let failure = render(&tree, &lock(&[]), &Upstream::default()).unwrap_err();
        assert_eq!(failure.location.unwrap().to_string(), "gitops/a.yaml:1:4");
    }

    #[test]
    fn configuration_files_are_not_objects() {
        rendered(&[
            ("values.yaml", "a: ${b}\n"),
            (".sops.yaml", "creation_rules: []\n"),
            ("kustomization.yaml", "{}\n"),
        ])
        .unwrap();
    }
}

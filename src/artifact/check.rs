//! Refuses objects that the cluster would refuse later: without a name, images without a digest, dangling
//! paths.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use super::tree::display_path;
use crate::base::{
    failure::{Failure, Kind, Location, Result},
    yaml::{self, Document},
};

/// The annotation of a Flux Kustomization that names a directory to pack in addition to `spec.path`.
const INCLUDE: &str = "seasense.org/include";

/// Whether `path` is a YAML file.
pub(super) fn is_yaml(path: &str) -> bool {
    let extension = Path::new(path).extension();
    extension.is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// Whether `path` is a configuration file rather than Kubernetes objects.
pub(super) fn is_settings(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    is_kustomization(path) || name.starts_with("values") || name.starts_with('.')
}

/// Whether `path` is a kustomization.
pub(super) fn is_kustomization(path: &str) -> bool {
    matches!(
        path.rsplit('/').next().unwrap_or(path),
        "kustomization.yaml" | "kustomization.yml" | "Kustomization"
    )
}

/// Returns `KIND NAMESPACE/NAME` of `object`, for messages.
pub(super) fn describe(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let (kind, name) = (text(&object["kind"]), text(&object["metadata"]["name"]));
    match object["metadata"]["namespace"].as_str() {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    }
}

/// Refuses a document without `apiVersion`, `kind` or a name.
pub(super) fn object(file: &Path, document: &Document) -> Result<()> {
    let invalid = |message: String| Err(at_line(file, document.line, message));
    if is_json_patch(&document.value) {
        return Ok(());
    }
    if !document.value.is_object() {
        return invalid("a document must be an object with `apiVersion` and `kind`".to_owned());
    }
    for field in ["apiVersion", "kind"] {
        if document.value[field].as_str().is_none_or(str::is_empty) {
            return invalid(format!("the object has no `{field}`"));
        }
    }
    let is_list = document.value["kind"].as_str().is_some_and(|kind| kind.ends_with("List"));
    let named = document.value["metadata"]["name"].as_str().is_some_and(|name| !name.is_empty());
    if !is_list && !named {
        return invalid(format!("{} has no `metadata.name`", document.value["kind"]));
    }
    Ok(())
}

/// Whether `value` is a JSON patch, which a kustomization applies to objects.
fn is_json_patch(value: &Value) -> bool {
    value.as_array().is_some_and(|steps| !steps.is_empty() && steps.iter().all(|step| step["op"].is_string()))
}

/// Refuses an image of the tree that is not written as `${REGISTRY}/NAME:locked`.
pub(super) fn own_images(file: &Path, text: &str, document: &Document) -> Result<()> {
    images(&document.value, &mut |image| {
        if image.starts_with("${REGISTRY}/") {
            return Ok(());
        }
        let at = match text.find(image) {
            Some(offset) => Location::at_offset(file, text, offset),
            None => Location { file: file.to_owned(), position: Some((document.line, 1)) },
        };
        Err(Failure::new(Kind::Environment, format!("the image `{image}` is not pinned"))
            .at(at)
            .hint("add it to `infra/images.toml` and write `${REGISTRY}/NAME:locked`"))
    })
}

/// Refuses an image that is not in `registry` or has no digest.
pub(super) fn pinned(file: &Path, document: &Document, registry: &str) -> Result<()> {
    if document.value["kind"] == "CustomResourceDefinition" {
        return Ok(());
    }
    images(&document.value, &mut |image| {
        let inside = image.strip_prefix(registry).is_some_and(|rest| rest.starts_with('/'));
        if inside && image.contains("@sha256:") {
            return Ok(());
        }
        let message = format!("the image `{image}` of {} is not in the lock", describe(&document.value));
        Err(at_line(file, document.line, message).hint("add it to `infra/images.toml` as `official`"))
    })
}

/// Visits every image: `image` and `imageName` of any object, `reference` of an image volume.
pub(super) fn images(value: &Value, visit: &mut impl FnMut(&str) -> Result<()>) -> Result<()> {
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| images(item, visit)),
        Value::Object(fields) => fields.iter().try_for_each(|(key, value)| match (key.as_str(), value) {
            ("image" | "imageName", Value::String(image)) => visit(image),
            ("image", Value::Object(volume)) => {
                volume.get("reference").and_then(Value::as_str).map_or(Ok(()), &mut *visit)
            }
            _ => images(value, visit),
        }),
        _ => Ok(()),
    }
}

/// Refuses a path in a kustomization or in a Flux Kustomization that does not exist in `files`.
///
/// Files in `upstream` are generated, so only links to them are checked.
pub(super) fn links(files: &BTreeMap<String, Vec<u8>>, upstream: &str) -> Result<()> {
    let generated = |path: &str| path.strip_prefix(upstream).is_some_and(|rest| rest.starts_with('/'));
    for (path, content) in files.iter().filter(|(path, _)| is_yaml(path) && !generated(path)) {
        let text = String::from_utf8_lossy(content);
        for document in yaml::parse(&display_path(path), &text)? {
            let missing = if is_kustomization(path) {
                entries(&document.value).find(|entry| !exists(files, parent(path), entry))
            } else {
                let mut folders =
                    flux_path(&document.value).into_iter().chain(included_path(&document.value));
                folders.find(|target| !exists(files, "", target))
            };
            if let Some(entry) = missing {
                let at = match text.find(entry) {
                    Some(offset) => Location::at_offset(display_path(path), &text, offset),
                    None => Location { file: display_path(path), position: Some((document.line, 1)) },
                };
                return Err(Failure::new(Kind::Environment, format!("`{entry}` is not in the tree")).at(at));
            }
        }
    }
    Ok(())
}

/// Returns the files and directories that a kustomization refers to, relative to its own directory.
pub(super) fn entries(kustomization: &Value) -> impl Iterator<Item = &str> {
    ["resources", "components"]
        .iter()
        .flat_map(|field| kustomization[field].as_array().into_iter().flatten())
        .chain(kustomization["patches"].as_array().into_iter().flatten().map(|patch| &patch["path"]))
        .filter_map(Value::as_str)
}

/// The directory that a Flux Kustomization applies; `None` for any other object.
pub(super) fn flux_path(object: &Value) -> Option<&str> {
    let group = object["apiVersion"].as_str()?.split('/').next()?;
    (group == "kustomize.toolkit.fluxcd.io").then(|| object["spec"]["path"].as_str())?
}

/// The directory that is packed into the component of a Flux Kustomization although the Kustomization does not
/// apply it.
pub(super) fn included_path(object: &Value) -> Option<&str> {
    flux_path(object)?;
    object["metadata"]["annotations"][INCLUDE].as_str()
}

/// The directory that contains `path`.
pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Resolves `entry` relative to `folder`; `None` if the result is outside the tree.
pub(super) fn resolve(folder: &str, entry: &str) -> Option<String> {
    let mut target: Vec<&str> = folder.split('/').filter(|segment| !segment.is_empty()).collect();
    for segment in entry.split('/') {
        match segment {
            "" | "." => (),
            ".." => {
                target.pop()?;
            }
            segment => target.push(segment),
        }
    }
    Some(target.join("/"))
}

/// Whether `entry`, relative to `folder`, is a file or a directory. A segment with a variable matches any name.
fn exists(files: &BTreeMap<String, Vec<u8>>, folder: &str, entry: &str) -> bool {
    let Some(target) = resolve(folder, entry) else { return false };
    files.keys().any(|path| {
        let mut segments = path.split('/');
        let mut wanted = target.split('/').filter(|segment| !segment.is_empty());
        wanted.all(|want| segments.next().is_some_and(|have| want.contains("${") || have == want))
    })
}

fn at_line(file: &Path, line: usize, message: String) -> Failure {
    Failure::new(Kind::Environment, message).at(Location { file: file.to_owned(), position: Some((line, 1)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Document {
        yaml::parse(Path::new("a.yaml"), text).unwrap().remove(0)
    }

    #[test]
    fn objects_without_kind_version_or_name_are_refused() {
        let check = |text: &str| object(Path::new("a.yaml"), &parsed(text));
        check("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n").unwrap();
        check("apiVersion: v1\nkind: ConfigMapList\nitems: []\n").unwrap();
        check("- {op: remove, path: /spec}\n").unwrap();
        for (text, message) in [
            ("kind: Secret\nmetadata: {name: a}\n", "the object has no `apiVersion`"),
            ("apiVersion: v1\nmetadata: {name: a}\n", "the object has no `kind`"),
            ("apiVersion: v1\nkind: Secret\n", "\"Secret\" has no `metadata.name`"),
            ("- a\n", "a document must be an object with `apiVersion` and `kind`"),
        ] {
            let failure = check(text).unwrap_err();
            assert_eq!(failure.message, message);
            assert_eq!(failure.location.unwrap().position, Some((1, 1)));
        }
    }

    #[test]
    fn images_are_found_at_any_depth() {
        let text = "a: 1\nspec:\n  imageName: ghcr.io/a/b:c\n";
        let failure = own_images(Path::new("a.yaml"), text, &parsed(text)).unwrap_err();
        assert_eq!(failure.location.unwrap().to_string(), "a.yaml:3:14");
        for text in ["v: [{image: {reference: x}}]", "c: {image: x, name: y}"] {
            assert!(own_images(Path::new("a.yaml"), text, &parsed(text)).is_err(), "{text}");
        }
        let schema = parsed("kind: CustomResourceDefinition\nimage: x");
        pinned(Path::new("a.yaml"), &schema, "R").unwrap();
        assert!(pinned(Path::new("a.yaml"), &parsed("kind: Pod\nimage: Rx/y@sha256:0"), "R").is_err());
    }

    #[test]
    fn dangling_paths_are_refused() {
        let links_of = |kustomization: &str| {
            let files = [
                ("apps/kustomization.yaml", kustomization),
                ("apps/one.yaml", "a: 1"),
                ("base/x.yaml", "a: 1"),
            ];
            links(&files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).into(), "upstream")
        };
        links_of("resources: [one.yaml, ../base, ./one.yaml, ../base/x.yaml]\n").unwrap();
        for bad in ["two.yaml", "../../x", "../bas"] {
            let failure =
                links_of(&format!("components: []\nresources:\n  - one.yaml\n  - {bad}\n")).unwrap_err();
            assert_eq!(failure.location.unwrap().to_string(), "gitops/apps/kustomization.yaml:4:5");
        }
    }

    #[test]
    fn a_phase_without_its_directory_is_refused() {
        let flux = |path: &str| {
            let text = format!(
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {{path: '{path}'}}\n"
            );
            let files = [("flux/apps.yaml", text), ("secrets/local/a.yaml", "a: 1".to_owned())];
            links(&files.map(|(path, text)| (path.to_owned(), text.into_bytes())).into(), "upstream")
        };
        flux("./secrets/${ENVIRONMENT}").unwrap();
        assert_eq!(flux("./apps").unwrap_err().message, "`./apps` is not in the tree");
    }

    #[test]
    fn a_missing_included_directory_is_refused() {
        let flux = |include: &str| {
            let text = format!(
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{annotations: {{seasense.org/include: {include}}}}}\nspec: {{path: ./apps}}\n"
            );
            let files = [("flux/apps.yaml", text), ("apps/canary/a.yaml", "a: 1".to_owned())];
            links(&files.map(|(path, text)| (path.to_owned(), text.into_bytes())).into(), "upstream")
        };
        flux("./apps/canary").unwrap();
        let failure = flux("./apps/other").unwrap_err();
        assert_eq!(failure.message, "`./apps/other` is not in the tree");
        assert_eq!(failure.location.unwrap().to_string(), "gitops/flux/apps.yaml:3:48");
    }
}

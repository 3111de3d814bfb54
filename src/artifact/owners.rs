//! Which of Flux's Kustomizations a difference between two artifacts reaches; pure.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::Value;

use super::{Rendered, check, variable};
use crate::{failure::Result, yaml};

/// The Kustomization that applies the phases, which stands in no artifact, and its folder.
const ROOT: (&str, &str) = ("platform", "flux");

/// The names of the Kustomizations of `after` whose content, or whose own definition, is another than in `before`.
///
/// `variables` are the environment's: paths may hold them.
pub fn changed(
    before: &Rendered,
    after: &Rendered,
    variables: &BTreeMap<String, String>,
) -> Result<BTreeSet<String>> {
    let (old, new) = (contents(before, variables)?, contents(after, variables)?);
    Ok(new.into_iter().filter(|(name, files)| old.get(name) != Some(files)).map(|(name, _)| name).collect())
}

/// The files that each Kustomization is made of, with their bytes.
type Contents<'a> = BTreeMap<String, BTreeMap<&'a str, &'a [u8]>>;

fn contents<'a>(rendered: &'a Rendered, variables: &BTreeMap<String, String>) -> Result<Contents<'a>> {
    let mut all = Contents::from([(ROOT.0.to_owned(), closure(rendered, ROOT.1)?)]);
    for (path, bytes) in rendered.files.iter().filter(|(path, _)| path.starts_with("flux/")) {
        for document in documents(path, bytes)? {
            let Some(folder) = check::flux_path(&document) else { continue };
            let Some(name) = document["metadata"]["name"].as_str() else { continue };
            let folder = variable::substitute(folder, variables)?;
            let files = all.entry(name.to_owned()).or_default();
            files.extend(closure(rendered, &folder)?);
            files.insert(path, bytes);
        }
    }
    Ok(all)
}

/// Every file that `kustomize build` reads when it begins in `folder`, and at most some more.
fn closure<'a>(rendered: &'a Rendered, folder: &str) -> Result<BTreeMap<&'a str, &'a [u8]>> {
    let mut found = BTreeMap::new();
    let mut left = vec![check::resolve("", folder).unwrap_or_default()];
    let mut seen = BTreeSet::new();
    while let Some(target) = left.pop() {
        if !seen.insert(target.clone()) {
            continue;
        }
        let inside = format!("{target}/");
        let below = rendered.files.iter().filter(|(path, _)| **path == target || path.starts_with(&inside));
        for (path, bytes) in below {
            found.insert(path.as_str(), bytes.as_slice());
            if check::is_kustomization(path) {
                for document in documents(path, bytes)? {
                    let links = check::entries(&document);
                    left.extend(links.filter_map(|entry| check::resolve(check::parent(path), entry)));
                }
            }
        }
    }
    Ok(found)
}

fn documents(path: &str, bytes: &[u8]) -> Result<Vec<Value>> {
    if !check::is_yaml(path) {
        return Ok(Vec::new());
    }
    let documents = yaml::parse(Path::new(path), &String::from_utf8_lossy(bytes))?;
    Ok(documents.into_iter().map(|document| document.value).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phase(name: &str, path: &str) -> String {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}}}\nspec: {{path: {path}}}\n"
        )
    }

    fn platform() -> Rendered {
        let files = [
            ("flux/kustomization.yaml", "resources: [apps.yaml, core.yaml, secrets.yaml]\n".to_owned()),
            ("flux/apps.yaml", phase("apps", "./apps")),
            ("flux/core.yaml", phase("core", "./core")),
            ("flux/secrets.yaml", phase("secrets", "'./secrets/${ENVIRONMENT}'")),
            ("apps/kustomization.yaml", "resources: [one.yaml]\n".to_owned()),
            ("apps/one.yaml", "a: 1\n".to_owned()),
            ("core/kustomization.yaml", "resources: [../upstream/part, ../base]\n".to_owned()),
            ("base/x.yaml", "a: 1\n".to_owned()),
            ("upstream/part/manifests.yaml", "a: 1\n".to_owned()),
            ("secrets/local/a.yaml", "a: 1\n".to_owned()),
            ("secrets/other/a.yaml", "a: 1\n".to_owned()),
            ("README.md", "text".to_owned()),
        ];
        Rendered { files: files.map(|(path, text)| (path.to_owned(), text.into_bytes())).into() }
    }

    fn after(edit: &str, text: &str) -> Vec<String> {
        let variables = BTreeMap::from([("ENVIRONMENT".to_owned(), "local".to_owned())]);
        let mut edited = platform();
        edited.files.insert(edit.to_owned(), text.as_bytes().to_vec());
        changed(&platform(), &edited, &variables).unwrap().into_iter().collect()
    }

    #[test]
    fn an_edit_reaches_those_that_read_the_file_and_no_others() {
        assert_eq!(after("apps/one.yaml", "a: 2\n"), ["apps"]);
        assert_eq!(after("base/x.yaml", "a: 2\n"), ["core"]);
        assert_eq!(after("upstream/part/manifests.yaml", "a: 2\n"), ["core"]);
        assert_eq!(after("secrets/local/b.yaml", "a: 2\n"), ["secrets"]);
        assert_eq!(after("secrets/other/a.yaml", "a: 2\n"), [""; 0]);
        assert_eq!(after("README.md", "other"), [""; 0]);
        assert_eq!(after("apps/one.yaml", "a: 1\n"), [""; 0]);
    }

    #[test]
    fn a_definition_that_changes_is_a_change_of_itself_and_of_the_root() {
        assert_eq!(after("flux/apps.yaml", &phase("apps", "./base")), ["apps", "platform"]);
        assert_eq!(after("flux/new.yaml", &phase("new", "./base")), ["new", "platform"]);
    }
}

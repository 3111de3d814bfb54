//! The parts of an artifact: for each of Flux's Kustomizations the files that it is built from, sealed by themselves, so
//! that an edit reaches only those that it is of. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Rendered, Sealed, check,
    closure::{closure, documents},
    component::GENERATED,
    seal::seal,
    tree::place,
};
use crate::base::failure::{Failure, Kind, Location, Result};

/// How many hex digits of a part's digest stand in the name of its source.
pub const PIN: usize = 12;

/// The folder of the definitions, which the cluster's root Kustomization applies, and what names its files.
pub(super) const DEFINITIONS: &str = "flux";
/// What lists the definitions.
const LIST: &str = "flux/kustomization.yaml";
/// The Kustomization that applies the definitions, which stands in no artifact, and the repository of root and parts.
pub(super) const ROOT: &str = "platform";

/// What one of Flux's Kustomizations is built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The Kustomization's name.
    pub name: String,
    /// Its definition, without its source.
    pub definition: Value,
    /// The files it is built from.
    pub paths: BTreeSet<String>,
    /// Their bytes.
    pub sealed: Sealed,
}

impl Part {
    /// The name of its source: that of the Kustomization with the beginning of the digest. Another content is another
    /// source, so whatever waits for the Kustomization sees at once that it is not ready with it yet.
    pub fn source(&self) -> String {
        let hex = self.sealed.manifest.digest.trim_start_matches("sha256:");
        format!("{}-{}", self.name, &hex[..PIN])
    }
}

/// Every part of `files`, by the name of its Kustomization. What `before` has sealed already is taken from there.
pub(super) fn parts(files: &BTreeMap<String, Vec<u8>>, before: &Rendered) -> Result<BTreeMap<String, Part>> {
    let mut parts = BTreeMap::new();
    let links = links(files)?;
    for (path, bytes) in files.iter().filter(|(path, _)| is_definition(path)) {
        for document in documents(path, bytes)? {
            let Some(folder) = check::flux_path(&document) else { continue };
            let Some(name) = document["metadata"]["name"].as_str() else { continue };
            listed(&links, path)?;
            let mut content = closure(files, folder)?;
            if let Some(beside) = check::beside(&document) {
                content.extend(closure(files, beside)?);
            }
            let paths = content.keys().map(|path| (*path).to_owned()).collect();
            let sealed = match before.parts.get(name).filter(|part| part.paths == paths) {
                Some(part) if content.iter().all(|(path, bytes)| before.has(path, bytes)) => {
                    part.sealed.clone()
                }
                _ => seal(&content, &Value::Null)?,
            };
            parts
                .insert(name.to_owned(), Part { name: name.to_owned(), definition: document, paths, sealed });
        }
    }
    Ok(parts)
}

fn is_definition(path: &str) -> bool {
    is_of_definitions(path) && !check::is_kustomization(path)
}

fn is_of_definitions(path: &str) -> bool {
    path.split('/').next() == Some(DEFINITIONS)
}

/// Where the list of the definitions leads; nowhere without one.
fn links(files: &BTreeMap<String, Vec<u8>>) -> Result<BTreeSet<String>> {
    let list = files.get(LIST).map_or_else(|| Ok(Vec::new()), |list| documents(LIST, list))?;
    let entries = list.iter().flat_map(check::entries);
    Ok(entries.filter_map(|entry| check::resolve(DEFINITIONS, entry)).collect())
}

/// Refuses definitions that would get no source.
fn listed(links: &BTreeSet<String>, definition: &str) -> Result<()> {
    let wrong = |file: &str, message: &str| {
        Err(Failure::new(Kind::Environment, message)
            .at(Location { file: place(file), position: None })
            .hint(format!("`{LIST}` lists every phase under `resources` and `parts` under `components`")))
    };
    if !links.contains(definition) {
        return wrong(definition, "no kustomization lists this phase");
    }
    if !links.contains(GENERATED) {
        return wrong(LIST, "the component `parts` is missing, so no phase would have a source");
    }
    Ok(())
}

/// The names of the Kustomizations of `after` whose content, or whose own definition, is another than in `before`.
pub fn changed(before: &Rendered, after: &Rendered) -> BTreeSet<String> {
    let differs = |part: &&Part| before.parts.get(&part.name) != Some(part);
    let mut names: BTreeSet<String> =
        after.parts.values().filter(differs).map(|part| part.name.clone()).collect();
    if root(before) != root(after) {
        names.insert(ROOT.to_owned());
    }
    names
}

fn root(rendered: &Rendered) -> Vec<(&String, &Vec<u8>)> {
    rendered.files.iter().filter(|(path, _)| is_of_definitions(path)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::{super::component::component, *};
    use crate::base::yaml;

    fn phase(name: &str, path: &str) -> String {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}}}\nspec: {{path: {path}}}\n"
        )
    }

    const LISTED: &str =
        "resources: [apps.yaml, more/core.yaml, secrets.yaml]\ncomponents: [every-phase, parts]\n";

    fn files() -> BTreeMap<String, Vec<u8>> {
        [
            ("flux/kustomization.yaml", LISTED.to_owned()),
            ("flux/apps.yaml", phase("apps", "./apps")),
            ("flux/more/core.yaml", phase("core", "./core")),
            ("flux/secrets.yaml", phase("secrets", "'./secrets/${ENVIRONMENT}'")),
            ("apps/kustomization.yaml", "resources: [one.yaml]\n".to_owned()),
            ("apps/one.yaml", "a: 1\n".to_owned()),
            ("apps/inner/kustomization.yaml", "resources: [two.yaml]\n".to_owned()),
            ("apps/inner/two.yaml", "a: 1\n".to_owned()),
            ("core/kustomization.yaml", "resources: [../upstream/part, ../base]\n".to_owned()),
            ("base/x.yaml", "a: 1\n".to_owned()),
            ("upstream/part/manifests.yaml", "a: 1\n".to_owned()),
            ("secrets/local/a.yaml", "a: 1\n".to_owned()),
            ("secrets/other/kustomization.yaml", "resources: [a.yaml]\n".to_owned()),
            ("secrets/other/a.yaml", "a: 1\n".to_owned()),
            ("README.md", "text".to_owned()),
        ]
        .map(|(path, text)| (path.to_owned(), text.into_bytes()))
        .into()
    }

    fn platform(files: BTreeMap<String, Vec<u8>>, before: &Rendered) -> Rendered {
        let parts = parts(&files, before).unwrap();
        let mut rendered = Rendered { files, parts };
        rendered.files.extend(component(&rendered.parts).unwrap());
        rendered
    }

    fn after(edit: &str, text: &str) -> Vec<String> {
        let mut edited = files();
        edited.insert(edit.to_owned(), text.as_bytes().to_vec());
        let before = platform(files(), &Rendered::default());
        let after = platform(edited.clone(), &before);
        assert_eq!(after, platform(edited, &Rendered::default()), "what is taken over is what would be made");
        changed(&before, &after).into_iter().collect()
    }

    #[test]
    fn an_edit_reaches_those_that_read_the_file_and_the_root_and_no_others() {
        assert_eq!(after("apps/one.yaml", "a: 2\n"), ["apps", "platform"]);
        assert_eq!(after("base/x.yaml", "a: 2\n"), ["core", "platform"]);
        assert_eq!(after("upstream/part/manifests.yaml", "a: 2\n"), ["core", "platform"]);
        assert_eq!(after("secrets/other/a.yaml", "a: 2\n"), ["platform", "secrets"]);
        assert_eq!(after("README.md", "other"), [""; 0]);
        assert_eq!(after("apps/inner/two.yaml", "a: 2\n"), [""; 0], "nothing links to it");
        assert_eq!(after("apps/one.yaml", "a: 1\n"), [""; 0]);
    }

    #[test]
    fn a_definition_that_changes_is_a_change_of_itself_and_of_the_root() {
        assert_eq!(after("flux/apps.yaml", &phase("apps", "./base")), ["apps", "platform"]);
    }

    #[test]
    fn what_stands_beside_a_phase_is_in_its_part_with_all_that_it_is_built_from() {
        let beside = |folder: &str| {
            let named = format!("metadata: {{name: apps, annotations: {{seasense.org/beside: {folder}}}}}");
            let mut files = files();
            let definition = phase("apps", "./apps").replace("metadata: {name: apps}", &named);
            files.insert("flux/apps.yaml".to_owned(), definition.into_bytes());
            files
        };
        let rendered = platform(beside("./core"), &Rendered::default());
        let paths: Vec<&str> = rendered.parts["apps"].paths.iter().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "apps/kustomization.yaml",
                "apps/one.yaml",
                "base/x.yaml",
                "core/kustomization.yaml",
                "upstream/part/manifests.yaml"
            ]
        );
    }

    #[test]
    fn a_phase_without_a_source_is_refused() {
        for list in ["resources: [apps.yaml, more/core.yaml, secrets.yaml]\n", "components: [parts]\n"] {
            let mut files = files();
            files.insert(LIST.to_owned(), list.as_bytes().to_vec());
            let failure = parts(&files, &Rendered::default()).unwrap_err();
            assert_eq!(failure.kind, Kind::Environment);
        }
    }

    #[test]
    fn the_component_names_a_source_for_each() {
        let rendered = platform(files(), &Rendered::default());
        let apps = rendered.parts["apps"].source();
        assert_eq!(apps.len(), "apps-".len() + PIN);
        let text =
            |file: &str| String::from_utf8(rendered.files[&format!("{GENERATED}/{file}")].clone()).unwrap();
        assert!(text("kustomization.yaml").contains(&apps));
        let sources = yaml::parse(Path::new("s"), &text("sources.yaml")).unwrap();
        assert_eq!(sources.len(), 3);
        assert_eq!(sources[0].value["metadata"]["name"], Value::from(apps));
        let digest = &rendered.parts["apps"].sealed.manifest.digest;
        assert_eq!(sources[0].value["spec"]["ref"]["digest"], Value::from(digest.as_str()));
        assert!(text("sources.yaml").contains("  insecure: ${REGISTRY_INSECURE}\n"));
    }

    proptest! {
        #[test]
        fn whatever_a_part_reads_is_in_it_and_nothing_else_changes_it(which in 0_usize..15, byte in any::<u8>()) {
            let before = platform(files(), &Rendered::default());
            let path = files().keys().nth(which).unwrap().clone();
            prop_assume!(!path.starts_with("flux/") && !path.ends_with("kustomization.yaml"));
            let mut edited = files();
            edited.insert(path.clone(), format!("a: {byte}\n").into_bytes());
            let same = edited == files();
            let after = platform(edited, &before);
            for (name, part) in &before.parts {
                let sealed_anew = after.parts[name].sealed != part.sealed;
                prop_assert_eq!(sealed_anew, part.paths.contains(&path) && !same);
            }
        }
    }
}

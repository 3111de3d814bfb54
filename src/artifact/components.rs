//! The components of an artifact: the files of each Flux Kustomization, packed separately, so that an edit
//! changes only the Kustomizations that read the edited file. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Blobs, Component, Rendered, check,
    kustomize_inputs::{documents, kustomize_inputs},
    tree::display_path,
};
use crate::base::failure::{Failure, Kind, Location, Result};

/// The directory of the definitions, which the root Kustomization in the cluster applies.
pub(super) const DEFINITIONS: &str = "flux";
/// The kustomization that lists the definitions.
const LIST: &str = "flux/kustomization.yaml";
/// The Kustomization that applies the definitions, which is in no artifact; also the repository of root and
/// components.
pub(super) const ROOT: &str = "platform";
/// The directory of the generated kustomize Component with the sources.
pub(super) const GENERATED: &str = "flux/sources";

/// Returns every component of `files`, by the name of its Kustomization. Unchanged ones are reused from
/// `before`.
pub(super) fn components(
    files: &BTreeMap<String, Vec<u8>>,
    before: &Rendered,
) -> Result<BTreeMap<String, Component>> {
    let mut components = BTreeMap::new();
    let links = links(files)?;
    for (path, bytes) in files.iter().filter(|(path, _)| is_definition(path)) {
        for document in documents(path, bytes)? {
            let Some(folder) = check::flux_path(&document) else { continue };
            let Some(name) = document["metadata"]["name"].as_str() else { continue };
            require_listed(&links, path)?;
            let mut content = kustomize_inputs(files, folder)?;
            if let Some(included) = check::included_path(&document) {
                content.extend(kustomize_inputs(files, included)?);
            }
            let paths = content.keys().map(|path| (*path).to_owned()).collect();
            let unchanged = |component: &&Component| {
                component.paths == paths && content.iter().all(|(path, bytes)| before.has(path, bytes))
            };
            let blobs = match before.components.get(name).filter(unchanged) {
                Some(component) => component.blobs.clone(),
                None => Blobs::build(&content, &Value::Null)?,
            };
            let name = name.to_owned();
            components.insert(name.clone(), Component { name, definition: document, paths, blobs });
        }
    }
    Ok(components)
}

fn is_definition(path: &str) -> bool {
    is_of_definitions(path) && !check::is_kustomization(path)
}

fn is_of_definitions(path: &str) -> bool {
    path.split('/').next() == Some(DEFINITIONS)
}

/// The paths that the list of the definitions refers to; empty without a list.
fn links(files: &BTreeMap<String, Vec<u8>>) -> Result<BTreeSet<String>> {
    let list = files.get(LIST).map_or_else(|| Ok(Vec::new()), |list| documents(LIST, list))?;
    let entries = list.iter().flat_map(check::entries);
    Ok(entries.filter_map(|entry| check::resolve(DEFINITIONS, entry)).collect())
}

/// Refuses a definition that would get no source.
fn require_listed(links: &BTreeSet<String>, definition: &str) -> Result<()> {
    let invalid = |file: &str, message: &str| {
        Err(Failure::new(Kind::Environment, message)
            .at(Location { file: display_path(file), position: None })
            .hint(format!(
                "list every phase in `{LIST}` under `resources`, and `sources` under `components`"
            )))
    };
    if !links.contains(definition) {
        return invalid(definition, "no kustomization lists this phase");
    }
    if !links.contains(GENERATED) {
        return invalid(LIST, "the Component `sources` is not listed, so no phase would have a source");
    }
    Ok(())
}

/// Returns the names of the Kustomizations of `after` whose content or definition differs from `before`.
pub fn changed(before: &Rendered, after: &Rendered) -> BTreeSet<String> {
    let differs = |component: &&Component| before.components.get(&component.name) != Some(component);
    let mut names: BTreeSet<String> =
        after.components.values().filter(differs).map(|component| component.name.clone()).collect();
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

    use super::{
        super::{SUFFIX_LENGTH, sources::sources},
        *,
    };
    use crate::base::yaml;

    fn phase(name: &str, path: &str) -> String {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}}}\nspec: {{path: {path}}}\n"
        )
    }

    const LISTED: &str =
        "resources: [apps.yaml, more/core.yaml, secrets.yaml]\ncomponents: [every-phase, sources]\n";

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
            ("core/kustomization.yaml", "resources: [../upstream/cnpg, ../base]\n".to_owned()),
            ("base/x.yaml", "a: 1\n".to_owned()),
            ("upstream/cnpg/manifests.yaml", "a: 1\n".to_owned()),
            ("secrets/local/a.yaml", "a: 1\n".to_owned()),
            ("secrets/other/kustomization.yaml", "resources: [a.yaml]\n".to_owned()),
            ("secrets/other/a.yaml", "a: 1\n".to_owned()),
            ("README.md", "text".to_owned()),
        ]
        .map(|(path, text)| (path.to_owned(), text.into_bytes()))
        .into()
    }

    fn platform(files: BTreeMap<String, Vec<u8>>, before: &Rendered) -> Rendered {
        let components = components(&files, before).unwrap();
        let mut rendered = Rendered { files, components };
        rendered.files.extend(sources(&rendered.components).unwrap());
        rendered
    }

    fn changes_after(edit: &str, text: &str) -> Vec<String> {
        let mut edited = files();
        edited.insert(edit.to_owned(), text.as_bytes().to_vec());
        let before = platform(files(), &Rendered::default());
        let after = platform(edited.clone(), &before);
        assert_eq!(after, platform(edited, &Rendered::default()), "reused components differ from new ones");
        changed(&before, &after).into_iter().collect()
    }

    #[test]
    fn an_edit_changes_its_components_and_the_root() {
        assert_eq!(changes_after("apps/one.yaml", "a: 2\n"), ["apps", "platform"]);
        assert_eq!(changes_after("base/x.yaml", "a: 2\n"), ["core", "platform"]);
        assert_eq!(changes_after("upstream/cnpg/manifests.yaml", "a: 2\n"), ["core", "platform"]);
        assert_eq!(changes_after("secrets/other/a.yaml", "a: 2\n"), ["platform", "secrets"]);
        assert_eq!(changes_after("README.md", "other"), [""; 0]);
        assert_eq!(changes_after("apps/inner/two.yaml", "a: 2\n"), [""; 0], "nothing refers to it");
        assert_eq!(changes_after("apps/one.yaml", "a: 1\n"), [""; 0]);
    }

    #[test]
    fn a_changed_definition_changes_itself_and_the_root() {
        assert_eq!(changes_after("flux/apps.yaml", &phase("apps", "./base")), ["apps", "platform"]);
    }

    #[test]
    fn an_included_directory_is_in_the_component() {
        let including = |folder: &str| {
            let named = format!("metadata: {{name: apps, annotations: {{seasense.org/include: {folder}}}}}");
            let mut files = files();
            let definition = phase("apps", "./apps").replace("metadata: {name: apps}", &named);
            files.insert("flux/apps.yaml".to_owned(), definition.into_bytes());
            files
        };
        let rendered = platform(including("./core"), &Rendered::default());
        let paths: Vec<&str> = rendered.components["apps"].paths.iter().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "apps/kustomization.yaml",
                "apps/one.yaml",
                "base/x.yaml",
                "core/kustomization.yaml",
                "upstream/cnpg/manifests.yaml"
            ]
        );
    }

    #[test]
    fn a_phase_without_a_source_is_refused() {
        for list in ["resources: [apps.yaml, more/core.yaml, secrets.yaml]\n", "components: [sources]\n"] {
            let mut files = files();
            files.insert(LIST.to_owned(), list.as_bytes().to_vec());
            let failure = components(&files, &Rendered::default()).unwrap_err();
            assert_eq!(failure.kind, Kind::Environment);
        }
    }

    #[test]
    fn every_component_gets_a_source() {
        let rendered = platform(files(), &Rendered::default());
        let apps = rendered.components["apps"].source();
        assert_eq!(apps.len(), "apps-".len() + SUFFIX_LENGTH);
        let text =
            |file: &str| String::from_utf8(rendered.files[&format!("{GENERATED}/{file}")].clone()).unwrap();
        assert!(text("kustomization.yaml").contains(&apps));
        let sources = yaml::parse(Path::new("s"), &text("sources.yaml")).unwrap();
        assert_eq!(sources.len(), 3);
        assert_eq!(sources[0].value["metadata"]["name"], Value::from(apps));
        let digest = &rendered.components["apps"].blobs.manifest.digest;
        assert_eq!(sources[0].value["spec"]["ref"]["digest"], &**digest);
        assert!(text("sources.yaml").contains("  insecure: ${REGISTRY_INSECURE}\n"));
    }

    proptest! {
        #[test]
        fn only_edits_of_its_files_change_a_component(which in 0_usize..15, byte in any::<u8>()) {
            let before = platform(files(), &Rendered::default());
            let path = files().keys().nth(which).unwrap().clone();
            prop_assume!(!path.starts_with("flux/") && !path.ends_with("kustomization.yaml"));
            let mut edited = files();
            edited.insert(path.clone(), format!("a: {byte}\n").into_bytes());
            let same = edited == files();
            let after = platform(edited, &before);
            for (name, component) in &before.components {
                let is_new = after.components[name].blobs != component.blobs;
                prop_assert_eq!(is_new, component.paths.contains(&path) && !same);
            }
        }
    }
}

//! The components of an artifact: the files of each Flux Kustomization, packed separately, so that an edit
//! changes only the Kustomizations that read the edited file. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Blobs, Component, Rendered,
    build::{Files, ROOT},
    definitions::{self, Definition},
};
use crate::base::failure::Result;

/// Returns every component, by the name of its Kustomization. Unchanged ones are reused from `before`.
pub(super) fn components(
    files: &Files,
    definitions: BTreeMap<String, Definition>,
    before: &Rendered,
) -> Result<BTreeMap<String, Component>> {
    let component = |(name, definition): (String, Definition)| {
        let paths = definition.files;
        let content = paths.iter().filter_map(|path| Some((path.as_str(), files.get(path)?.as_slice())));
        let content: BTreeMap<&str, &[u8]> = content.collect();
        let unchanged = |component: &&Component| {
            component.paths == paths && content.iter().all(|(path, bytes)| before.has(path, bytes))
        };
        let blobs = match before.components.get(&name).filter(unchanged) {
            Some(component) => component.blobs.clone(),
            None => Blobs::build(&content, &Value::Null)?,
        };
        Ok((name.clone(), Component { name, definition: definition.object, paths, blobs }))
    };
    definitions.into_iter().map(component).collect()
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
    rendered.files.iter().filter(|(path, _)| definitions::is_of_definitions(path)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use serde_json::json;

    use super::{
        super::{SUFFIX_LENGTH, generated},
        *,
    };
    use crate::base::yaml;

    /// The files of each Kustomization.
    const PARTS: [(&str, &[&str]); 3] = [
        ("apps", &["apps/kustomization.yaml", "apps/one.yaml"]),
        ("core", &["core/kustomization.yaml", "base/x.yaml", "upstream/cnpg/manifests.yaml"]),
        ("secrets", &["secrets/local/a.yaml", "secrets/other/a.yaml"]),
    ];

    fn files() -> Files {
        let paths = PARTS.iter().flat_map(|(_, files)| files.iter()).chain(&["flux/apps.yaml", "notes.txt"]);
        paths.map(|path| ((*path).to_owned(), b"a: 1\n".to_vec())).collect()
    }

    fn definitions(path: &str) -> BTreeMap<String, Definition> {
        let definition = |(name, files): &(&str, &[&str])| {
            let object = json!({"metadata": {"name": name}, "spec": {"path": path}});
            let files = files.iter().map(|file| (*file).to_owned()).collect();
            ((*name).to_owned(), Definition { object, files, objects: Vec::new() })
        };
        PARTS.iter().map(definition).collect()
    }

    fn platform(files: Files, path: &str, before: &Rendered) -> Rendered {
        let components = components(&files, definitions(path), before).unwrap();
        let mut rendered = Rendered { files, components };
        rendered.files.extend(generated::sources(&rendered.components).unwrap());
        rendered
    }

    fn changes_after(edit: &str, text: &str) -> Vec<String> {
        let mut edited = files();
        edited.insert(edit.to_owned(), text.as_bytes().to_vec());
        let before = platform(files(), "./a", &Rendered::default());
        let after = platform(edited.clone(), "./a", &before);
        assert_eq!(
            after,
            platform(edited, "./a", &Rendered::default()),
            "reused components differ from new ones"
        );
        changed(&before, &after).into_iter().collect()
    }

    #[test]
    fn an_edit_changes_its_components_and_the_root() {
        assert_eq!(changes_after("apps/one.yaml", "a: 2\n"), ["apps", "platform"]);
        assert_eq!(changes_after("upstream/cnpg/manifests.yaml", "a: 2\n"), ["core", "platform"]);
        assert_eq!(changes_after("secrets/other/a.yaml", "a: 2\n"), ["platform", "secrets"]);
        assert_eq!(changes_after("notes.txt", "other"), [""; 0]);
        assert_eq!(changes_after("apps/one.yaml", "a: 1\n"), [""; 0]);
    }

    #[test]
    fn a_changed_definition_changes_its_component() {
        let before = platform(files(), "./a", &Rendered::default());
        let after = platform(files(), "./b", &before);
        assert_eq!(changed(&before, &after), ["apps", "core", "secrets"].map(str::to_owned).into());
        assert_eq!(changes_after("flux/apps.yaml", "a: 2\n"), ["platform"]);
    }

    #[test]
    fn every_component_gets_a_source() {
        let rendered = platform(files(), "./a", &Rendered::default());
        let apps = rendered.components["apps"].source();
        assert_eq!(apps.len(), "apps-".len() + SUFFIX_LENGTH);
        let text = |file: &str| {
            String::from_utf8(rendered.files[&format!("{}/{file}", generated::FOLDER)].clone()).unwrap()
        };
        assert!(text("kustomization.yaml").contains(&apps));
        let sources = yaml::parse(Path::new("s"), &text("sources.yaml")).unwrap();
        assert_eq!(sources.len(), 3);
        assert_eq!(sources[0].value["metadata"]["name"], Value::from(apps));
        let digest = &rendered.components["apps"].blobs.manifest.digest;
        assert_eq!(sources[0].value["spec"]["ref"]["digest"], &**digest);
        assert_eq!(sources[0].value["spec"]["ignore"], "!*");
        assert!(text("sources.yaml").contains("  insecure: ${REGISTRY_INSECURE}\n"));
    }

    proptest! {
        #[test]
        fn only_edits_of_its_files_change_a_component(which in 0_usize..9, byte in any::<u8>()) {
            let before = platform(files(), "./a", &Rendered::default());
            let path = files().keys().nth(which).unwrap().clone();
            let mut edited = files();
            edited.insert(path.clone(), format!("a: {byte}\n").into_bytes());
            let same = edited == files();
            let after = platform(edited, "./a", &before);
            for (name, component) in &before.components {
                let is_new = after.components[name].blobs != component.blobs;
                prop_assert_eq!(is_new, component.paths.contains(&path) && !same);
            }
        }
    }
}

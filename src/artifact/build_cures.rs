//! What to do about failures of builds whose text comes from Flux. Pure.

/// Texts of Flux and kustomize, each with what to do.
const CURES: [(&str, &str); 24] = [
    ("kustomization path not found", "correct `spec.path` of the phase"),
    ("must specify --enable-helm", "Flux runs no Helm here: commit the manifests that the chart renders"),
    ("plugins disabled", "Flux runs no plugins: use the fields of a kustomization"),
    ("unable to load builtin", "Flux runs no plugins: use the fields of a kustomization"),
    ("unable to find plugin root", "Flux runs no plugins: use the fields of a kustomization"),
    ("may not add resource with an already registered id", "an object is there twice: remove one"),
    ("no matches for Id", "patch an object that exists: correct its kind, name or namespace"),
    ("kustomization.yaml is empty", "list the files of the directory under `resources`"),
    ("Found multiple kustomization files", "keep one of them"),
    ("missing kustomization file", "add a `kustomization.yaml` to the directory"),
    ("expected kind 'Component'", "list the directory under `resources`, or make it a Component"),
    ("expected kind != 'Component'", "list the directory under `components`"),
    ("cycle detected", "remove the entry that leads back"),
    ("operation does not apply", "correct the `path` of the JSON patch, or add what it changes"),
    ("testing value", "the object differs from what the JSON patch expects"),
    ("unable to parse SM or JSON patch", "write a list of operations, or a part of an object"),
    ("unable to find field", "correct the `fieldPath`, or set `options: {create: true}`"),
    ("nothing selected by", "correct the source of the replacement"),
    (
        "failed to decode Kubernetes apiVersion, kind and name",
        "an object needs `apiVersion`, `kind` and a name",
    ),
    ("missing metadata.name in object", "give the object a name"),
    ("missing Resource metadata", "an object needs `apiVersion`, `kind` and a name"),
    ("Object 'Kind' is missing", "an object needs `apiVersion`, `kind` and a name"),
    ("must be local and relative", "name a directory of the tree"),
    ("no such file or directory", "correct the path, or add the file"),
];

/// What to do about the failure of a build.
pub(super) fn cure(message: &str) -> Option<&'static str> {
    let missing = ["doesn't exist", "must build at directory", "not a directory"];
    let known = CURES.iter().find(|(text, _)| message.contains(text)).map(|(_, cure)| *cure);
    known.or_else(|| {
        let is_missing = missing.iter().any(|text| message.contains(text));
        is_missing.then_some("correct the path, or add the file")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_texts_have_a_cure() {
        assert!(
            cure("accumulating resources: may not add resource with an already registered id: x").is_some()
        );
        assert!(cure("open gitops/x: no such file or directory").is_some());
        assert_eq!(cure("something else"), None);
    }
}

//! What a file of the tree is, by its name. Pure.

use std::path::Path;

/// The directory of the upstream manifests in the artifact.
pub(super) const UPSTREAM: &str = "upstream";

/// Whether `path` is a YAML file.
pub(super) fn is_yaml(path: &str) -> bool {
    has_extension(path, &["yaml", "yml"]) || is_kustomization(path)
}

/// Whether `path` may contain Kubernetes objects: kustomize reads every name, so the case does not matter.
pub(super) fn is_manifest(path: &str) -> bool {
    is_yaml(path) || has_extension(path, &["json"])
}

/// Whether `path` is a kustomization.
pub(super) fn is_kustomization(path: &str) -> bool {
    matches!(
        path.rsplit('/').next().unwrap_or(path),
        "kustomization.yaml" | "kustomization.yml" | "Kustomization"
    )
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

fn has_extension(path: &str, extensions: &[&str]) -> bool {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|own| extensions.iter().any(|extension| own.eq_ignore_ascii_case(extension)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_recognized_by_any_spelling() {
        for path in ["a.yaml", "b/a.YML", "b/pod.json", "b/Pod.YAML", "b/Kustomization"] {
            assert!(is_manifest(path), "{path}");
        }
        assert!(!is_manifest("a.sh") && !is_manifest("yaml"));
    }

    #[test]
    fn entries_are_resolved_inside_the_tree() {
        assert_eq!(resolve("apps/a", "../b/./c.yaml").as_deref(), Some("apps/b/c.yaml"));
        assert_eq!(resolve("apps", "../../x"), None);
    }
}

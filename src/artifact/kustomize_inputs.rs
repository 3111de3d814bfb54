//! The files that kustomize reads for one directory of the tree. Pure.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::Value;

use super::check;
use crate::base::{failure::Result, yaml};

/// Returns every file that `kustomize build folder` reads. It may return more: a segment with a variable
/// matches any name, because the artifact is the same in every environment.
pub(super) fn kustomize_inputs<'a>(
    files: &'a BTreeMap<String, Vec<u8>>,
    folder: &str,
) -> Result<BTreeMap<&'a str, &'a [u8]>> {
    let fixed = folder.split('/').take_while(|segment| !segment.contains("${"));
    let varies = folder.contains("${");
    let start = check::resolve("", &fixed.collect::<Vec<_>>().join("/")).unwrap_or_default();
    let mut pending = if varies { folders_in(files, &start) } else { vec![start] };
    let (mut found, mut seen) = (BTreeMap::new(), BTreeSet::new());
    while let Some(target) = pending.pop() {
        if !seen.insert(target.clone()) {
            continue;
        }
        for (path, bytes) in files.iter().filter(|(path, _)| reads(files, &target, path)) {
            found.insert(path.as_str(), bytes.as_slice());
            if check::is_kustomization(path) {
                for document in documents(path, bytes)? {
                    let links = check::entries(&document);
                    pending.extend(links.filter_map(|entry| check::resolve(check::parent(path), entry)));
                }
            }
        }
    }
    Ok(found)
}

/// The immediate subdirectories of `folder`.
fn folders_in(files: &BTreeMap<String, Vec<u8>>, folder: &str) -> Vec<String> {
    let inside = files.keys().filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'));
    let names: BTreeSet<&str> = inside.filter_map(|rest| Some(rest.split_once('/')?.0)).collect();
    names.into_iter().map(|name| format!("{folder}/{name}")).collect()
}

/// Whether `path` is `target` or a file in that directory. A subdirectory with its own kustomization is read
/// only if something refers to it.
fn reads(files: &BTreeMap<String, Vec<u8>>, target: &str, path: &str) -> bool {
    if path == target {
        return true;
    }
    let Some(rest) = path.strip_prefix(target).and_then(|rest| rest.strip_prefix('/')) else { return false };
    let inner = rest.match_indices('/').map(|(at, _)| format!("{target}/{}/kustomization.yaml", &rest[..at]));
    !inner.into_iter().any(|kustomization| files.contains_key(&kustomization))
}

/// Parses the documents of a file; none if it is not YAML.
pub(super) fn documents(path: &str, bytes: &[u8]) -> Result<Vec<Value>> {
    if !check::is_yaml(path) {
        return Ok(Vec::new());
    }
    let documents = yaml::parse(Path::new(path), &String::from_utf8_lossy(bytes))?;
    Ok(documents.into_iter().map(|document| document.value).collect())
}

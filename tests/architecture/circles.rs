//! Cycles in a graph of imports.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::Source;

/// The groups of nodes that reach each other, sorted; a node alone is none.
pub fn find<'a>(edges: &BTreeMap<&'a str, Vec<&'a str>>) -> Vec<Vec<&'a str>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        edges.keys().map(|node| (*node, reach(edges, node))).collect();
    let mut groups = BTreeSet::new();
    for (node, others) in &reached {
        let group: Vec<&str> = others
            .iter()
            .copied()
            .filter(|other| reached.get(other).is_some_and(|back| back.contains(node)))
            .collect();
        if group.len() > 1 {
            groups.insert(group);
        }
    }
    groups.into_iter().collect()
}

/// Every node that can be reached from `node` by at least one edge.
fn reach<'a>(edges: &BTreeMap<&'a str, Vec<&'a str>>, node: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut left: Vec<&str> = edges.get(node).cloned().unwrap_or_default();
    while let Some(next) = left.pop() {
        if found.insert(next) {
            left.extend(edges.get(next).into_iter().flatten());
        }
    }
    found
}

/// Which file uses a name out of which other file. A `mod.rs` only declares and re-exports: names that are taken from
/// it are followed to the file that defines them where its `pub use` says so.
pub fn edges_of_files(sources: &[Source]) -> BTreeMap<String, Vec<String>> {
    let key = |source: &Source| (source.root.clone(), source.module.clone());
    let files: BTreeMap<_, &Source> = sources.iter().map(|source| (key(source), source)).collect();
    let mut edges = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.is_test() && !is_mod(source)) {
        let mut to = BTreeSet::new();
        for path in source.paths() {
            let file = (0..=path.len()).rev().find_map(|end| {
                files.get(&(source.root.clone(), path[..end].to_vec())).map(|file| (*file, &path[end..]))
            });
            let Some((file, rest)) = file else { continue };
            let file = if is_mod(file) { definition(file, rest, &files) } else { Some(file) };
            if let Some(file) = file.filter(|file| file.path != source.path) {
                to.insert(file.path.display().to_string());
            }
        }
        edges.insert(source.path.display().to_string(), to.into_iter().collect());
    }
    edges
}

/// The file out of which a `mod.rs` re-exports the first of `names`.
fn definition<'a>(
    parent: &Source,
    names: &[String],
    files: &BTreeMap<(std::path::PathBuf, Vec<String>), &'a Source>,
) -> Option<&'a Source> {
    let name = names.first()?;
    parent.code.split("pub use ").skip(1).find_map(|rest| {
        let declared = rest.split(';').next()?.trim_start_matches("self::");
        let paths = crate::source::expand(declared);
        let path = paths.iter().find(|path| path.last() == Some(name))?;
        let module = parent.module.iter().chain(path.first()).cloned().collect();
        files.get(&(parent.root.clone(), module)).copied().filter(|file| !is_mod(file))
    })
}

fn is_mod(source: &Source) -> bool {
    source.path.file_name().is_some_and(|name| name == "mod.rs" || name == "lib.rs" || name == "main.rs")
}

#[test]
fn groups_that_reach_each_other_are_found() {
    let edges = BTreeMap::from([("a", vec!["b"]), ("b", vec!["c"]), ("c", vec!["b"]), ("d", vec!["a"])]);
    assert_eq!(find(&edges), [["b", "c"]]);
}

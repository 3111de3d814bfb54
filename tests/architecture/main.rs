//! The module table of CONTRIBUTING: which module may use which, and which alone may use what from outside.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test ends with a panic")]

mod circles;
mod source;
mod table;

use std::{collections::BTreeSet, path::Path};

use source::{Source, expand, sources};
use table::{ARCHITECTURES, EXTERNAL, MAX_LINES, MAX_MEDIAN, TABLE};

/// The entry of the table that covers a module path: the longest one.
fn entry_of(path: &[String]) -> Option<&'static str> {
    let joined = path.join("/");
    let covers = |entry: &&str| joined == **entry || joined.starts_with(&format!("{entry}/"));
    TABLE.keys().copied().filter(covers).max_by_key(|entry| entry.len())
}

fn launcher() -> Vec<Source> {
    let is_launcher =
        |source: &Source| !source.is_of_apps() && !source.is_test() && !source.module.is_empty();
    sources().into_iter().filter(is_launcher).collect()
}

#[test]
fn groups_in_use_declarations_are_expanded() {
    let code = "crate::{\n    config::{Project, read as r},\n    base::{failure::Result, tool},\n};";
    let found: Vec<String> = expand(code).iter().map(|path| path.join("::")).collect();
    assert_eq!(
        found,
        [
            "crate::config::Project",
            "crate::config::read",
            "crate::base::failure::Result",
            "crate::base::tool"
        ]
    );
}

#[test]
fn modules_use_only_what_the_table_allows() {
    let mut wrong = BTreeSet::new();
    for source in launcher() {
        let Some(entry) = entry_of(&source.module) else {
            // A folder whose children have entries needs none.
            let folder = format!("{}/", source.module[0]);
            if !TABLE.keys().any(|entry| entry.starts_with(&folder)) {
                wrong.insert(format!("{}: the table has no such module", source.path.display()));
            }
            continue;
        };
        let used: BTreeSet<&str> = source.paths().iter().filter_map(|path| entry_of(path)).collect();
        for other in used.into_iter().filter(|other| *other != entry && !TABLE[entry].contains(other)) {
            wrong.insert(format!("{}: `{entry}` may not use `{other}`", source.path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn table_lists_no_edge_that_nothing_uses() {
    let mut unused: BTreeSet<(&str, &str)> =
        TABLE.iter().flat_map(|(entry, allowed)| allowed.iter().map(move |other| (*entry, *other))).collect();
    for source in launcher() {
        let Some(entry) = entry_of(&source.module) else { continue };
        for other in source.paths().iter().filter_map(|path| entry_of(path)) {
            unused.remove(&(entry, other));
        }
    }
    assert!(unused.is_empty(), "the table allows what nothing uses: {unused:?}");
}

#[test]
fn table_has_no_cycle() {
    assert_eq!(circles::find(&TABLE), Vec::<Vec<&str>>::new());
}

#[test]
fn files_do_not_import_each_other_in_a_cycle() {
    let sources = sources();
    let edges = circles::edges_of_files(&sources);
    let edges =
        edges.iter().map(|(from, to)| (from.as_str(), to.iter().map(String::as_str).collect())).collect();
    assert_eq!(circles::find(&edges), Vec::<Vec<&str>>::new());
}

#[test]
fn external_crates_are_used_only_by_their_modules() {
    let mut wrong = Vec::new();
    for source in launcher() {
        for (name, modules) in EXTERNAL {
            let code = source.production_code();
            let named = code.match_indices(name).any(|(at, _)| !code[..at].ends_with(is_path));
            let joined = source.module.join("/");
            let allowed =
                modules.iter().any(|module| joined == *module || joined.starts_with(&format!("{module}/")));
            if named && !allowed {
                let path = source.path.display();
                wrong.push(format!("{path}: only {} may use `{name}`", modules.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Another daemon than that of the author would get programs that it cannot run.
#[test]
fn processor_architectures_are_named_in_one_module() {
    let (names, module) = ARCHITECTURES;
    let mut wrong = Vec::new();
    for source in launcher().iter().filter(|source| source.module.join("/") != module) {
        let code = source.production_code();
        for name in names.iter().filter(|name| code.contains(**name)) {
            wrong.push(format!("{}: `{name}`; use `base::platform`", source.path.display()));
        }
    }
    let recipes =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("infra/images.toml")).unwrap();
    let written = names.iter().filter(|name| recipes.contains(**name));
    wrong.extend(written.map(|name| format!("infra/images.toml: `{name}`; write `{{arch}}`")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const fn is_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == ':'
}

#[test]
fn files_begin_with_a_sentence_and_stay_small() {
    let mut wrong = Vec::new();
    let mut lengths = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        lengths.push(lines);
        if !source.text.starts_with("//! ") {
            wrong.push(format!("{}: no `//!` sentence", source.path.display()));
        }
        if lines > MAX_LINES {
            wrong.push(format!("{}: {lines} lines, more than {MAX_LINES}", source.path.display()));
        }
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= MAX_MEDIAN, "the median file has {median} lines");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn library_lists_every_top_level_module() {
    let library = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let listed: BTreeSet<&str> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let expected: BTreeSet<&str> =
        TABLE.keys().filter_map(|entry| entry.split('/').next()).chain(["apps"]).collect();
    assert_eq!(listed, expected);
}

#[test]
fn plan_files_have_distinct_names() {
    let plans: Vec<String> = sources()
        .iter()
        .filter(|source| source.path.file_name().is_some_and(|name| name == "plan.rs"))
        .filter(|source| !source.path.starts_with("src/cli"))
        .map(|source| source.path.display().to_string())
        .collect();
    assert_eq!(
        plans,
        Vec::<String>::new(),
        "`launch/plan/` is the plan of a run; name other files after their content"
    );
}

//! The module table of CONTRIBUTING: which module may use which, and which alone may use what from outside.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test ends with a panic")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// Every module in the order of the data's flow, and what it may use beside itself.
const TABLE: [(&str, &[&str]); 27] = [
    ("config", &["failure"]),
    ("cost", &["config", "failure", "yaml"]),
    ("plan", &[]),
    // Programs and files of this machine's stores; who is trusted is told by whoever calls.
    ("trust", &["failure", "tool"]),
    // Of `k8s` only `wait`: the one place that pauses between two looks.
    ("supply", &["config", "docker", "event", "failure", "k8s", "tool", "yaml"]),
    // Of `k8s` only `wait` and the handle that it makes; Kubernetes' objects are the phases' business.
    ("engine", &["config", "docker", "event", "failure", "k8s", "plan", "tool", "trust", "yaml"]),
    ("artifact", &["config", "event", "failure", "supply", "tool", "yaml"]),
    ("phases", &["config", "event", "failure", "k8s"]),
    ("workloads", &["config", "docker", "event", "failure", "k8s"]),
    ("observe", &["config", "docker", "engine", "event", "failure", "k8s", "phases", "workloads"]),
    // Of `k8s` only `wait`: what it knows of a cluster comes through its own trait `Target`. Of `cost` only the verdict.
    ("promote", &["config", "cost", "event", "failure", "k8s", "tool"]),
    // What an environment runs stands in its lock file, which `promote` reads.
    ("compare", &["artifact", "config", "failure", "promote", "supply", "tool", "yaml"]),
    // Environments as promotions meet them: the one place where a promotion touches a cluster or a registry.
    (
        "target",
        &[
            "artifact",
            "config",
            "engine",
            "event",
            "failure",
            "k8s",
            "observe",
            "phases",
            "promote",
            "supply",
            "workloads",
        ],
    ),
    ("upkeep", &["event", "failure", "k8s", "observe"]),
    ("diagnose", &["config", "docker", "engine", "event", "failure", "k8s", "observe", "supply", "timing"]),
    // Of `supply` only how a program is built; of `k8s` the waits, and what Kubernetes made by itself.
    ("infra", &["config", "event", "failure", "k8s", "supply", "tool"]),
    ("docker", &["failure", "tool"]),
    ("k8s", &["event", "failure", "tool"]),
    ("tool", &["failure"]),
    ("watch", &["config", "failure"]),
    ("yaml", &["failure"]),
    ("event", &[]),
    ("failure", &[]),
    ("timing", &["event", "failure"]),
    ("ui", &["event", "failure", "timing"]),
    // The verbs call every stage; no stage knows them.
    (
        "cli",
        &[
            "artifact",
            "compare",
            "config",
            "cost",
            "diagnose",
            "docker",
            "engine",
            "event",
            "failure",
            "infra",
            "k8s",
            "observe",
            "phases",
            "plan",
            "promote",
            "supply",
            "target",
            "timing",
            "tool",
            "trust",
            "ui",
            "upkeep",
            "watch",
            "workloads",
        ],
    ),
    // The workloads are programs of their own and know nothing of the launcher.
    ("apps", &[]),
];

/// Crates and paths that only some modules may name; `apps` are programs of their own.
const DOORS: [(&str, &[&str]); 14] = [
    ("bollard::", &["docker"]),
    ("kube::", &["k8s"]),
    ("k8s_openapi::", &["k8s"]),
    ("oci_client::", &["artifact", "supply"]),
    ("indicatif::", &["ui"]),
    ("ratatui::", &["ui"]),
    ("crossterm::", &["ui"]),
    ("notify_debouncer_full::", &["watch"]),
    ("ignore::", &["watch"]),
    // `ui` names the choices of `--output` and `--color`.
    ("clap::", &["cli", "main", "ui"]),
    ("tokio::process", &["tool"]),
    ("std::process::Command", &["tool"]),
    // DOCKER_HOST and NO_COLOR are conventions, not settings of ours.
    ("std::env::var", &["config", "docker", "ui"]),
    ("tokio::time::sleep", &["k8s"]),
];

/// Largest number of lines of a source file.
const MAX_LINES: usize = 300;

struct Source {
    path: PathBuf,
    module: String,
    text: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    collect(&root.join("src"), &mut paths);
    assert!(paths.len() > 50, "the walk over src/ went wrong");
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let path = path.strip_prefix(root).unwrap().to_owned();
        let first = path.iter().nth(1).unwrap().to_str().unwrap();
        let module = first.trim_end_matches(".rs").to_owned();
        Source { module, code: without_comments(&text), text, path }
    };
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn without_comments(text: &str) -> String {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    text.lines().filter(is_code).collect::<Vec<_>>().join("\n")
}

/// The first segments of every `crate::a::b` and of every `crate::{a::b, c}` in `code`.
fn used(code: &str) -> BTreeSet<&str> {
    code.split("crate::")
        .skip(1)
        .flat_map(|rest| rest.strip_prefix('{').map_or_else(|| vec![name(rest)], group))
        .collect()
}

fn name(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// The names directly inside a brace that was just opened.
fn group(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let (mut depth, mut fresh) = (1, true);
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => fresh = true,
            c if fresh && (c.is_ascii_alphabetic() || c == '_') => {
                names.push(name(&text[at..]));
                fresh = false;
            }
            _ => (),
        }
        if depth == 0 {
            break;
        }
    }
    names
}

#[test]
fn the_reader_of_uses_reads_what_rustfmt_writes() {
    let code = "use crate::yaml;\nuse crate::{\n    config::{Project, read},\n    failure::Result, tool,\n};\ncrate::docker::labels::OWNER";
    assert_eq!(used(code), BTreeSet::from(["config", "docker", "failure", "tool", "yaml"]));
}

#[test]
fn every_module_uses_only_what_the_table_allows() {
    let table: BTreeMap<&str, &[&str]> = TABLE.into();
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !matches!(source.module.as_str(), "lib" | "main")) {
        let Some(allowed) = table.get(source.module.as_str()) else {
            wrong.push(format!("{}: the table has no module `{}`", source.path.display(), source.module));
            continue;
        };
        // What is no module of the launcher is a module of a workload, or an item of `crate` itself.
        let modules = used(&source.code).into_iter().filter(|name| table.contains_key(name));
        for module in modules.filter(|name| *name != source.module && !allowed.contains(name)) {
            wrong.push(format!("{}: `{}` may not use `{module}`", source.path.display(), source.module));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_has_no_circle() {
    let table: BTreeMap<&str, &[&str]> = TABLE.into();
    let mut left: BTreeSet<&str> = table.keys().copied().collect();
    while !left.is_empty() {
        let free: Vec<&str> = left
            .iter()
            .copied()
            .filter(|module| table[module].iter().all(|used| !left.contains(used)))
            .collect();
        assert!(!free.is_empty(), "a circle among {left:?}");
        for module in free {
            left.remove(module);
        }
    }
}

#[test]
fn every_outside_door_has_its_keeper() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.module != "apps") {
        for (door, keepers) in DOORS {
            let named = source.code.match_indices(door).any(|(at, _)| !source.code[..at].ends_with(is_path));
            if named && !keepers.contains(&source.module.as_str()) {
                wrong.push(format!(
                    "{}: only {} may use `{door}`",
                    source.path.display(),
                    keepers.join(", ")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const fn is_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == ':'
}

#[test]
fn every_file_says_what_it_is_and_stays_small() {
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
    assert!(median <= 120, "the median file has {median} lines");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_library_lists_every_module() {
    let library = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let listed: BTreeSet<&str> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(listed, TABLE.iter().map(|(module, _)| *module).collect());
}

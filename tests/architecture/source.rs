//! The source files of `src/`, and the paths that their `use` declarations and expressions name.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// One file below `src/`.
pub struct Source {
    /// Its path from the root of the project, `src/cli/mod.rs`.
    pub path: PathBuf,
    /// The path of its module from the root of its crate: `["cli"]`; empty for a crate root.
    pub module: Vec<String>,
    /// The folder of its crate root: `src`, or the folder of a workload.
    pub root: PathBuf,
    /// The whole text.
    pub text: String,
    /// The text without comments.
    pub code: String,
}

impl Source {
    /// Whether it is part of a workload and not of the launcher.
    pub fn is_of_apps(&self) -> bool {
        self.path.starts_with("src/apps")
    }

    /// Whether it is compiled for tests only, by its name.
    pub fn is_test(&self) -> bool {
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        stem.ends_with("tests")
            || ["fake", "fixture"].contains(&&*stem)
            || self.path.components().any(|part| part.as_os_str() == "tests")
    }

    /// The code before its test module.
    pub fn production_code(&self) -> &str {
        let starts_tests = |(at, _): &(usize, &str)| {
            let line = self.code[*at..].lines().nth(1).unwrap_or_default().trim_start();
            line.starts_with("mod ") || (line.starts_with("pub(") && line.contains(" mod "))
        };
        let end = self.code.match_indices("#[cfg(test)]").find(starts_tests).map(|(at, _)| at);
        &self.code[..end.unwrap_or(self.code.len())]
    }

    /// Every path in its production code that begins at the crate or at a parent module, from the root of the crate.
    pub fn paths(&self) -> BTreeSet<Vec<String>> {
        let code = self.production_code();
        let starts = ["crate::", "super::"].iter().flat_map(|start| code.match_indices(start));
        let mut found = BTreeSet::new();
        for (at, _) in starts {
            // Only the beginning of a path counts: `super::super::a` is read from its first word.
            if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            for path in expand(&code[at..]) {
                found.extend(self.absolute(&path));
            }
        }
        found
    }

    fn absolute(&self, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        if first == "crate" {
            return Some(rest.to_vec());
        }
        let ups = path.iter().take_while(|word| *word == "super").count();
        let kept = self.module.len().checked_sub(ups)?;
        Some(self.module[..kept].iter().cloned().chain(path[ups..].iter().cloned()).collect())
    }
}

/// All files below `src/`.
pub fn sources() -> Vec<Source> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    collect(&project.join("src"), &mut paths);
    assert!(paths.len() > 50, "the walk over src/ found {} files", paths.len());
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let path = path.strip_prefix(project).unwrap().to_owned();
        let root = root_of(&path);
        Source { module: module_of(&path, &root), code: without_comments(&text), text, path, root }
    };
    paths.into_iter().map(read).collect()
}

/// The workloads are crates of their own, each in a folder of `src/apps`.
fn root_of(path: &Path) -> PathBuf {
    let shared = path.starts_with("src/apps/shared") || path == Path::new("src/apps/mod.rs");
    if path.starts_with("src/apps") && !shared { path.iter().take(3).collect() } else { PathBuf::from("src") }
}

fn module_of(path: &Path, root: &Path) -> Vec<String> {
    let relative = path.strip_prefix(root).unwrap().with_extension("");
    let mut words: Vec<String> = relative.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    if words.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        words.pop();
    }
    words
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

/// The paths that the text begins with: one, or one for each leaf of the groups in it.
pub fn expand(text: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    read_path(text, &mut Vec::new(), &mut paths);
    paths
}

/// Reads one path or group at the start of `text`; returns the number of bytes that it takes.
fn read_path(text: &str, before: &mut Vec<String>, paths: &mut Vec<Vec<String>>) -> usize {
    let depth = before.len();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        if rest.starts_with('{') {
            at += read_group(rest, before, paths);
            break;
        }
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if end == 0 {
            break;
        }
        before.push(rest[..end].to_owned());
        at += end;
        if !text[at..].starts_with("::") {
            paths.push(before.clone());
            break;
        }
        at += 2;
    }
    before.truncate(depth);
    at
}

fn read_group(text: &str, before: &mut Vec<String>, paths: &mut Vec<Vec<String>>) -> usize {
    let mut at = 1;
    while at < text.len() {
        let rest = &text[at..];
        match rest.chars().next() {
            Some('}') | None => return at + 1,
            Some(c) if c.is_alphanumeric() || c == '_' => {
                at += read_path(rest, before, paths);
                // An alias does not change what is used.
                if text[at..].starts_with(" as ") {
                    at += text[at..].find([',', '}', '\n']).unwrap_or(0);
                }
            }
            Some(c) => at += c.len_utf8(),
        }
    }
    at
}

//! The inputs of a build: the state of every path and variable on which its result depends. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Files, Wanted};

/// The paths on which a build depends, as `flux-build` reports them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Dependencies {
    /// Files that were read.
    #[serde(deserialize_with = "or_empty")]
    pub files: BTreeSet<String>,
    /// Paths of which it matters whether they are a file, a directory or missing.
    #[serde(deserialize_with = "or_empty")]
    pub probed: BTreeSet<String>,
    /// Directories of which the paths of all files matter.
    #[serde(deserialize_with = "or_empty")]
    pub listed: BTreeSet<String>,
}

/// An invalid definition fails before any path is read; the program then prints `null`.
fn or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<String>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// What a build found. Two builds of one Kustomization with equal traces have equal results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trace {
    /// The SHA-256 of each file; `None` if it is missing.
    files: BTreeMap<String, Option<String>>,
    probed: BTreeMap<String, Kind>,
    listed: BTreeMap<String, BTreeSet<String>>,
    /// The variables that the files mention, with their values.
    variables: BTreeMap<String, Option<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    File,
    Directory,
    Missing,
}

impl Trace {
    /// The trace of a build of `wanted` from `source`.
    pub(super) fn of(source: &Files, wanted: &Wanted<'_>, on: &Dependencies) -> Self {
        let mut mentioned = mentions(wanted.definition.to_string().as_bytes());
        for path in &on.files {
            mentioned.extend(source.get(path).map(|bytes| mentions(bytes)).unwrap_or_default());
        }
        Self::with(source, wanted, on, mentioned)
    }

    /// Whether a build of `wanted` from `source` would find the same.
    pub(super) fn holds(&self, source: &Files, wanted: &Wanted<'_>) -> bool {
        let on = Dependencies {
            files: self.files.keys().cloned().collect(),
            probed: self.probed.keys().cloned().collect(),
            listed: self.listed.keys().cloned().collect(),
        };
        // Equal files mention the same variables.
        *self == Self::with(source, wanted, &on, self.variables.keys().cloned().collect())
    }

    /// The files that the build read.
    pub(super) fn files(&self) -> BTreeSet<String> {
        self.files.keys().cloned().collect()
    }

    fn with(source: &Files, wanted: &Wanted<'_>, on: &Dependencies, mentioned: BTreeSet<String>) -> Self {
        let hash =
            |path: &String| (path.clone(), source.get(path).map(|bytes| hex::encode(Sha256::digest(bytes))));
        let value = |name: String| {
            let value = wanted.variables.and_then(|variables| variables.get(&name)).cloned();
            (name, value)
        };
        let paths = |folder: &String| (folder.clone(), below(source, folder).cloned().collect());
        Self {
            files: on.files.iter().map(hash).collect(),
            probed: on.probed.iter().map(|path| (path.clone(), kind(source, path))).collect(),
            listed: on.listed.iter().map(paths).collect(),
            variables: mentioned.into_iter().map(value).collect(),
        }
    }
}

/// The paths of the files below `folder`; `.` is the whole source.
fn below<'a>(source: &'a Files, folder: &'a str) -> impl Iterator<Item = &'a String> {
    let prefix = if folder == "." { String::new() } else { format!("{folder}/") };
    source.range(prefix.clone()..).map(|(path, _)| path).take_while(move |path| path.starts_with(&prefix))
}

fn kind(source: &Files, path: &str) -> Kind {
    if source.contains_key(path) {
        Kind::File
    } else if below(source, path).next().is_some() {
        Kind::Directory
    } else {
        Kind::Missing
    }
}

/// The names after every `${` in `text`.
fn mentions(text: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(text);
    let name = |rest: &str| -> String {
        let rest = rest.trim_start_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '}'));
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
    };
    text.split("${").skip(1).map(name).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn source(files: &[(&str, &str)]) -> Files {
        files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    fn dependencies() -> Dependencies {
        let set = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect();
        Dependencies {
            files: set(&["apps/a.yaml"]),
            probed: set(&["apps", "apps/Kustomization", "apps/a.yaml"]),
            listed: set(&["apps/conf"]),
        }
    }

    const A: (&str, &str) = ("apps/a.yaml", "host: ${HOSTNAME}\nx: ${#LENGTH} ${NONE:=x}\n");
    const CONF: (&str, &str) = ("apps/conf/x.yaml", "a: 1\n");

    fn holds(files: &[(&str, &str)], hostname: &str, unused: &str) -> bool {
        let variables = |host: &str, unused: &str| {
            BTreeMap::from([("HOSTNAME", host), ("UNUSED", unused)])
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect::<BTreeMap<_, _>>()
        };
        let before = variables("a", "1");
        let definition = json!({"spec": {"path": "./apps"}});
        let wanted = Wanted { definition: definition.clone(), variables: Some(&before) };
        let trace = Trace::of(&source(&[A, CONF]), &wanted, &dependencies());
        let after = variables(hostname, unused);
        trace.holds(&source(files), &Wanted { definition, variables: Some(&after) })
    }

    #[test]
    fn unrelated_files_and_variables_do_not_matter() {
        assert!(holds(&[A, CONF, ("apps/new.yaml", ""), ("appsx", "")], "a", "2"));
    }

    #[test]
    fn every_dependency_matters() {
        assert!(!holds(&[A, CONF], "b", "1"), "a variable");
        assert!(!holds(&[(A.0, "changed"), CONF], "a", "1"), "a file");
        assert!(!holds(&[A, CONF, ("apps/Kustomization", "")], "a", "1"), "a file that was missing");
        assert!(!holds(&[A, CONF, ("apps/conf/y.yaml", "")], "a", "1"), "a listed directory");
        assert!(!holds(&[A], "a", "1"), "an empty directory");
    }

    #[test]
    fn variables_are_found_in_every_form_of_expression() {
        let found = mentions(b"${A} ${B:=${C}} $${D} ${#E} ${} $F ${1x}");
        assert_eq!(found, ["1x", "A", "B", "C", "D", "E"].map(str::to_owned).into());
    }

    proptest! {
        #[test]
        fn the_state_of_a_path_is_that_of_a_file_system(paths in prop::collection::btree_set("[ab](/[ab]){0,2}", 0..6)) {
            let leaf = |path: &String| !paths.iter().any(|other| other.starts_with(&format!("{path}/")));
            let files: Files = paths.iter().filter(|path| leaf(path)).map(|path| (path.clone(), Vec::new())).collect();
            for path in ["a", "b", "a/a", "a/b", "b/a/b"] {
                let inside = files.keys().filter(|file| file.starts_with(&format!("{path}/"))).count();
                let expected = if files.contains_key(path) { Kind::File } else if inside > 0 { Kind::Directory } else { Kind::Missing };
                prop_assert_eq!(kind(&files, path), expected);
                prop_assert_eq!(below(&files, path).count(), inside);
            }
            prop_assert_eq!(below(&files, ".").count(), files.len());
        }
    }
}

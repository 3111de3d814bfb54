//! Failures of builds whose cause is known: their place, and what to do. Pure.

use std::path::Path;

use super::{
    build::{BuildError, Files},
    definition_source,
    fields::Position,
    file_type,
    tree::display_path,
};
use crate::{
    base::{
        failure::{Failure, Kind, Location},
        yaml::{self, Node},
    },
    config::nearest,
};

/// How `flux-build` says that something would have been read from the network.
const REMOTE: [&str; 2] = ["the tree must not read from the network", "no 'git' program on path"];

/// The failure of a build, if its kind is known well enough to be said in our own words.
pub(super) fn known(files: &Files, error: &BuildError) -> Option<Failure> {
    let message = &error.message;
    if REMOTE.iter().any(|text| message.contains(text)) {
        return Some(remote(files, error, remote_entry(files, error)));
    }
    if let Some((_, rest)) = message.split_once("unknown field \"") {
        return unknown_field(files, error, rest.split('"').next()?);
    }
    // Kustomize takes some addresses for paths.
    let other = || remote_entry(files, error).map(|entry| remote(files, error, Some(entry)));
    expression(files, error).or_else(other)
}

fn failure(error: &BuildError, message: &str, location: Option<Location>) -> Failure {
    let failure = Failure::new(Kind::Environment, format!("Flux cannot build the phase `{}`", error.name));
    let failure = failure.because(message);
    match location {
        Some(location) => failure.at(location),
        None => failure,
    }
}

/// The fields of a kustomization that name files or directories.
const PATHS: [&str; 17] = [
    "resources",
    "components",
    "bases",
    "crds",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "patchesStrategicMerge",
    "patchesJson6902",
    "patches",
    "replacements",
    "openapi",
    "configMapGenerator",
    "secretGenerator",
    "helmCharts",
    "helmChartInflationGenerator",
];
/// The fields in these that do not.
const TEXTS: [&str; 4] = ["patch", "literals", "options", "target"];

/// The first entry of a kustomization that names something outside the tree.
fn remote_entry(files: &Files, error: &BuildError) -> Option<(String, Location)> {
    kustomizations(files, error).find_map(|(path, document)| {
        let entries = document.entries().iter().filter(|(key, _)| PATHS.contains(&key.name.as_str()));
        let (text, position) = entries.into_iter().find_map(|(_, node)| remote_text(node))?;
        Some((text, at(&path, position)))
    })
}

fn remote_text(node: &Node) -> Option<(String, Position)> {
    if let Some(text) = node.text() {
        return is_remote(text).then(|| (text.to_owned(), node.position));
    }
    let entries = node.entries().iter().filter(|(key, _)| !TEXTS.contains(&key.name.as_str()));
    entries.map(|(_, inner)| inner).chain(node.items()).find_map(remote_text)
}

fn remote(files: &Files, error: &BuildError, entry: Option<(String, Location)>) -> Failure {
    let (message, location) = match entry {
        Some((text, location)) => (format!("{}: `{text}`", REMOTE[0]), Some(location)),
        None => (REMOTE[0].to_owned(), definition_source::field_of_definition(files, &error.name, "")),
    };
    failure(error, &message, location)
        .hint("copy what it reads into the tree, so that a digest always means the same")
}

/// Whether kustomize reads this entry from the network.
fn is_remote(text: &str) -> bool {
    let text = text.split_once('=').filter(|(name, _)| !name.contains('/')).map_or(text, |(_, value)| value);
    let text = text.strip_prefix("git::").unwrap_or(text).to_ascii_lowercase();
    let is_url = text.split_once("://").is_some_and(|(scheme, rest)| {
        !rest.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+')
    });
    let is_ssh = text.split_once('@').is_some_and(|(user, rest)| {
        !user.is_empty()
            && !user.contains(['/', ' '])
            && rest.contains(':')
            && !text.contains(char::is_whitespace)
    });
    !text.contains('\n')
        && (is_url || is_ssh || text.starts_with("github.com/") || text.starts_with("github.com:"))
}

fn unknown_field(files: &Files, error: &BuildError, name: &str) -> Option<Failure> {
    let (location, parent) = kustomizations(files, error).find_map(|(path, document)| {
        let named = error.message.contains(&format!("gitops/{path}"))
            || error.message.contains(&format!("gitops/{}'", file_type::parent(&path)));
        let found = if named { key(&document, name) } else { None };
        found.map(|position| (at(&path, position), path))
    })?;
    let message = format!("kustomize has no field `{name}`, and Flux would ignore it");
    debug_assert!(file_type::is_kustomization(&parent), "{parent}");
    let found = failure(error, &message, Some(location));
    Some(match nearest(name, FIELDS) {
        Some(near) if near != name => found.hint(format!("the nearest known name is `{near}`")),
        _ => found.hint("remove it"),
    })
}

/// The fields of a kustomization.
const FIELDS: [&str; 30] = [
    "apiVersion",
    "kind",
    "metadata",
    "openapi",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "patchesStrategicMerge",
    "patchesJson6902",
    "patches",
    "images",
    "replacements",
    "replicas",
    "vars",
    "sortOptions",
    "resources",
    "components",
    "crds",
    "bases",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "buildMetadata",
];

/// The position of a key at any depth. JSON ignores the case.
fn key(node: &Node, name: &str) -> Option<Position> {
    let own = node.entries().iter().find(|(key, _)| key.name.eq_ignore_ascii_case(name));
    own.map(|(key, _)| key.position).or_else(|| {
        let inner = node.entries().iter().map(|(_, inner)| inner).chain(node.items());
        inner.into_iter().find_map(|inner| key(inner, name))
    })
}

/// A CEL expression that the controller cannot compile.
fn expression(files: &Files, error: &BuildError) -> Option<Failure> {
    let (field, message) = error.message.split_once(": ")?;
    if !field.starts_with("spec.") || field.contains(char::is_whitespace) {
        return None;
    }
    let location = definition_source::field_of_definition(files, &error.name, field);
    let cure = "correct the expression; https://fluxcd.io/flux/cheatsheets/cel-healthchecks/ has examples";
    Some(failure(error, &format!("`{field}`: {message}"), location).hint(cure))
}

/// The kustomizations that a build read or that its error names, parsed.
fn kustomizations<'a>(files: &'a Files, error: &'a BuildError) -> impl Iterator<Item = (String, Node)> + 'a {
    let lists = error.files.iter().filter(|path| file_type::is_kustomization(path));
    lists.filter_map(|path| {
        let text = std::str::from_utf8(files.get(path)?).ok()?;
        Some((path.clone(), yaml::nodes(text).into_iter().next()?))
    })
}

fn at(path: &str, position: Position) -> Location {
    debug_assert!(!Path::new(path).is_absolute(), "{path}");
    Location { file: display_path(path), position: Some(position) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located(message: &str) -> (String, String, Vec<String>) {
        let files: Files = [
            ("flux/apps.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec:\n  healthCheckExprs:\n    - kind: A\n      current: x ==\n"),
            ("apps/kustomization.yaml", "# https://x.org/a\nresources:\n  - a.yaml\n  - https://x.org/a.yaml\nresource: []\n"),
        ]
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .into();
        let error = BuildError {
            name: "apps".into(),
            message: message.into(),
            files: ["apps/kustomization.yaml".to_owned()].into(),
        };
        let failure = known(&files, &error).unwrap();
        (failure.location.unwrap().to_string(), failure.causes[0].clone(), failure.hints)
    }

    #[test]
    fn remote_entries_are_located() {
        let (place, cause, _) = located(
            "Get \"https://x.org/a.yaml\": https://x.org/a.yaml: the tree must not read from the network",
        );
        assert_eq!(place, "gitops/apps/kustomization.yaml:4:5");
        assert_eq!(cause, "the tree must not read from the network: `https://x.org/a.yaml`");
        for text in [
            "git@github.com:a/b",
            "github.com/a/b",
            "ssh://x/y",
            "a.yaml=https://x/y",
            "oci://x/y",
            "git::https://x/y",
        ] {
            assert!(is_remote(text), "{text}");
        }
        for text in ["a.yaml", "../base", "a=b", "me@example.org", "kind: A\nurl: https://x\n", "op: x"] {
            assert!(!is_remote(text), "{text}");
        }
    }

    #[test]
    fn unknown_fields_are_located() {
        let message =
            "gitops/apps/kustomization.yaml: invalid Kustomization: json: unknown field \"resource\"";
        let (place, _, hints) = located(message);
        assert_eq!(place, "gitops/apps/kustomization.yaml:5:1");
        assert_eq!(hints, ["the nearest known name is `resources`"]);
        assert_eq!(
            located(&message.replace("/kustomization.yaml:", "':")).0,
            "gitops/apps/kustomization.yaml:5:1"
        );
    }

    #[test]
    fn expressions_are_located() {
        let (place, cause, _) =
            located("spec.healthCheckExprs[0].current: failed to parse the CEL expression 'x =='");
        assert_eq!(place, "gitops/flux/apps.yaml:7:7");
        assert!(cause.contains("failed to parse"), "{cause}");
    }
}

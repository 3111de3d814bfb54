//! Finds the line of the tree that a message from the cluster refers to. Pure.

use super::{Tree, file_type, tree::display_path};
use crate::base::{failure::Location, yaml};

/// Returns the location of the object that `message` names, or of the field if it names one.
///
/// Flux and the API server name objects as `Kind/namespace/name`, `Kind/name` or `Kind namespace/name`, and
/// fields as `spec.replicas`. `None` if the message names no object of the tree.
pub fn source_location(tree: &Tree, message: &str) -> Option<Location> {
    let mut best: Option<(usize, Location)> = None;
    for (path, content) in
        tree.files().filter(|(path, _)| file_type::is_manifest(path) && !file_type::is_kustomization(path))
    {
        let Ok(text) = std::str::from_utf8(content) else { continue };
        let Ok(documents) = yaml::parse(&display_path(path), text) else { continue };
        let starts: Vec<usize> = documents.iter().map(|document| document.line).collect();
        for (index, document) in documents.iter().enumerate() {
            let kind = document.value["kind"].as_str().unwrap_or_default();
            let name = document.value["metadata"]["name"].as_str().unwrap_or_default();
            let Some(at) = mention_of(message, kind, name).or_else(|| mention_of_pod(message, kind, name))
            else {
                continue;
            };
            // A message is about the first object that it names.
            if best.as_ref().is_none_or(|(before, _)| at < *before) {
                let lines = (document.line, starts.get(index + 1).copied().unwrap_or(usize::MAX));
                let line = field_line(text, lines, &message[at..]);
                let position = Some((line.unwrap_or(document.line), 1));
                best = Some((at, Location { file: display_path(path), position }));
            }
        }
    }
    best.map(|(_, location)| location)
}

/// Finds the object in `message`: its kind, a `/` or a space, optionally its namespace, and its name.
fn mention_of(message: &str, kind: &str, name: &str) -> Option<usize> {
    if kind.is_empty() || name.is_empty() {
        return None;
    }
    message.match_indices(kind).map(|(at, _)| at).find(|at| {
        let before = message[..*at].chars().next_back();
        let rest = message[at + kind.len()..].strip_prefix(['/', ' ']);
        let is_word = before.is_none_or(|c| !c.is_alphanumeric());
        is_word && rest.is_some_and(|rest| names(rest.trim_start_matches('"'), name))
    })
}

/// Finds a pod of the Deployment in `message`: `Pod namespace/NAME-<template>-<random>`.
fn mention_of_pod(message: &str, kind: &str, name: &str) -> Option<usize> {
    let pods = message.match_indices("Pod ").filter(|_| kind == "Deployment" && !name.is_empty());
    pods.map(|(at, _)| at).find(|at| {
        let word = message[at + 4..].split([' ', ':', ',', '"']).next().unwrap_or_default();
        let pod = word.rsplit('/').next().unwrap_or(word);
        let mut parts = pod.rsplitn(3, '-');
        let (_, _, deployment) = (parts.next(), parts.next(), parts.next());
        deployment == Some(name)
    })
}

/// Whether `rest` begins with `name` or with `namespace/name`.
fn names(rest: &str, name: &str) -> bool {
    let word = rest.split(|c: char| c.is_whitespace() || matches!(c, '"' | ':' | ',' | ';')).next();
    word.is_some_and(|word| {
        word == name
            || word
                .split_once('/')
                .is_some_and(|(_, last)| last == name || last.starts_with(&format!("{name}/")))
    })
}

/// Returns the line of the first field in `message`, within the lines of a document.
fn field_line(text: &str, (first, end): (usize, usize), message: &str) -> Option<usize> {
    let field = message
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '(' | ')'))
        .map(|word| word.trim_end_matches(':').trim_start_matches('.'))
        .find(|word| ["spec.", "metadata.", "data.", "rules["].iter().any(|start| word.starts_with(start)))?;
    let mut line = first;
    let mut found = None;
    for key in field.split('.').map(|part| part.split('[').next().unwrap_or(part)) {
        let within = |number: &usize| (line..end).contains(number);
        let hit = text
            .lines()
            .enumerate()
            .map(|(index, text)| (index + 1, text))
            .find(|(number, text)| within(number) && has_key(text, key));
        // Keys that kustomize adds are in no file; the last key that is found is the nearest.
        let Some((number, _)) = hit else { break };
        (line, found) = (number, Some(number));
    }
    found
}

/// Whether a line of YAML contains the key `key`.
fn has_key(line: &str, key: &str) -> bool {
    line.match_indices(key).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let is_key = before.is_none_or(|c| matches!(c, ' ' | '{' | '"' | '\'' | ','));
        is_key && line[at + key.len()..].trim_start_matches(['"', '\'']).starts_with(':')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: &str = "# The service first.\napiVersion: v1\nkind: Service\nmetadata:\n  name: backend\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: backend\nspec:\n  replicas: -1\n  template:\n    spec:\n      containers:\n        - name: backend\n          ports: [{containerPort: 99999}]\n";

    fn located(message: &str) -> Option<String> {
        let tree = Tree::from_files([
            ("apps/app.yaml", APP),
            ("apps/kustomization.yaml", "resources: [app.yaml]\n"),
        ]);
        source_location(&tree, message).map(|location| location.to_string())
    }

    #[test]
    fn objects_and_fields_are_found_in_messages() {
        let refused = "Deployment/seasense/backend dry-run failed (Invalid): Deployment.apps \"backend\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0";
        assert_eq!(located(refused).as_deref(), Some("gitops/apps/app.yaml:12:1"));
        let deep = "Deployment/seasense/backend dry-run failed: spec.template.spec.containers[0].ports[0].containerPort: Invalid value";
        assert_eq!(located(deep).as_deref(), Some("gitops/apps/app.yaml:17:1"));
        let added =
            "Deployment/seasense/backend dry-run failed: .spec.strategy.tipe: field not declared in schema";
        assert_eq!(located(added).as_deref(), Some("gitops/apps/app.yaml:11:1"));
    }

    #[test]
    fn without_a_field_the_object_is_located() {
        assert_eq!(
            located("Service seasense/backend: no endpoints").as_deref(),
            Some("gitops/apps/app.yaml:2:1")
        );
        assert_eq!(
            located("Deployment seasense/backend: 0 of 1 ready").as_deref(),
            Some("gitops/apps/app.yaml:7:1")
        );
    }

    #[test]
    fn a_pod_is_located_at_its_deployment() {
        let crashed = "Pod seasense/backend-5d4f9b7c6-x2x9k: CrashLoopBackOff";
        assert_eq!(located(crashed).as_deref(), Some("gitops/apps/app.yaml:7:1"));
    }

    #[test]
    fn objects_outside_the_tree_have_no_location() {
        for message in
            ["Deployment/seasense/backend-2 failed", "Pod seasense/backend-db-5f-x: crashed", "no match", ""]
        {
            assert_eq!(located(message), None, "{message}");
        }
    }
}

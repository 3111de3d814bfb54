//! The objects that are written in the files of the tree, with their lines. Pure.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{build::Files, file_type, tree::display_path};
use crate::base::{failure::Location, yaml};

/// An object in a file. Its name and namespace may be changed by kustomize.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub path: String,
    pub kind: String,
    pub name: String,
    /// The line of its first key, and the first line after it.
    pub lines: (usize, usize),
}

/// Returns the objects of the files that `select` accepts, by kind and name. Files that are not YAML have none.
pub(super) fn written(files: &Files, select: impl Fn(&str) -> bool) -> Vec<Written> {
    let mut found = Vec::new();
    for (path, content) in files.iter().filter(|(path, _)| file_type::is_manifest(path) && select(path)) {
        let Ok(text) = std::str::from_utf8(content) else { continue };
        let Ok(documents) = yaml::parse(&display_path(path), text) else { continue };
        let starts: Vec<usize> = documents.iter().map(|document| document.line).collect();
        for (at, document) in documents.iter().enumerate() {
            let (kind, name) = (&document.value["kind"], &document.value["metadata"]["name"]);
            if let (Some(kind), Some(name)) = (kind.as_str(), name.as_str()) {
                let end = starts.get(at + 1).copied().unwrap_or(usize::MAX);
                let (kind, name) = (kind.to_owned(), name.to_owned());
                found.push(Written { path: path.clone(), kind, name, lines: (document.line, end) });
            }
        }
    }
    found
}

impl Written {
    /// Whether `object` is built from this one.
    pub(super) fn is(&self, object: &Value) -> bool {
        object["kind"] == self.kind.as_str() && object["metadata"]["name"] == self.name.as_str()
    }

    /// The location of `text` in the object; its first line if the text is written otherwise.
    pub(super) fn location(&self, files: &Files, text: Option<&str>) -> Location {
        let content = files.get(&self.path).map(|content| String::from_utf8_lossy(content).into_owned());
        let content = content.unwrap_or_default();
        let start: usize =
            content.split_inclusive('\n').take(self.lines.0.saturating_sub(1)).map(str::len).sum();
        let length = self.lines.1.saturating_sub(self.lines.0);
        let body: usize = content[start..].split_inclusive('\n').take(length).map(str::len).sum();
        let found = text.and_then(|text| content[start..start + body].find(text));
        match found {
            Some(at) => Location::at_offset(display_path(&self.path), &content, start + at),
            None => Location { file: display_path(&self.path), position: Some((self.lines.0, 1)) },
        }
    }
}

/// Returns `KIND NAMESPACE/NAME` of `object`, for messages.
pub(super) fn describe(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let (kind, name) = (text(&object["kind"]), text(&object["metadata"]["name"]));
    match object["metadata"]["namespace"].as_str() {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    }
}

/// The kinds and names of the objects in `text`, read line by line: upstream manifests are megabytes.
pub(super) fn names(text: &str) -> BTreeMap<(String, String), usize> {
    let mut found = BTreeMap::new();
    let mut line = 1;
    for document in text.split("\n---") {
        let field = |prefix: &str| {
            let mut values = document.lines().filter_map(|line| line.strip_prefix(prefix));
            values.next().map(|value| value.trim().trim_matches(['"', '\'']).to_owned())
        };
        if let (Some(kind), Some(name)) = (field("kind: "), field("  name: ")) {
            found.insert((kind, name), line);
        }
        line += document.matches('\n').count() + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str =
        "# two\nkind: A\nmetadata: {name: a}\nx: y\n---\nkind: B\nmetadata:\n  name: b\nx: y\n";

    #[test]
    fn objects_are_found_with_their_lines() {
        let files = Files::from([
            ("a.yaml".to_owned(), TEXT.as_bytes().to_vec()),
            ("b.json".to_owned(), b"{\"kind\": \"C\", \"metadata\": {\"name\": \"c\"}}".to_vec()),
            ("broken.yaml".to_owned(), b"a: [\n".to_vec()),
        ]);
        let all = written(&files, |_| true);
        let kinds: Vec<&str> = all.iter().map(|object| object.kind.as_str()).collect();
        assert_eq!(kinds, ["A", "B", "C"]);
        assert!(all[1].is(&json!({"kind": "B", "metadata": {"name": "b"}})));
        assert_eq!(all[1].location(&files, Some("x: y")).to_string(), "gitops/a.yaml:9:1");
        assert_eq!(all[0].location(&files, Some("x: y")).to_string(), "gitops/a.yaml:4:1");
        assert_eq!(all[0].location(&files, Some("none")).to_string(), "gitops/a.yaml:2:1");
    }

    #[test]
    fn names_are_read_without_parsing() {
        let found =
            names("kind: A\nmetadata:\n  name: a\n---\nkind: B\nmetadata:\n  labels: {}\n  name: \"b\"\n");
        let expected = [("A", "a"), ("B", "b")].map(|(kind, name)| (kind.to_owned(), name.to_owned()));
        assert_eq!(found.into_keys().collect::<Vec<_>>(), expected);
    }
}

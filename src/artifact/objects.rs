//! The objects that are written in the files of the tree, with their lines. Pure.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{build::Files, fields, file_type, tree::display_path};
use crate::base::{
    failure::Location,
    yaml::{self, Node},
};

/// An object in a file. Its name and namespace may be changed by kustomize.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub path: String,
    pub kind: String,
    pub name: String,
    /// The line of its first key, and the first line after it.
    pub lines: (usize, usize),
    /// The object as it is written.
    pub value: Value,
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
                let value = document.value.clone();
                found.push(Written { path: path.clone(), kind, name, lines: (document.line, end), value });
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

    /// Whether `object` is built from this one by transformers that change its name: what they added is written
    /// somewhere, which `is_written` decides.
    pub(super) fn is_renamed(&self, object: &Value, is_written: impl Fn(&str) -> bool) -> bool {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        object["kind"] == self.kind.as_str()
            && name.match_indices(&self.name).any(|(at, _)| {
                let (prefix, suffix) = (&name[..at], &name[at + self.name.len()..]);
                [prefix, suffix].iter().all(|part| part.is_empty() || is_written(part))
            })
    }

    /// The first line of the object.
    pub(super) fn start(&self) -> Location {
        self.at((self.lines.0, 1))
    }

    /// The location of `text` in a key or a value of the object.
    pub(super) fn text(&self, files: &Files, text: &str) -> Option<Location> {
        let content = self.content(files)?;
        fields::text(&self.node(content)?, content, text).map(|position| self.at(position))
    }

    /// The location of a field of `object`, which is built from this one; the deepest part that is written here.
    pub(super) fn field(&self, files: &Files, object: &Value, path: &str) -> Option<Location> {
        let node = self.node(self.content(files)?)?;
        let found = fields::field(&node, object, &fields::steps(path));
        (found.depth > 0).then(|| self.at(found.position))
    }

    fn content<'a>(&self, files: &'a Files) -> Option<&'a str> {
        std::str::from_utf8(files.get(&self.path)?).ok()
    }

    fn node(&self, content: &str) -> Option<Node> {
        yaml::nodes(content).into_iter().find(|node| node.position.0 == self.lines.0)
    }

    fn at(&self, position: fields::Position) -> Location {
        Location { file: display_path(&self.path), position: Some(position) }
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
        let text = |at: usize, text: &str| all[at].text(&files, text).map(|location| location.to_string());
        assert_eq!(text(1, "y").as_deref(), Some("gitops/a.yaml:9:4"));
        assert_eq!(text(0, "y").as_deref(), Some("gitops/a.yaml:4:4"));
        assert_eq!(text(0, "two"), None, "a comment");
        let field = |path: &str| all[1].field(&files, &json!({}), path).map(|location| location.to_string());
        assert_eq!(field("metadata.name").as_deref(), Some("gitops/a.yaml:8:3"));
        assert_eq!(field("metadata.labels.a").as_deref(), Some("gitops/a.yaml:7:1"));
        assert_eq!(field("spec"), None);
        assert_eq!(all[0].start().to_string(), "gitops/a.yaml:2:1");
    }

    #[test]
    fn renamed_objects_are_recognized() {
        let files = Files::from([("a.yaml".to_owned(), TEXT.as_bytes().to_vec())]);
        let all = written(&files, |_| true);
        let renamed = |name: &str| {
            all[1].is_renamed(&json!({"kind": "B", "metadata": {"name": name}}), |part| part == "old-")
        };
        assert!(renamed("old-b") && renamed("b") && !renamed("new-b") && !renamed("c"));
    }

    #[test]
    fn names_are_read_without_parsing() {
        let found =
            names("kind: A\nmetadata:\n  name: a\n---\nkind: B\nmetadata:\n  labels: {}\n  name: \"b\"\n");
        let expected = [("A", "a"), ("B", "b")].map(|(kind, name)| (kind.to_owned(), name.to_owned()));
        assert_eq!(found.into_keys().collect::<Vec<_>>(), expected);
    }
}

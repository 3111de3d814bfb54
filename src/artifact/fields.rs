//! Finds fields and texts in the source of an object. Pure.

use serde_json::Value;

use crate::base::yaml::{Content, Node};

/// A line and a column, from 1.
pub(super) type Position = (usize, usize);

/// A field that was looked for in a source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    /// The position of the deepest part of the path that the source contains.
    pub position: Position,
    /// The number of parts that it contains.
    pub depth: usize,
    /// The value, if the source contains the whole path.
    pub value: Option<&'a Node>,
}

/// Splits `spec.containers[0].image` into its names and indices.
pub(super) fn steps(path: &str) -> Vec<&str> {
    path.split(['.', '[', ']']).filter(|step| !step.is_empty()).collect()
}

/// The value of a field of an object.
pub(super) fn value<'a>(object: &'a Value, steps: &[&str]) -> Option<&'a Value> {
    if steps.is_empty() {
        return Some(object);
    }
    if let Value::Array(items) = object {
        return value(items.get(steps[0].parse::<usize>().ok()?)?, &steps[1..]);
    }
    (1..=steps.len()).rev().find_map(|used| value(object.get(steps[..used].join("."))?, &steps[used..]))
}

/// Looks for a field in the source of `object`. Items of lists have the index in `object`; in the source they are
/// recognized by their `name`, because patches and transformers may have moved them.
pub(super) fn field<'a>(source: &'a Node, object: &Value, steps: &[&str]) -> Found<'a> {
    let mut found = Found { position: source.position, depth: 0, value: None };
    let (mut node, mut value) = (source, object);
    while found.depth < steps.len() {
        let rest = &steps[found.depth..];
        let next = match &node.content {
            Content::Map(_) => entry(node, rest),
            Content::List(items) => item(items, value, rest[0]),
            Content::Scalar(_) => None,
        };
        let Some((used, position, inner)) = next else { return found };
        value = match value {
            Value::Array(items) => rest[0].parse().ok().and_then(|at: usize| items.get(at)),
            value => value.get(rest[..used].join(".")),
        }
        .unwrap_or(&Value::Null);
        node = inner;
        found = Found { position, depth: found.depth + used, value: None };
    }
    Found { value: Some(node), ..found }
}

/// The entry with the longest name: a name may contain dots.
fn entry<'a>(node: &'a Node, rest: &[&str]) -> Option<(usize, Position, &'a Node)> {
    (1..=rest.len()).rev().find_map(|used| {
        let (key, inner) = node.entry(&rest[..used].join("."))?;
        Some((used, key.position, inner))
    })
}

fn item<'a>(items: &'a [Node], value: &Value, step: &str) -> Option<(usize, Position, &'a Node)> {
    let at: usize = step.parse().ok()?;
    let name = value.get(at).and_then(|item| item["name"].as_str());
    let named = |item: &&Node| name.is_some() && item.get("name").and_then(Node::text) == name;
    let same = items.get(at).filter(|item| item.get("name").is_none() || name.is_none());
    let inner = items.iter().find(named).or(same)?;
    Some((1, inner.position, inner))
}

/// The position of `text` as whole words in a key or a value of `source`, not in a comment. `content` is the file.
pub(super) fn text(source: &Node, content: &str, text: &str) -> Option<Position> {
    let mut found = None;
    source.each_text(&mut |own, position| {
        if found.is_none() && word_offset(own, text).is_some() {
            found = Some(position);
        }
    });
    let (line, column) = found?;
    // A text of several lines begins at its indicator.
    let start: usize = content.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = &content[start..];
    let skipped = rest.char_indices().nth(column - 1).map_or(0, |(at, _)| at);
    let Some(at) = word_offset(&rest[skipped..], text) else { return found };
    let before = &rest[..skipped + at];
    let last = before.rsplit('\n').next().unwrap_or_default();
    Some((line + before.matches('\n').count(), last.chars().count() + 1))
}

/// The offset of `text` that is not a part of a longer name.
pub(super) fn word_offset(content: &str, text: &str) -> Option<usize> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let (starts, ends) = (text.starts_with(is_name), text.ends_with(is_name));
    content.match_indices(text).map(|(at, _)| at).find(|at| {
        let longer_before = starts && content[..*at].ends_with(is_name);
        let longer_after = ends && content[at + text.len()..].starts_with(is_name);
        !longer_before && !longer_after
    })
}

/// As [`word_offset`], preferring a place that is not in a comment of YAML.
pub(super) fn offset_outside_comments(content: &str, text: &str) -> Option<usize> {
    let mut start = 0;
    for line in content.split_inclusive('\n') {
        let comment = if line.trim_start().starts_with('#') { Some(0) } else { line.find(" #") };
        let code = &line[..comment.unwrap_or(line.len())];
        if let Some(at) = word_offset(code, text) {
            return Some(start + at);
        }
        start += line.len();
    }
    word_offset(content, text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::yaml::nodes;

    const TEXT: &str = "\
kind: Deployment # image: commented
metadata:
  labels: {app.kubernetes.io/name: x}
spec:
  image: first
  containers:
    - name: sidecar
      image: second
    - name: main
      image: third
data:
  script: |
    # image of the script
    echo third-party
";

    fn position(path: &str) -> (Position, bool) {
        let containers = json!([{"name": "main"}, {"name": "sidecar"}]);
        let object = json!({"spec": {"containers": containers}});
        let all = nodes(TEXT);
        let found = field(&all[0], &object, &steps(path));
        (found.position, found.value.is_some())
    }

    #[test]
    fn the_whole_path_of_a_field_is_resolved() {
        assert_eq!(position("spec.image"), ((5, 3), true));
        assert_eq!(position("spec.containers[0].image"), ((10, 7), true), "recognized by its name");
        assert_eq!(position("spec.containers[1].image"), ((8, 7), true));
        assert_eq!(position("metadata.labels.app.kubernetes.io/name"), ((3, 12), true));
        assert_eq!(position("spec.containers[0].ports[0]"), ((9, 7), false), "the deepest part");
        assert_eq!(position("status"), ((1, 1), false));
    }

    #[test]
    fn texts_are_whole_words_outside_comments() {
        let find = |what: &str| text(&nodes(TEXT)[0], TEXT, what);
        assert_eq!(find("image"), Some((5, 3)));
        assert_eq!(find("third"), Some((10, 14)));
        assert_eq!(find("echo third-party"), Some((14, 5)));
        assert_eq!(find("commented"), None);
        assert_eq!(offset_outside_comments("# a\nb a\n", "a"), Some(6));
        assert_eq!(offset_outside_comments("# a\n", "a"), Some(2));
    }
}

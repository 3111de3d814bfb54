//! The patches of kustomizations and of Flux Kustomizations: where they are written, and what they change. Pure.

use serde_json::Value;

use super::{
    build::Files,
    fields::{self, Position},
    file_type,
    selectors::Selector,
    tree::display_path,
};
use crate::base::{
    failure::Location,
    yaml::{Content, Node, nodes},
};

/// A patch in a kustomization or in a definition.
#[derive(Debug, Clone)]
pub(super) struct Patch {
    /// The file that lists it, and its place there.
    file: String,
    position: Position,
    pub target: Option<Selector>,
    body: Body,
}

/// The text of a patch.
#[derive(Debug, Clone, Default)]
struct Body {
    file: String,
    text: String,
    /// The lines before the text in its file, and the characters before each of its lines. `None`: the text is part
    /// of a line.
    offset: Option<(usize, usize)>,
}

/// Returns the patches of a kustomization.
pub(super) fn of_kustomization(files: &Files, path: &str) -> Vec<Patch> {
    let Some(text) = text_of(files, path) else { return Vec::new() };
    let documents = nodes(text);
    let Some(document) = documents.first() else { return Vec::new() };
    let targeted = ["patches", "patchesJson6902"].into_iter().filter_map(|field| document.get(field));
    let targeted = targeted.flat_map(Node::items).map(|entry| targeted_patch(files, path, text, entry));
    let plain = document.get("patchesStrategicMerge").into_iter().flat_map(Node::items);
    let plain = plain.map(|entry| Patch {
        file: path.to_owned(),
        position: entry.position,
        target: None,
        body: entry_body(files, path, text, entry),
    });
    targeted.chain(plain).collect()
}

/// Returns the patches in a Flux Kustomization that begins at `line` of a file.
pub(super) fn of_definition(files: &Files, path: &str, line: usize) -> Vec<Patch> {
    let Some(text) = text_of(files, path) else { return Vec::new() };
    let documents = nodes(text);
    let own = documents.iter().find(|document| document.position.0 == line);
    let list = own.and_then(|own| own.get("spec")?.get("patches"));
    list.into_iter().flat_map(Node::items).map(|entry| targeted_patch(files, path, text, entry)).collect()
}

/// Returns the targets of the replacements of a kustomization, each with its place.
pub(super) fn replacement_targets(files: &Files, path: &str) -> Vec<(Selector, Location)> {
    let documents = text_of(files, path).map(nodes).unwrap_or_default();
    let entries = documents.first().and_then(|document| document.get("replacements"));
    let mut found = Vec::new();
    for entry in entries.into_iter().flat_map(Node::items) {
        found.extend(selections(path, entry));
        let outside = entry.get("path").and_then(Node::text);
        let outside = outside.and_then(|name| file_type::resolve(file_type::parent(path), name));
        if let Some((file, text)) = outside.and_then(|file| Some((file.clone(), text_of(files, &file)?))) {
            for document in nodes(text) {
                let many = document.items().iter().flat_map(|entry| selections(&file, entry));
                found.extend(many.chain(selections(&file, &document)).collect::<Vec<_>>());
            }
        }
    }
    found
}

fn selections(file: &str, replacement: &Node) -> Vec<(Selector, Location)> {
    let targets = replacement.get("targets").into_iter().flat_map(Node::items);
    let selected = targets.filter_map(|target| target.entry("select"));
    selected.map(|(key, select)| (Selector::of(select), at(file, key.position))).collect()
}

fn targeted_patch(files: &Files, path: &str, text: &str, entry: &Node) -> Patch {
    let body = match (entry.get("patch"), entry.get("path").and_then(Node::text)) {
        (Some(inline), _) => inline_body(path, text, inline),
        (None, Some(name)) => file_body(files, path, name).unwrap_or_default(),
        (None, None) => Body::default(),
    };
    let target = entry.entry("target");
    Patch {
        file: path.to_owned(),
        position: target.map_or(entry.position, |(key, _)| key.position),
        target: target.map(|(_, target)| Selector::of(target)),
        body,
    }
}

/// The text of an entry that is a path or an inline patch.
fn entry_body(files: &Files, path: &str, text: &str, entry: &Node) -> Body {
    let name = entry.text().unwrap_or_default();
    file_body(files, path, name).unwrap_or_else(|| inline_body(path, text, entry))
}

fn file_body(files: &Files, path: &str, name: &str) -> Option<Body> {
    let file = file_type::resolve(file_type::parent(path), name)?;
    let text = text_of(files, &file)?.to_owned();
    Some(Body { file, text, offset: Some((0, 0)) })
}

/// The position of a block scalar is that of its content, below its indicator.
fn inline_body(path: &str, content: &str, node: &Node) -> Body {
    let (line, column) = node.position;
    let own = content.lines().nth(line - 1).unwrap_or_default();
    let is_first = own.chars().take(column - 1).all(char::is_whitespace);
    let above = content.lines().take(line - 1).last().unwrap_or_default();
    let above = above.split(" #").next().unwrap_or(above).trim_end();
    let is_block = is_first
        && above.trim_end_matches(|c: char| "+-".contains(c) || c.is_ascii_digit()).ends_with(['|', '>']);
    let offset = is_block.then_some((line - 1, column - 1));
    Body { file: path.to_owned(), text: node.text().unwrap_or_default().to_owned(), offset }
}

impl Patch {
    /// The place where the patch selects its objects.
    pub(super) fn location(&self) -> Location {
        at(&self.file, self.position)
    }

    /// The place where the patch changes a field of `object`, with the number of parts of the path that it names.
    pub(super) fn change(&self, object: &Value, steps: &[&str]) -> Option<(usize, Location)> {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        let namespace = object["metadata"]["namespace"].as_str();
        let selects = self.target.as_ref().map(|target| target.matches(object, &[name], namespace));
        if selects == Some(false) {
            return None;
        }
        let documents = nodes(&self.body.text);
        let changes = documents.iter().filter_map(|document| match &document.content {
            Content::List(operations) => operations
                .iter()
                .filter_map(|own| operation(own, object, steps))
                .max_by_key(|(depth, _)| *depth),
            _ => merge(document, object, steps, selects.is_some()),
        });
        let (depth, position) = changes.max_by_key(|(depth, _)| *depth)?;
        Some((depth, self.place(position)))
    }

    /// A place in the text of the patch as a place in its file.
    fn place(&self, (line, column): Position) -> Location {
        match self.body.offset {
            Some((lines, indentation)) => at(&self.body.file, (lines + line, indentation + column)),
            None => self.location(),
        }
    }
}

/// The operation of a JSON patch that sets or removes the field, or something that contains it.
fn operation(own: &Node, object: &Value, steps: &[&str]) -> Option<(usize, Position)> {
    let pointer = own.get("path").and_then(Node::text)?;
    let parts: Vec<String> =
        pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    // A name in the path of the field may contain dots, which separate its parts.
    let parts: Vec<&str> = parts.iter().flat_map(|part| fields::steps(part)).collect();
    let same = parts.iter().zip(steps).take_while(|(part, step)| **part == "-" || part == step).count();
    if same < parts.len().min(steps.len()) {
        return None;
    }
    let rest = steps.get(parts.len()..).unwrap_or_default();
    let inner = own.get("value").map(|value| fields::field(value, &nested(object, &parts), rest));
    match inner {
        Some(inner) if !rest.is_empty() && inner.value.is_some() => Some((steps.len(), inner.position)),
        // It sets something around the field, which it does not mention.
        Some(_) if !rest.is_empty() => None,
        _ => Some((same, own.position)),
    }
}

fn nested(object: &Value, parts: &[&str]) -> Value {
    let pointer: String = parts.iter().flat_map(|part| ["/", part]).collect();
    object.pointer(&pointer).cloned().unwrap_or_default()
}

/// The field in a strategic merge patch.
fn merge(document: &Node, object: &Value, steps: &[&str], selected: bool) -> Option<(usize, Position)> {
    let text =
        |path: &[&str]| path.iter().try_fold(document, |node, name| node.get(name)).and_then(Node::text);
    let same_name = text(&["metadata", "name"]).is_some_and(|name| object["metadata"]["name"] == name);
    let same_kind = text(&["kind"]).is_some_and(|kind| object["kind"] == kind);
    let is_own = selected || (same_name && same_kind);
    if !is_own {
        return None;
    }
    let found = fields::field(document, object, steps);
    found.value.map(|_| (found.depth, found.position))
}

fn text_of<'a>(files: &'a Files, path: &str) -> Option<&'a str> {
    std::str::from_utf8(files.get(path)?).ok()
}

fn at(file: &str, position: Position) -> Location {
    Location { file: display_path(file), position: Some(position) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LIST: &str = "\
patches:
  - target: {kind: Deployment, name: a}
    patch: |-
      # comment
      - op: replace
        path: /spec/containers/0/image
        value: nginx
      - {op: add, path: /spec/more, value: {x: {y: 1}}}
  - path: merge.yaml
patchesStrategicMerge:
  - |-
    kind: Deployment
    metadata: {name: a}
    spec: {replicas: 9}
replacements:
  - source: {kind: A}
    targets:
      - select: {kind: Gone}
";
    const MERGE: &str = "\
kind: Deployment
metadata: {name: a}
spec:
  containers:
    - name: main
      image: other
";

    fn files() -> Files {
        [("apps/kustomization.yaml", LIST), ("apps/merge.yaml", MERGE), ("flux/a.yaml", FLUX)]
            .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
            .into()
    }

    const FLUX: &str = "kind: Kustomization\nspec:\n  patches:\n    - target: {kind: A}\n      patch: '[]'\n";

    fn change(path: &str, kind: &str) -> Vec<String> {
        let containers = json!([{"name": "sidecar"}, {"name": "main"}]);
        let object = json!({"kind": kind, "metadata": {"name": "a"}, "spec": {"containers": containers}});
        let all = of_kustomization(&files(), "apps/kustomization.yaml");
        let found = all.iter().filter_map(|patch| patch.change(&object, &fields::steps(path)));
        found.map(|(_, location)| location.to_string()).collect()
    }

    #[test]
    fn a_change_has_the_place_in_its_patch() {
        assert_eq!(change("spec.containers[0].image", "Deployment"), ["gitops/apps/kustomization.yaml:5:9"]);
        assert_eq!(change("spec.containers[1].image", "Deployment"), ["gitops/apps/merge.yaml:6:7"]);
        assert_eq!(change("spec.more.x.y", "Deployment"), ["gitops/apps/kustomization.yaml:8:49"]);
        assert_eq!(change("spec.replicas", "Deployment"), ["gitops/apps/kustomization.yaml:14:12"]);
        assert_eq!(change("spec.replicas", "StatefulSet"), [""; 0]);
        assert_eq!(change("spec.paused", "Deployment"), [""; 0]);
    }

    #[test]
    fn targets_have_a_place() {
        let all = of_kustomization(&files(), "apps/kustomization.yaml");
        assert_eq!(all[0].location().to_string(), "gitops/apps/kustomization.yaml:2:5");
        assert_eq!(all[0].target.as_ref().unwrap().describe(), "kind `Deployment`, name `a`");
        let definition = of_definition(&files(), "flux/a.yaml", 1);
        assert_eq!(definition[0].location().to_string(), "gitops/flux/a.yaml:4:7");
        let targets = replacement_targets(&files(), "apps/kustomization.yaml");
        assert_eq!(targets[0].1.to_string(), "gitops/apps/kustomization.yaml:18:9");
    }
}

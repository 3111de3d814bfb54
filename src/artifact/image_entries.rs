//! The field `images` of kustomizations. Pure.

use super::{build::Files, tree::display_path};
use crate::base::{
    failure::Location,
    yaml::{Node, nodes},
};

/// An entry that replaces the name, the tag or the digest of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ImageEntry {
    /// The image that it replaces.
    pub name: String,
    /// The name, the tag and the digest that images get; empty: unchanged.
    new: [String; 3],
    pub location: Location,
}

impl ImageEntry {
    /// The entries of a kustomization.
    pub(super) fn of(files: &Files, path: &str) -> Vec<Self> {
        let text = files.get(path).map(|content| String::from_utf8_lossy(content)).unwrap_or_default();
        let documents = nodes(&text);
        let entries = documents.first().and_then(|document| document.get("images"));
        let entry = |node: &Node| {
            let text = |name: &str| node.get(name).and_then(Node::text).unwrap_or_default().to_owned();
            let location = Location { file: display_path(path), position: Some(node.position) };
            Self { name: text("name"), new: [text("newName"), text("newTag"), text("digest")], location }
        };
        entries.into_iter().flat_map(Node::items).map(entry).collect()
    }

    /// Whether a built image may come from this entry.
    pub(super) fn sets(&self, image: &str) -> bool {
        let [name, tag, digest] = &self.new;
        let name = if name.is_empty() { &self.name } else { name };
        image.strip_prefix(name.as_str()).is_some_and(|rest| {
            let is_whole = rest.is_empty() || rest.starts_with([':', '@']);
            is_whole && rest.contains(tag.as_str()) && rest.contains(digest.as_str())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_recognized_by_what_an_entry_sets() {
        let text = "images:\n  - {name: a, newName: b, newTag: v1}\n  - {name: c, digest: 'sha256:0'}\n";
        let files = Files::from([("kustomization.yaml".to_owned(), text.as_bytes().to_vec())]);
        let all = ImageEntry::of(&files, "kustomization.yaml");
        assert_eq!(all[1].location.to_string(), "gitops/kustomization.yaml:3:5");
        assert!(all[0].sets("b:v1") && all[1].sets("c@sha256:0"));
        assert!(
            !all[0].sets("a:v1") && !all[0].sets("b:v2") && !all[0].sets("bb:v1") && !all[1].sets("c:v1")
        );
    }
}

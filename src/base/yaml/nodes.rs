//! YAML with the position of every key and value.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::Spanned;

use super::number;

/// A value with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The line and the column of its first character, from 1; of a block scalar, that of its content.
    pub position: (usize, usize),
    /// The value.
    pub content: Content,
}

/// The content of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A string, a number, a boolean or null, as text.
    Scalar(String),
    /// The items of a list.
    List(Vec<Node>),
    /// The entries of a map, in the order of the file.
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its text.
    pub name: String,
    /// The line and the column of its first character, from 1.
    pub position: (usize, usize),
}

/// Returns the documents of `text` with positions; none if it is not valid YAML. Empty documents are omitted.
pub fn nodes(text: &str) -> Vec<Node> {
    let options = serde_saphyr::options! { budget: None, strict_booleans: true, with_snippet: false };
    serde_saphyr::from_multiple_with_options(text, options).unwrap_or_default()
}

impl Node {
    /// The value of an entry of a map.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.entry(name).map(|(_, node)| node)
    }

    /// An entry of a map.
    pub fn entry(&self, name: &str) -> Option<(&Key, &Self)> {
        self.entries().iter().find(|(key, _)| key.name == name).map(|(key, node)| (key, node))
    }

    /// The entries of a map; none if it is another value.
    pub fn entries(&self) -> &[(Key, Self)] {
        match &self.content {
            Content::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none if it is another value.
    pub fn items(&self) -> &[Self] {
        match &self.content {
            Content::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// Calls `visit` with every key and every scalar and its position, in the order of the file.
    pub fn each_text<'a>(&'a self, visit: &mut impl FnMut(&'a str, (usize, usize))) {
        match &self.content {
            Content::Scalar(text) => visit(text, self.position),
            Content::List(items) => items.iter().for_each(|item| item.each_text(visit)),
            Content::Map(entries) => entries.iter().for_each(|(key, node)| {
                visit(&key.name, key.position);
                node.each_text(visit);
            }),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = Spanned::<Any>::deserialize(deserializer)?;
        let at = found.referenced;
        Ok(Self { position: (number(at.line()), number(at.column())), content: found.value.0 })
    }
}

struct Any(Content);

impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor).map(Any)
    }
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Content, E> {
        Ok(Content::Scalar(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Content, E> {
        Ok(Content::Scalar(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Content, E> {
        Ok(Content::Scalar(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Content, E> {
        Ok(Content::Scalar(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Content, E> {
        Ok(Content::Scalar(value.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Content, E> {
        Ok(Content::Scalar(String::new()))
    }

    fn visit_none<E>(self) -> Result<Content, E> {
        Ok(Content::Scalar(String::new()))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Content, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Content, A::Error> {
        let mut found = Vec::new();
        while let Some(item) = items.next_element()? {
            found.push(item);
        }
        Ok(Content::List(found))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Content, A::Error> {
        let mut found = Vec::new();
        while let Some((key, value)) = entries.next_entry::<Node, Node>()? {
            let name = key.text().unwrap_or_default().to_owned();
            found.push((Key { name, position: key.position }, value));
        }
        Ok(Content::Map(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_have_positions() {
        let all =
            nodes("# head\nspec:\n  items: [{a: 1}, {a: 'x'}]\n---\nscript: |\n  echo\nnone:\n5: true\n");
        assert_eq!(all.len(), 2);
        let (key, items) = all[0].get("spec").unwrap().entry("items").unwrap();
        assert_eq!((key.position, items.position), ((3, 3), (3, 10)));
        assert_eq!(items.items()[1].entry("a").unwrap().0.position, (3, 20));
        assert_eq!(items.items()[1].get("a").unwrap().position, (3, 23));
        let (key, script) = all[1].entry("script").unwrap();
        assert_eq!((key.position, script.position), ((5, 1), (6, 3)));
        assert_eq!(script.text(), Some("echo\n"));
        assert_eq!(all[1].entry("5").unwrap().0.position, (8, 1));
        let mut texts = Vec::new();
        all[1].each_text(&mut |text, _| texts.push(text.to_owned()));
        assert_eq!(texts, ["script", "echo\n", "none", "", "5", "true"]);
        assert_eq!(nodes("a: [\n"), []);
    }
}

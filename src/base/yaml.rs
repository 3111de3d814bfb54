//! Reads and writes YAML; failures contain the file, line and column.

mod nodes;

use std::path::{Path, PathBuf};

use serde_json::Value;
use serde_saphyr::{MessageFormatter, Spanned, UserMessageFormatter};

pub use nodes::{Content, Key, Node, nodes};

use crate::base::failure::{Failure, Kind, Location, Result};

/// One document of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its content; maps keep the order of the file.
    pub value: Value,
    /// The line of its first key, from 1.
    pub line: usize,
}

/// Parses all documents of `text`; empty documents are omitted. `file` is used in failures.
///
/// Duplicate keys and invalid YAML fail with kind `Environment` and the location.
/// Scalars are parsed as kustomize parses them: `0644` is octal, only `true` and `false` are booleans.
pub fn parse(file: &Path, text: &str) -> Result<Vec<Document>> {
    let options = serde_saphyr::options! {
        budget: None,
        legacy_octal_numbers: true,
        strict_booleans: true,
        with_snippet: false,
    };
    let documents: Vec<Spanned<Value>> =
        serde_saphyr::from_multiple_with_options(text, options).map_err(|error| {
            let message = UserMessageFormatter.format_message(&error).into_owned();
            let position = error.location().map(|place| (number(place.line()), number(place.column())));
            Failure::new(Kind::Environment, format!("not valid YAML: {message}"))
                .at(Location { file: PathBuf::from(file), position })
        })?;
    Ok(documents
        .into_iter()
        .map(|document| Document { line: number(document.referenced.line()), value: document.value })
        .collect())
}

/// Writes `documents` in order, each after a `---`, so that YAML 1.1 and 1.2 parsers agree on every scalar.
pub fn write<'a>(documents: impl IntoIterator<Item = &'a Value>) -> Result<String> {
    let mut text = String::new();
    for document in documents {
        let body = serde_saphyr::to_string(document).map_err(|error| {
            Failure::new(Kind::Internal, "cannot write an object as YAML").because(error.to_string())
        })?;
        text.push_str("---\n");
        text.push_str(&body);
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    Ok(text)
}

fn number(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Vec<Document>> {
        parse(Path::new("gitops/a.yaml"), text)
    }

    #[test]
    fn documents_have_lines_and_empty_ones_are_omitted() {
        let documents = read("# head\nkind: A\n---\n# nothing\n---\n\nkind: B\nmode: 0644\n").unwrap();
        assert_eq!(documents.iter().map(|d| d.line).collect::<Vec<_>>(), [2, 7]);
        assert_eq!(documents[1].value, json!({"kind": "B", "mode": 420}));
    }

    #[test]
    fn invalid_yaml_is_rejected_with_its_location() {
        for (text, place) in [
            ("a: 1\na: 2\n", "gitops/a.yaml:2:1"),
            ("a: 1\n---\nb: [1, 2\nc: 3\n", "gitops/a.yaml:4:2"),
            ("a:\n\t- 1\n", "gitops/a.yaml:2:2"),
        ] {
            let failure = read(text).unwrap_err();
            assert_eq!(failure.kind, Kind::Environment);
            assert_eq!(failure.location.unwrap().to_string(), place, "{}", failure.message);
        }
    }

    #[test]
    fn written_values_are_read_back() {
        let values = [
            json!({"y": "n", "a": "yes", "b": "0644", "c": "1e3", "d": "12:30:45", "e": "line\nline\n", "f": "", "g": " x "}),
            json!({"list": [], "map": {}, "null": null, "n": 1.5, "deep": [{"x": [1, "${A}", "# no", "- x", "a: b"]}]}),
        ];
        let text = write(&values).unwrap();
        let back: Vec<Value> = read(&text).unwrap().into_iter().map(|d| d.value).collect();
        assert_eq!(back, values, "{text}");
        for quoted in ["\"yes\"", "\"0644\"", "\"1e3\"", "12:30:45\""] {
            assert!(text.contains(quoted) || text.contains(&quoted.replace('"', "'")), "{quoted} in\n{text}");
        }
    }
}

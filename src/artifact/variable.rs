//! The `${NAME}` expressions of Flux's `postBuild`: finds, checks and substitutes them as Flux does.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use crate::{
    base::{
        failure::{Failure, Kind, Location, Result},
        yaml::Document,
    },
    config::{Variables, nearest},
};

/// The label or annotation that disables Flux's substitution in an object.
pub(super) const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";
/// The value that disables it.
pub(super) const DISABLED: &str = "disabled";

/// A section of a text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    /// `$$`, which Flux replaces with one dollar sign.
    Dollar,
    /// The text between the braces.
    Expression(&'a str),
    /// A `${` without a closing brace.
    Unclosed(&'a str),
}

/// The expressions in a text that Flux would change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Findings {
    /// A plain `${NAME}` of a known variable.
    pub ours: bool,
    /// Any other expression that Flux would change or refuse.
    pub foreign: bool,
}

/// Returns the expressions in the strings and keys of `value`.
pub(super) fn findings(value: &Value) -> Findings {
    let mut found = Findings::default();
    each_string(value, &mut |text| {
        for piece in pieces(text) {
            match piece {
                Piece::Text(_) => (),
                Piece::Expression(name) if Variables::NAMES.contains(&name) => found.ours = true,
                _ => found.foreign = true,
            }
        }
    });
    found
}

/// Refuses every expression of `document` that is not a known variable. `text` is the file, for the location.
pub(super) fn check(file: &Path, text: &str, document: &Document) -> Result<()> {
    if is_disabled(&document.value) {
        return Ok(());
    }
    let mut invalid = None;
    each_string(&document.value, &mut |string| {
        for piece in pieces(string) {
            let failure = match piece {
                Piece::Expression(name) => refuse(name),
                Piece::Unclosed(rest) => Some((format!("${{{rest}"), unclosed())),
                _ => None,
            };
            if invalid.is_none() {
                invalid = failure;
            }
        }
    });
    let Some((expression, failure)) = invalid else { return Ok(()) };
    Err(failure.at(locate(file, text, document.line, &expression)))
}

/// Whether substitution is disabled for the object.
pub(super) fn is_disabled(object: &Value) -> bool {
    ["annotations", "labels"].iter().any(|group| object["metadata"][group][SUBSTITUTE] == DISABLED)
}

/// Substitutes `variables` in `text` as Flux does. An expression that is not a variable is refused.
pub(super) fn substitute(text: &str, variables: &BTreeMap<String, String>) -> Result<String> {
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Dollar => filled.push('$'),
            Piece::Expression(name) => match variables.get(name) {
                Some(value) => filled.push_str(&value.replace('\n', "")),
                None => return Err(refuse(name).map_or_else(|| unset(name), |(_, failure)| failure)),
            },
            Piece::Unclosed(_) => return Err(unclosed()),
        }
    }
    Ok(filled)
}

fn refuse(name: &str) -> Option<(String, Failure)> {
    if Variables::NAMES.contains(&name) {
        return None;
    }
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.is_empty();
    let failure = if plain {
        let failure = Failure::new(Kind::Environment, format!("there is no variable `{name}`"));
        match nearest(name, Variables::NAMES) {
            Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
            None => failure.hint(format!("the variables are {}", Variables::NAMES.join(", "))),
        }
    } else {
        Failure::new(Kind::Environment, format!("`${{{name}}}` is not a plain variable"))
            .hint("write `${NAME}`: every variable always has a value; write a literal `${` as `$${`")
    };
    Some((format!("${{{name}}}"), failure))
}

fn unset(name: &str) -> Failure {
    Failure::new(Kind::Environment, format!("the variable `{name}` has no value"))
}

fn unclosed() -> Failure {
    Failure::new(Kind::Environment, "a `${` has no closing `}`").hint("write a literal `${` as `$${`")
}

/// The location of the first `expression` after `line`; the document's first line if quoting hides it.
fn locate(file: &Path, text: &str, line: usize, expression: &str) -> Location {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    match text[start..].find(expression) {
        Some(found) => Location::at_offset(file, text, start + found),
        None => Location { file: file.to_owned(), position: Some((line, 1)) },
    }
}

fn each_string(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| each_string(item, visit)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            visit(key);
            each_string(value, visit);
        }),
        _ => (),
    }
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, length) = if rest.starts_with("$$") {
            (Piece::Dollar, 2)
        } else if let Some(inner) = rest.strip_prefix("${") {
            match inner.find('}') {
                Some(end) => (Piece::Expression(&inner[..end]), end + 3),
                None => (Piece::Unclosed(inner), rest.len()),
            }
        } else {
            let special = rest.match_indices('$').map(|(at, _)| at);
            let end =
                special.into_iter().find(|&at| rest[at..].starts_with("$$") || rest[at..].starts_with("${"));
            let end = end.unwrap_or(rest.len());
            (Piece::Text(&rest[..end]), end)
        };
        rest = &rest[length..];
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::base::yaml;

    fn checked(text: &str) -> Result<()> {
        let file = Path::new("gitops/a.yaml");
        yaml::parse(file, text)?.iter().try_for_each(|document| check(file, text, document))
    }

    #[test]
    fn known_variables_and_escapes_are_accepted() {
        checked("host: api.${HOSTNAME}\nn: ${BUOYS}\nshell: echo $${HOME} $1 $(X) $\n# ${NOT_ONE}\n")
            .unwrap();
    }

    #[test]
    fn an_unknown_variable_is_reported_with_its_location() {
        let failure = checked("a: 1\n---\nx: ${HOSTNAME}\nkey: [\"v ${HOSTNAM}\"]\n").unwrap_err();
        assert_eq!(failure.location.unwrap().to_string(), "gitops/a.yaml:4:10");
        assert_eq!(failure.hints, ["the nearest known name is `HOSTNAME`"]);
        assert!(checked("${QQ}: 1\n").unwrap_err().hints[0].contains("BUOYS"));
    }

    #[test]
    fn functions_and_open_braces_are_refused() {
        for (text, column) in
            [("a: ${HOSTNAME:=x}", 4), ("a: ${#HOSTNAME}", 4), ("a: ${}", 4), ("a: '${HOSTNAME'", 5)]
        {
            let failure = checked(text).unwrap_err();
            assert_eq!(failure.location.unwrap().position, Some((1, column)), "{text}");
            assert!(failure.hints[0].contains("$${"), "{text}");
        }
    }

    #[test]
    fn substitution_disabled_accepts_any_expression() {
        checked(&format!("metadata:\n  annotations:\n    {SUBSTITUTE}: disabled\na: ${{X}}\n")).unwrap();
    }

    #[test]
    fn own_and_foreign_expressions_are_found() {
        let find = |text: &str| findings(&json!({ "a": [text] }));
        assert_eq!(find("$1 $(X)"), Findings::default());
        assert_eq!(find("${REGISTRY}/x"), Findings { ours: true, foreign: false });
        assert_eq!(find("${podselector:NAME}"), Findings { ours: false, foreign: true });
        assert_eq!(find("a$$b"), Findings { ours: false, foreign: true });
    }

    #[test]
    fn variables_are_substituted_as_flux_does() {
        let variables = BTreeMap::from([("BUOYS".to_owned(), "3".to_owned())]);
        let fill = |text: &str| substitute(text, &variables);
        assert_eq!(fill("n: ${BUOYS} $${BUOYS} $$$$ $x").unwrap(), "n: 3 ${BUOYS} $$ $x");
        assert_eq!(fill("${HOSTNAME}").unwrap_err().message, "the variable `HOSTNAME` has no value");
        assert!(fill("${BUOYS").is_err());
        assert!(fill("${X}").is_err());
    }

    proptest! {
        #[test]
        fn escaping_preserves_the_text(text in "[a$\\{}A_ ]{0,40}") {
            let escaped = text.replace('$', "$$");
            prop_assert_eq!(substitute(&escaped, &BTreeMap::new()).unwrap(), text);
        }
    }
}

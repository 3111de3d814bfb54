//! The `${NAME}` expressions of Flux's `postBuild`: finds and checks them as Flux does. Pure.

use serde_json::Value;

use crate::{
    base::failure::{Failure, Kind},
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

/// Returns every expression of `object` that Flux would refuse or change against the rules, with the failure.
pub(super) fn invalid(object: &Value) -> Vec<(String, Failure)> {
    if is_disabled(object) {
        return Vec::new();
    }
    let mut invalid = Vec::new();
    each_string(object, &mut |string| {
        for piece in pieces(string) {
            match piece {
                Piece::Expression(name) => invalid.extend(refuse(name)),
                Piece::Unclosed(rest) => invalid.push((format!("${{{rest}"), unclosed())),
                Piece::Text(_) | Piece::Dollar => (),
            }
        }
        if has_lost_dollar(string) {
            invalid.push(("$$".to_owned(), lost_dollar()));
        }
    });
    invalid
}

/// Whether Flux would shorten a `$$` that was meant: `$${` is the escape for `${`, and `$$$$` for `$$`.
fn has_lost_dollar(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find("$$") {
        let length = rest[at..].bytes().take_while(|byte| *byte == b'$').count();
        let after = &rest[at + length..];
        let is_escape = length % 4 == 0 || (length < 4 && after.starts_with('{'));
        if !is_escape {
            return true;
        }
        rest = after;
    }
    false
}

fn lost_dollar() -> Failure {
    Failure::new(Kind::Environment, "Flux replaces `$$` with a single `$`")
        .hint("write `$$$$` for `$$`, and `$${` for `${`")
}

/// The expression `name` that Flux refuses, and the failure.
pub(super) fn refused(name: &str) -> (String, Failure) {
    refuse(name).unwrap_or_else(|| (format!("${{{name}}}"), unset(name)))
}

/// Whether substitution is disabled for the object.
pub(super) fn is_disabled(object: &Value) -> bool {
    ["annotations", "labels"].iter().any(|group| object["metadata"][group][SUBSTITUTE] == DISABLED)
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

    fn messages(text: &str) -> Vec<String> {
        let invalid = invalid(&json!({ "data": { "a": [text] } }));
        invalid.into_iter().map(|(_, failure)| failure.message).collect()
    }

    #[test]
    fn known_variables_and_escapes_are_accepted() {
        for text in ["api.${HOSTNAME} ${BUOYS}", "echo $${HOME} $1 $(X) $", "kill $$$$", "$$${HOSTNAME}"] {
            assert_eq!(messages(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn an_unknown_variable_is_refused_with_the_nearest_name() {
        let (expression, failure) = invalid(&json!({"${HOSTNAM}": 1})).remove(0);
        assert_eq!(expression, "${HOSTNAM}");
        assert_eq!(failure.hints, ["the nearest known name is `HOSTNAME`"]);
        assert!(invalid(&json!("${QQ}")).remove(0).1.hints[0].contains("BUOYS"));
    }

    #[test]
    fn functions_and_open_braces_are_refused() {
        for text in ["${HOSTNAME:=x}", "${#HOSTNAME}", "${}", "'${HOSTNAME'"] {
            let (expression, failure) = invalid(&json!(text)).remove(0);
            assert!(text.contains(&expression), "{text}: {expression}");
            assert!(failure.hints[0].contains("$${"), "{text}");
        }
    }

    #[test]
    fn a_doubled_dollar_that_flux_shortens_is_refused() {
        for text in ["kill $$", "a$$b", "$$$", "$$$$$$ x"] {
            assert_eq!(messages(text), ["Flux replaces `$$` with a single `$`"], "{text}");
        }
    }

    #[test]
    fn substitution_disabled_accepts_any_expression() {
        let object = json!({"metadata": {"annotations": {SUBSTITUTE: "disabled"}}, "a": "${X} $$"});
        assert!(invalid(&object).is_empty());
    }

    #[test]
    fn own_and_foreign_expressions_are_found() {
        let find = |text: &str| findings(&json!({ "a": [text] }));
        assert_eq!(find("$1 $(X)"), Findings::default());
        assert_eq!(find("${REGISTRY}/x"), Findings { ours: true, foreign: false });
        assert_eq!(find("${podselector:NAME}"), Findings { ours: false, foreign: true });
        assert_eq!(find("a$$b"), Findings { ours: false, foreign: true });
    }

    proptest! {
        #[test]
        fn escaped_text_is_accepted(text in "[a$\\\\{}A_ ]{0,40}") {
            let escaped = text.replace("$$", "").replace("${", "$${");
            prop_assume!(!escaped.contains("$$$"));
            prop_assert_eq!(messages(&escaped), Vec::<String>::new());
        }
    }
}

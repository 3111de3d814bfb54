//! Splits tokens into statements, and matches phrases in them.

use super::token::{Kind, Token};

/// One statement: its tokens without whitespace, comments and the final `;`.
pub type Statement<'a> = Vec<Token<'a>>;

/// Returns the statements of `tokens` without empty ones.
///
/// Every `;` outside quotes ends a statement. If PostgreSQL does not end it there (`BEGIN ATOMIC`, rules), the
/// parts are evaluated separately.
pub fn statements<'a>(tokens: &[Token<'a>]) -> Vec<Statement<'a>> {
    tokens
        .split(|token| token.is_mark(";"))
        .map(|tokens| {
            let is_significant = |token: &&Token<'a>| !matches!(token.kind, Kind::Space | Kind::Comment);
            tokens.iter().filter(is_significant).copied().collect()
        })
        .filter(|statement: &Statement<'a>| !statement.is_empty())
        .collect()
}

/// Splits `tokens` at the commas outside parentheses.
pub(super) fn parts<'s, 'a>(tokens: &'s [Token<'a>]) -> Vec<&'s [Token<'a>]> {
    let mut depth = 0_usize;
    tokens
        .split(|token| {
            if token.is_mark("(") {
                depth += 1;
            } else if token.is_mark(")") {
                depth = depth.saturating_sub(1);
            }
            depth == 0 && token.is_mark(",")
        })
        .collect()
}

/// Returns whether `tokens` start with the key words of `phrase`, given in lower case.
pub(super) fn starts_with(tokens: &[Token<'_>], phrase: &str) -> bool {
    let mut tokens = tokens.iter();
    phrase.split(' ').all(|word| tokens.next().is_some_and(|token| token.is(word)))
}

/// Returns whether `tokens` contain the key words of `phrase` in sequence.
pub(super) fn contains(tokens: &[Token<'_>], phrase: &str) -> bool {
    (0..tokens.len()).any(|at| starts_with(&tokens[at..], phrase))
}

/// Removes the key words of `phrase` from the start of `tokens`, if present.
pub(super) fn strip<'s, 'a>(tokens: &'s [Token<'a>], phrase: &str) -> &'s [Token<'a>] {
    if starts_with(tokens, phrase) { &tokens[phrase.split(' ').count()..] } else { tokens }
}

/// Splits off the name at the start of `tokens`, folded as PostgreSQL does, with its schema if there is one.
pub(super) fn name<'s, 'a>(tokens: &'s [Token<'a>]) -> (String, &'s [Token<'a>]) {
    let mut name = String::new();
    let mut rest = tokens;
    while let Some((first, after)) = rest.split_first() {
        match first.kind {
            Kind::Word => name += &first.text.to_lowercase(),
            Kind::Name => name += &first.text.trim_matches('"').replace("\"\"", "\""),
            _ => break,
        }
        rest = after;
        match rest.split_first() {
            Some((dot, after)) if dot.is_mark(".") => {
                name.push('.');
                rest = after;
            }
            _ => break,
        }
    }
    (name, rest)
}
